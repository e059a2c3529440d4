"""Query parameters as DummyJSON reads them, JavaScript's idea of a number included."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs

MAX_DELAY_MS = 5000

# What JavaScript's Number() makes a number of; the empty string is 0.
_NUMBER = re.compile(
    r"\s*([+-]?(Infinity|(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?)|0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+|)\s*"
)
_LEADING_INTEGER = re.compile(r"\s*([+-]?\d+)")


class BadQuery(ValueError):  # noqa: N818 - an answer of the API, not an accident
    """A parameter that DummyJSON answers with 400; the text is its message."""


@dataclass(frozen=True, slots=True)
class ListOptions:
    """What was asked for; None stands for JavaScript's NaN in `limit` and `skip`, else for "not given"."""

    limit: int | None
    skip: int | None
    select: tuple[str, ...] | None
    sort_by: str | None
    order: str
    q: str
    delay_seconds: float

    def window(self, count: int) -> tuple[int, int]:
        """First and last (exclusive) place of the page among `count` products."""
        start = min(self.skip, count) if self.skip and self.skip > 0 else 0
        if self.limit is None:
            return start, start
        if self.limit > 0:
            return start, min(start + self.limit, count)
        return start, max(start, count + self.limit)  # 0 is everything, less than 0 leaves the end out


def parse(query: str) -> ListOptions:
    """Read the parameters; raises BadQuery in the order in which DummyJSON checks them."""
    given = parse_qs(query, keep_blank_values=True)
    limit, skip = _integer(given, "limit", "30"), _integer(given, "skip", "0")
    q = given.get("q", [""])
    if len(q) > 1:
        raise BadQuery("Invalid 'q' - must be a string")
    delay = _delay(given.get("delay", [""])[-1])
    sort_by, order = given.get("sortBy", [""])[0], given.get("order", [""])[0].lower()
    if order and sort_by and order not in ("asc", "desc"):
        raise BadQuery("Order can be: 'asc' or 'desc'")
    return ListOptions(
        limit=limit,
        skip=skip,
        select=_selected(given.get("select", [])),
        sort_by=sort_by or None,
        order=order or "asc",
        q=q[0].strip().lower().replace("-", " "),
        delay_seconds=delay / 1000,
    )


def _integer(given: dict[str, list[str]], name: str, default: str) -> int | None:
    values = given.get(name, [default])
    if len(values) > 1 or not _NUMBER.fullmatch(values[0]):
        raise BadQuery(f"Invalid '{name}' - must be a number")
    return _parse_int(values[0])


def _parse_int(text: str) -> int | None:
    match = _LEADING_INTEGER.match(text)
    return int(match[1]) if match else None


def _delay(text: str) -> int:
    if not text:
        return 0
    if not _NUMBER.fullmatch(text):
        raise BadQuery("Delay must be a number in milliseconds")
    delay = _parse_int(text) or 0
    if delay > MAX_DELAY_MS:
        raise BadQuery("Delay cannot be greater than 5 seconds")
    if delay < 0:
        raise BadQuery("Delay cannot be less than 0")
    return delay


def _selected(values: list[str]) -> tuple[str, ...] | None:
    if len(values) > 1:
        return ("id", *values)
    return ("id", *values[0].split(",")) if values and values[0] else None
