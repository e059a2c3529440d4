"""Reading a query; what SOQL has and no job uses is refused as what it does not have."""

from nightshift_tools.sandbox.salesforce.errors import SalesforceError, malformed
from nightshift_tools.sandbox.salesforce.soql.tokens import Token, tokens, unquoted
from nightshift_tools.sandbox.salesforce.soql.tree import (
    Comparison,
    Condition,
    Group,
    Instant,
    Literal,
    Not,
    Number,
    Order,
    Path,
    Query,
    Word,
)

LARGEST_OFFSET = 2000
_DEEPEST = 50
_OPERATORS = {"=": "=", "!=": "!=", "<>": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">=", "LIKE": "LIKE"}


def parse(text: str) -> Query:
    """The query; SalesforceError, MALFORMED_QUERY, where it is none."""
    return _Parser(text).query()


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens = list(tokens(text))
        self._at = 0
        self._depth = 0

    def query(self) -> Query:
        self._expect("SELECT")
        fields = self._fields()
        self._expect("FROM")
        source = self._name()
        where = self._condition() if self._take("WHERE") else None
        order = self._orders() if self._take("ORDER") else ()
        limit = self._whole() if self._take("LIMIT") else None
        offset = self._whole() if self._take("OFFSET") else 0
        if self._now.kind != "end":
            raise self._unexpected()
        if offset > LARGEST_OFFSET:
            code, most = "NUMBER_OUTSIDE_VALID_RANGE", f"Maximum SOQL offset allowed is {LARGEST_OFFSET}"
            raise SalesforceError(code, most)
        return Query(fields, source, where, order, limit, offset)

    @property
    def _now(self) -> Token:
        return self._tokens[self._at]

    def _next(self) -> Token:
        token = self._now
        self._at = min(self._at + 1, len(self._tokens) - 1)
        return token

    def _take(self, *words: str) -> bool:
        """Go past the next token if it is one of these."""
        is_there = self._now.is_word(*words)
        if is_there:
            self._next()
        return is_there

    def _expect(self, *words: str) -> None:
        for word in words:
            if not self._take(word):
                raise self._unexpected()

    def _unexpected(self) -> SalesforceError:
        return malformed(f"unexpected token: {self._now.text[:50]!r} (at {self._now.place})")

    def _name(self) -> str:
        if self._now.kind != "name":
            raise self._unexpected()
        return self._next().text

    def _path(self) -> Path:
        return tuple(self._name().split("."))

    def _fields(self) -> tuple[Path, ...]:
        if self._now.is_word("COUNT") and self._tokens[self._at + 1].is_word("("):
            self._expect("COUNT", "(", ")")
            return ()
        fields = [self._path()]
        while self._take(","):
            fields.append(self._path())
        return tuple(fields)

    def _condition(self) -> Condition:
        """Conditions joined by AND or by OR; SOQL takes both side by side only with parentheses."""
        self._depth += 1
        if self._depth > _DEEPEST:
            raise malformed("the condition is nested too deeply")
        parts = [self._part()]
        operator = self._now.text.upper()
        while self._now.is_word("AND", "OR"):
            if self._now.text.upper() != operator:
                raise self._unexpected()
            self._next()
            parts.append(self._part())
        self._depth -= 1
        return Group(operator, tuple(parts)) if len(parts) > 1 else parts[0]

    def _part(self) -> Condition:
        if self._take("NOT"):
            self._depth += 1
            if self._depth > _DEEPEST:
                raise malformed("the condition is nested too deeply")
            inner = Not(self._part())
            self._depth -= 1
            return inner
        if self._take("("):
            condition = self._condition()
            self._expect(")")
            return condition
        return self._comparison()

    def _comparison(self) -> Comparison:
        path = self._path()
        if self._take("NOT"):
            self._expect("IN")
            return Comparison(path, "NOT IN", self._values())
        if self._take("IN"):
            return Comparison(path, "IN", self._values())
        if not self._now.is_word(*_OPERATORS):
            raise self._unexpected()
        return Comparison(path, _OPERATORS[self._next().text.upper()], (self._literal(),))

    def _values(self) -> tuple[Literal, ...]:
        self._expect("(")
        values = [self._literal()]
        while self._take(","):
            values.append(self._literal())
        self._expect(")")
        return tuple(values)

    def _literal(self) -> Literal:
        token = self._now
        if token.kind == "text":
            literal: Literal = unquoted(token.text)
        elif token.kind == "number":
            literal = Number(token.text)
        elif token.kind == "instant":
            literal = Instant(token.text, "T" in token.text)
        elif token.is_word("TRUE", "FALSE", "NULL"):
            literal = Word(token.text.lower())
        else:
            raise self._unexpected()
        self._next()
        return literal

    def _orders(self) -> tuple[Order, ...]:
        self._expect("BY")
        orders = [self._order()]
        while self._take(","):
            orders.append(self._order())
        return tuple(orders)

    def _order(self) -> Order:
        path = self._path()
        descending = self._take("DESC") or (self._take("ASC") and False)
        nulls_last = False
        if self._take("NULLS"):
            nulls_last = self._take("LAST")
            if not nulls_last:
                self._expect("FIRST")
        return Order(path, descending, nulls_last)

    def _whole(self) -> int:
        if self._now.kind != "number" or not self._now.text.isdigit():
            raise self._unexpected()
        return int(self._next().text[:9])
