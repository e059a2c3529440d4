"""A query as SQL for SQLite, with Salesforce's ideas of names, types and nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from nightshift_tools.sandbox.salesforce.errors import SalesforceError, malformed
from nightshift_tools.sandbox.salesforce.ids import full_id
from nightshift_tools.sandbox.salesforce.schema import Field, Kind, Schema, SObject
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
    Text,
    Word,
)
from nightshift_tools.sandbox.salesforce.values import Stored, read_instant, stored_instant

_TEXTS = (Kind.TEXT, Kind.CHOICE)
_NUMBERS = (Kind.NUMBER, Kind.MONEY, Kind.COUNT)
_MOST_RELATIONS = 5


@dataclass(frozen=True, slots=True)
class Column:
    """One field of an answer, and the relations that lead to it, in the schema's spelling."""

    relations: tuple[str, ...]
    owner: SObject
    field: Field


@dataclass(frozen=True, slots=True)
class Parent:
    """Where relations lead: to an object."""

    relations: tuple[str, ...]
    owner: SObject


@dataclass(frozen=True, slots=True)
class Plan:
    """`find` gives the ids of all records in order. `read` gives, for those ids that are put for `{ids}`, the
    id, the ids of the parents, and the columns."""

    source: SObject
    parents: tuple[Parent, ...]
    columns: tuple[Column, ...]
    find: str
    read: str
    values: tuple[Stored, ...]


def plan(query: Query, schema: Schema) -> Plan:
    """SQL for a query; SalesforceError for names and comparisons that the org does not have."""
    source = schema.find(query.source)
    if source is None:
        raise SalesforceError("INVALID_TYPE", f"sObject type '{query.source}' is not supported.")
    return _Planner(schema, source).plan(query)


def count_children(owner: str, counted: Field) -> str:
    """SQL that counts the children of a record of the table `owner`, as a COUNT field wants them."""
    if counted.children is None:
        raise ValueError(f"{counted.name} counts nothing")
    child, lookup, choice, values = counted.children
    listed = ", ".join(f"'{value}'" for value in values)
    return (
        f'(SELECT CAST(COUNT(*) AS REAL) FROM "{child}" c WHERE c."{lookup}" = {owner}."Id" '  # noqa: S608 - the
        f'AND c."{choice}" IN ({listed}) AND c."IsDeleted" = 0)'  # names are the schema's own
    )


@dataclass(slots=True)
class _Planner:
    """Gathers the joins that a query needs; the source is `t0`."""

    schema: Schema
    source: SObject
    joins: dict[tuple[str, ...], tuple[str, SObject]] = field(default_factory=dict)
    clauses: list[str] = field(default_factory=list)
    values: list[Stored] = field(default_factory=list)

    def plan(self, query: Query) -> Plan:
        columns = tuple(self._column(path) for path in query.fields)
        expressions = [self._expression(path) for path in query.fields]
        parents = tuple(Parent(path, target) for path, (_, target) in self.joins.items())
        ids = [f'{alias}."Id"' for alias, _ in self.joins.values()]
        selected = ", ".join(['t0."Id"', *ids, *expressions])
        where = f" AND ({self._condition(query.where)})" if query.where else ""
        ordered = ", ".join([*(self._order(order) for order in query.order), "t0.rowid"])
        tables = f'FROM "{self.source.name}" t0 {" ".join(self.clauses)}'
        limit = -1 if query.limit is None else query.limit
        return Plan(
            self.source,
            parents,
            columns,
            # Every name in it is the schema's own, and every value a parameter.
            f'SELECT t0."Id" {tables} WHERE t0."IsDeleted" = 0{where} ORDER BY {ordered} '
            f"LIMIT {limit} OFFSET {query.offset}",
            f'SELECT {selected} {tables} WHERE t0."Id" IN ({{ids}}) AND t0."IsDeleted" = 0',
            tuple(self.values),
        )

    def _column(self, path: Path) -> Column:
        relations, owner = self._follow(path[:-1])
        return Column(relations, owner, self._field(owner, path[-1]))

    def _field(self, owner: SObject, name: str) -> Field:
        found = self.schema.field(owner, name)
        if found is None:
            raise SalesforceError("INVALID_FIELD", f"No such column '{name}' on entity '{owner.name}'.")
        return found

    def _follow(self, relations: Path) -> tuple[tuple[str, ...], SObject]:
        """The relations in the schema's spelling, joined, and the object that they lead to."""
        if len(relations) > _MOST_RELATIONS:
            raise malformed(f"a path has at most {_MOST_RELATIONS} relations")
        spelled: tuple[str, ...] = ()
        owner, alias = self.source, "t0"
        for name in relations:
            lookup = self.schema.relation(owner, name)
            target = self.schema.find(lookup.target) if lookup else None
            if lookup is None or target is None:
                hint = f"Didn't understand relationship '{name}' in field path."
                raise SalesforceError("INVALID_FIELD", hint)
            spelled = (*spelled, lookup.relation)
            if spelled not in self.joins:
                joined = f"t{len(self.joins) + 1}"
                self.joins[spelled] = (joined, target)
                self.clauses.append(
                    f'LEFT JOIN "{target.name}" {joined} ON {joined}."Id" = {alias}."{lookup.name}"'
                )
            alias, owner = self.joins[spelled]
        return spelled, owner

    def _expression(self, path: Path) -> str:
        column = self._column(path)
        alias = self.joins[column.relations][0] if column.relations else "t0"
        if column.field.kind is Kind.COUNT:
            return count_children(alias, column.field)
        return f'{alias}."{column.field.name}"'

    def _order(self, order: Order) -> str:
        if self._column(order.path).field.kind is Kind.LONG_TEXT:
            raise malformed(f"field '{'.'.join(order.path)}' can not be sorted in a query call")
        nulls = "LAST" if order.nulls_last else "FIRST"
        return f"{self._expression(order.path)} {'DESC' if order.descending else 'ASC'} NULLS {nulls}"

    def _condition(self, condition: Condition) -> str:
        if isinstance(condition, Group):
            return "(" + f" {condition.operator} ".join(map(self._condition, condition.parts)) + ")"
        if isinstance(condition, Not):
            return f"NOT ifnull(({self._condition(condition.inner)}), 0)"
        return self._comparison(condition)

    def _comparison(self, comparison: Comparison) -> str:
        field_info = self._column(comparison.path).field
        if field_info.kind is Kind.LONG_TEXT:
            name = ".".join(comparison.path)
            raise SalesforceError("INVALID_FIELD", f"field '{name}' can not be filtered in a query call")
        expression = self._expression(comparison.path)
        if comparison.operator == "LIKE":
            return self._like(expression, field_info, comparison.values[0])
        values = [_value(field_info, literal) for literal in comparison.values]
        if comparison.operator in ("=", "IN"):
            return self._any_of(expression, values)
        if comparison.operator in ("!=", "NOT IN"):
            return f"NOT ifnull(({self._any_of(expression, values)}), 0)"
        if field_info.kind in (Kind.FLAG,) or values[0] is None:
            raise SalesforceError("INVALID_QUERY_FILTER_OPERATOR", f"invalid operator on {field_info.name}")
        self.values.append(values[0])
        return f"{expression} {comparison.operator} ?"

    def _any_of(self, expression: str, values: Sequence[Stored]) -> str:
        """Equal to one of the values; nothing equals nothing, as in SOQL."""
        wanted = [value for value in values if value is not None]
        tests = [f"{expression} IS NULL"] if len(wanted) < len(values) else []
        if wanted:
            tests.append(f"{expression} IN ({', '.join('?' * len(wanted))})")
            self.values += wanted
        return "(" + " OR ".join(tests) + ")"

    def _like(self, expression: str, field_info: Field, literal: Literal) -> str:
        if field_info.kind not in _TEXTS or not isinstance(literal, Text):
            raise SalesforceError("INVALID_QUERY_FILTER_OPERATOR", f"invalid operator on {field_info.name}")
        self.values.append(literal.pattern)
        return f"{expression} LIKE ? ESCAPE '\\'"


def _value(field_info: Field, literal: Literal) -> Stored:
    """A literal as the field keeps it; SalesforceError where the types do not meet."""
    kind = field_info.kind
    if isinstance(literal, Word) and literal.value == "null":
        return None
    if kind is Kind.FLAG and isinstance(literal, Word):
        return int(literal.value == "true")
    if kind in _TEXTS and isinstance(literal, Text):
        return literal.value or None
    if kind in (Kind.ID, Kind.LOOKUP) and isinstance(literal, Text):
        return _id(field_info, literal.value)
    if kind in _NUMBERS and isinstance(literal, Number):
        return float(literal.value)
    if kind in (Kind.INSTANT, Kind.DAY) and isinstance(literal, Instant):
        return _time(field_info, literal)
    quoting = "enclosed" if kind in (*_TEXTS, Kind.ID, Kind.LOOKUP) else "not be enclosed"
    raise SalesforceError(
        "INVALID_FIELD",
        f"value of filter criterion for field '{field_info.name}' must be of type {kind} "
        f"and should {quoting} in quotes",
    )


def _id(field_info: Field, text: str) -> Stored:
    if not text:
        return None
    try:
        return full_id(text)
    except ValueError:
        message = f"invalid ID field: {text} (in {field_info.name})"
        raise SalesforceError("INVALID_QUERY_FILTER_OPERATOR", message) from None


def _time(field_info: Field, literal: Instant) -> Stored:
    if literal.has_time is not (field_info.kind is Kind.INSTANT):
        message = f"value of filter criterion for field '{field_info.name}' must be of type {field_info.kind}"
        raise SalesforceError("INVALID_FIELD", message)
    try:
        if literal.has_time:
            return stored_instant(read_instant(literal.value))
        return date.fromisoformat(literal.value).isoformat()
    except ValueError:
        raise malformed(f"'{literal.value}' is no {field_info.kind}") from None
