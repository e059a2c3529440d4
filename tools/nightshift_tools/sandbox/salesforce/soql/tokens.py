"""The words of a query."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from nightshift_tools.sandbox.salesforce.errors import malformed
from nightshift_tools.sandbox.salesforce.soql.tree import Text

LONGEST_QUERY = 100_000

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<text>'(?:[^'\\]|\\.)*')
      | (?P<instant>\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:?\d\d)?)?)
      | (?P<number>[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)
      | (?P<name>[A-Za-z]\w*(?:\.[A-Za-z]\w*)*)
      | (?P<mark><=|>=|!=|<>|[=<>(),])
    )""",
    re.VERBOSE | re.DOTALL | re.ASCII,
)
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|.)", re.DOTALL)
_PLAIN = {"n": "\n", "N": "\n", "r": "\r", "R": "\r", "t": "\t", "T": "\t", "b": "\b", "B": "\b"}
_PLAIN |= {"f": "\f", "F": "\f", '"': '"', "'": "'", "\\": "\\"}


@dataclass(frozen=True, slots=True)
class Token:
    """`kind` is text, instant, number, name, mark or end."""

    kind: str
    text: str
    place: int

    def is_word(self, *words: str) -> bool:
        """Whether it is one of these keywords, given in upper case."""
        return self.kind in ("name", "mark") and self.text.upper() in words


def tokens(query: str) -> Iterator[Token]:
    """The tokens of a query and one for its end; SalesforceError where it has something that is none."""
    if len(query) > LONGEST_QUERY:
        raise malformed(f"SOQL statements cannot be longer than {LONGEST_QUERY:,} characters")
    place = 0
    end = len(query.rstrip())
    while place < end:
        match = _TOKEN.match(query, place)
        if match is None or match.lastgroup is None:
            raise malformed(f"unexpected token: {query[place : place + 30].strip()!r} (at {place})")
        yield Token(match.lastgroup, match[match.lastgroup], match.start(match.lastgroup))
        place = match.end()
    yield Token("end", "<EOF>", place)


def unquoted(token: str) -> Text:
    """The text in a quoted token; SalesforceError for an escape that SOQL does not know."""
    inner = token[1:-1]
    return Text(_ESCAPE.sub(_plain, inner), _ESCAPE.sub(_in_pattern, inner))


def _plain(match: re.Match[str]) -> str:
    escaped = match[1]
    if escaped in "%_":
        return escaped
    if len(escaped) == 5:
        return chr(int(escaped[1:], 16))
    if escaped not in _PLAIN:
        raise malformed(f"Illegal character sequence '\\{escaped}' in string literal")
    return _PLAIN[escaped]


def _in_pattern(match: re.Match[str]) -> str:
    plain = _plain(match)
    return f"\\{plain}" if plain in ("%", "_", "\\") else plain
