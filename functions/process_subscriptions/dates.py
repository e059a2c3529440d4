"""When the next installment is due: pure, and without drift at the end of a month."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

INTERVALS = ("day", "week", "month", "year")

_LAST_SAFE = 28
"""The last day that every month has."""


def next_date(day: date, interval: str, count: int, billing_day: int) -> date:
    """`count` intervals after a day. Months and years come to `billing_day`, or to the month's last day where
    that is earlier: 31 January, 28 February, 31 March.

    ValueError for an interval that is none, and for a date beyond the year 9999.
    """
    if interval not in INTERVALS:
        raise ValueError(f"an interval of {interval!r}; there are: {', '.join(INTERVALS)}")
    try:
        if interval in ("day", "week"):
            return day + timedelta(days=count * (7 if interval == "week" else 1))
        months = day.year * 12 + day.month - 1 + count * (12 if interval == "year" else 1)
        year, month = divmod(months, 12)
        return date(year, month + 1, min(billing_day, monthrange(year, month + 1)[1]))
    except (OverflowError, ValueError):
        raise ValueError(f"{count} {interval}s after {day} is no date") from None


def billing_day_of(day: date, kept: int | None) -> int:
    """The day of the month that is meant: the one that was kept, unless somebody has moved the date since."""
    last = monthrange(day.year, day.month)[1]
    return kept if kept is not None and day.day == min(kept, last) else day.day


def to_keep(billing_day: int) -> int | None:
    """What must be kept of it: the date itself tells it, up to the 28th."""
    return billing_day if billing_day > _LAST_SAFE else None
