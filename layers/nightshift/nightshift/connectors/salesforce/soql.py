"""Values in SOQL: what comes from a record stays a value, whatever is in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TypeAlias
from urllib.parse import quote

Value: TypeAlias = str | bool | int | float | Decimal | datetime | date | None

LONGEST_LIST = 6000
"""Characters of a list once it is in a URL. Salesforce takes 16,384 for the whole head of a request."""

_ESCAPES = str.maketrans(
    {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}
)
_NAME = re.compile(r"[A-Za-z](?:\w*[A-Za-z0-9])?(?:\.[A-Za-z](?:\w*[A-Za-z0-9])?)*", re.ASCII)


def literal(value: Value) -> str:
    """A value as SOQL writes it: text in quotes, instants in UTC and without.

    ValueError for what no query can carry: an instant without a time zone, NaN, NUL and lone surrogates.
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        utc = value.astimezone(UTC)
        return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return f"'{_escaped(value)}'"
    number = Decimal(str(value))
    if not number.is_finite():
        raise ValueError(f"{value} is no number that SOQL can write")
    return f"{number:f}"


def select(
    source: str,
    fields: Iterable[str],
    *,
    where: str = "",
    order_by: Iterable[str] = (),
    limit: int | None = None,
) -> str:
    """A query for these fields of the object `source`.

    Names are checked; `where` is taken as it is, its values written by `literal`, `lists`, `beginning` or
    `after`.
    """
    parts = ["SELECT", ", ".join(map(name, fields)), "FROM", name(source)]
    if where:
        parts += ["WHERE", where]
    if ordered := ", ".join(map(name, order_by)):
        parts += ["ORDER BY", ordered]
    if limit is not None:
        parts += ["LIMIT", str(limit)]
    return " ".join(parts)


def beginning(text: str) -> str:
    """A pattern for LIKE that matches what begins with this text, wildcards in it taken as they are."""
    taken_as_they_are = _escaped(text).replace("%", r"\%").replace("_", r"\_")
    return f"'{taken_as_they_are}%'"


def lists(values: Iterable[Value], longest: int = LONGEST_LIST) -> Iterator[str]:
    """The values in lists for IN, each short enough for a URL beside the rest of a query; none for no values.

    A single value that is too long makes a list of its own.
    """
    part: list[str] = []
    length = 0
    for value in values:
        written = literal(value)
        size = len(quote(written, safe="")) + 3
        if part and length + size > longest:
            yield f"({','.join(part)})"
            part, length = [], 0
        part.append(written)
        length += size
    if part:
        yield f"({','.join(part)})"


def after(*keys: tuple[str, Value]) -> str:
    """The condition for what comes after a record in an order by these fields, the last of them unique: the
    next page by key, which no insert and no change can shift."""
    (field, value), *rest = keys
    beyond = f"{name(field)} > {literal(value)}"
    return f"({beyond} OR ({name(field)} = {literal(value)} AND {after(*rest)}))" if rest else beyond


def name(text: str) -> str:
    """The text, if it is the name of a field or an object, or a path such as `Order.Name`; ValueError."""
    if not _NAME.fullmatch(text):
        raise ValueError(f"{text!r} is not the name of a Salesforce object or field")
    return text


def _escaped(text: str) -> str:
    if "\0" in text:
        raise ValueError("a NUL character, which no Salesforce text has")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("half a character (a lone surrogate)") from None
    return text.translate(_ESCAPES)
