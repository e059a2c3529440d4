"""The query of a list: limit, offset, order, fields and filters, in the forms that Medusa reads."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import parse_qsl

from nightshift_tools.sandbox.exact_json import JsonObject
from nightshift_tools.sandbox.medusa.errors import invalid, unknown

DATES = ("created_at", "updated_at")

_KEY = re.compile(r"(\w+)(?:\[(\$?\w*)\])?(?:\[\d*\])?")
_LEADING_INTEGER = re.compile(r"\s*(-?\d+)")


@dataclass(slots=True)
class ListQuery:
    """A list request, read."""

    limit: int
    offset: int = 0
    order: str | None = None
    descending: bool = False
    fields: str | None = None
    q: str | None = None
    equal: dict[str, list[str]] = field(default_factory=dict)
    dates: list["DateFilter"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class DateFilter:
    """One operator on a time stamp or a text; instants are in the form in which rows carry them."""

    column: str
    operator: str
    values: tuple[str, ...]

    def accepts(self, stamp: str) -> bool:
        """Whether a row's time stamp passes; the form sorts by time."""
        first = self.values[0]
        return {
            "$eq": stamp == first,
            "$ne": stamp != first,
            "$in": stamp in self.values,
            "$nin": stamp not in self.values,
            "$gt": stamp > first,
            "$gte": stamp >= first,
            "$lt": stamp < first,
            "$lte": stamp <= first,
        }[self.operator]


def plain(text: str) -> dict[str, str]:
    """The parameters of a query without lists and operators; of one that is repeated, the last."""
    return dict(parse_qsl(text, keep_blank_values=True))


def parse(
    text: str,
    *,
    limit: int,
    filters: Collection[str],
    orders: Collection[str],
    compared: Collection[str] = (),
) -> ListQuery:
    """Read a query; unknown filters are dropped silently, as Medusa drops them.

    Columns of texts that take operators as dates do are named in `compared`.

    Raises MedusaError: 400 for a limit that is no number, 500 for a negative one or an unknown order.
    """
    query = ListQuery(limit)
    dates: dict[tuple[str, str], list[str]] = {}
    for key, value in parse_qsl(text, keep_blank_values=True):
        match = _KEY.fullmatch(key)
        if match is None:
            continue
        name, operator = match[1], match[2] or ""
        if name in ("limit", "offset"):
            setattr(query, name, _count(name, value))
        elif name in ("fields", "q"):
            setattr(query, name, value)
        elif name == "order":
            query.order, query.descending = value.removeprefix("-"), value.startswith("-")
        elif name in DATES:
            dates.setdefault((name, operator if operator.startswith("$") else "$eq"), []).append(
                _instant(value)
            )
        elif name in compared and operator.startswith("$"):
            dates.setdefault((name, operator), []).append(value)
        elif name == "variants" and operator and f"variants.{operator}" in filters:
            query.equal.setdefault(f"variants.{operator}", []).append(value)
        elif name in filters:
            query.equal.setdefault(name, []).append(value)
    if query.order is not None and query.order not in orders:
        raise unknown()
    query.dates = [DateFilter(name, _known(operator), tuple(v)) for (name, operator), v in dates.items()]
    return query


def matches(query: ListQuery, document: JsonObject, searched: Collection[str]) -> bool:
    """Whether a document passes the filters; `q` looks for its text in the `searched` columns."""
    for name, wanted in query.equal.items():
        if "." in name:  # of a relation: rows are found by it
            continue
        held = document.get(name)
        texts = map(_text, held) if isinstance(held, list) else (_text(held),)
        if not any(text in wanted for text in texts):
            return False
    if not all(date.accepts(document[date.column]) for date in query.dates):
        return False
    needle = (query.q or "").lower()
    return not needle or any(needle in str(document.get(column) or "").lower() for column in searched)


def in_order(query: ListQuery, documents: list[JsonObject]) -> list[JsonObject]:
    """The documents in the order asked for, nulls last; without one, as they are."""
    column = query.order
    if column is None:
        return documents
    filled = [document for document in documents if document.get(column) is not None]
    empty = [document for document in documents if document.get(column) is None]
    return [*sorted(filled, key=lambda document: _text(document[column]), reverse=query.descending), *empty]


def _count(name: str, text: str) -> int:
    match = _LEADING_INTEGER.match(text)
    if match is None:
        raise invalid(f"Invalid request: Expected type: 'number' for field '{name}', got: 'nan'")
    if int(match[1]) < 0:
        raise unknown()
    return int(match[1])


def _known(operator: str) -> str:
    if operator not in ("$eq", "$ne", "$in", "$nin", "$gt", "$gte", "$lt", "$lte"):
        raise unknown()
    return operator


def _instant(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise unknown() from None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
