"""`not_before` and `not_after`: a day or an instant, in the schedule's zone where it names no other."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

from nightshift.schedule import zone_of

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(_DAY.pattern + r"[T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})?")
_LAST_SECOND = timedelta(seconds=59)


def read_start(text: str, zone: str) -> datetime:
    """The first instant that counts, in UTC: of a day its first. ValueError where it is neither."""
    return _read(text, zone, time(0, 0), fold=0).astimezone(UTC)


def read_end(text: str, zone: str) -> datetime:
    """The last second that counts, in UTC: of a day its last, of an instant the last one of its minute."""
    return _read(text, zone, time(23, 59), fold=1).replace(second=0).astimezone(UTC) + _LAST_SECOND


def _read(text: str, zone: str, of_a_day: time, fold: int) -> datetime:
    try:
        if _DAY.fullmatch(text):
            found = datetime.combine(date.fromisoformat(text), of_a_day)
        elif _INSTANT.fullmatch(text):
            found = datetime.fromisoformat(text)
        else:
            raise ValueError("neither a day nor an instant")
        if not 1970 <= found.year <= 2199:
            raise ValueError("the year is not within 1970 to 2199")
    except ValueError as error:
        raise ValueError(f"{error}; write 2026-12-24, 2026-12-24T08:00 or 2026-12-24T08:00Z") from None
    if found.tzinfo is None:
        # Where the clocks go back, an hour comes twice: the wider meaning loses no firing.
        found = found.replace(tzinfo=zone_of(zone), fold=fold)
    return found
