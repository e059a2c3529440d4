"""When a normal form fires: by days that match, never minute by minute, so that 29 February costs nothing."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time
from heapq import merge
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nightshift.schedule.model import NormalForm

FIRST_YEAR, LAST_YEAR = 1970, 2199
"""The years EventBridge's cron knows ; also where a search without result ends."""


def merged(streams: Iterable[Iterator[datetime]]) -> Iterator[datetime]:
    """Ascending streams as one, without repetition."""
    last = None
    for instant in merge(*streams):
        if instant != last:
            yield instant
            last = instant


def ascending(form: NormalForm, after: datetime) -> Iterator[datetime]:
    """The firings of one normal form strictly after an instant."""
    first = _utc(after)
    for year in range(max(first.year, FIRST_YEAR), LAST_YEAR + 1):
        for month in range(1, 13):
            if (year, month) < (first.year, first.month):
                continue
            for day in _days(form, year, month):
                if day >= first.date():
                    yield from (instant for instant in _instants(form, day) if instant > first)


def latest(form: NormalForm, at: datetime) -> datetime | None:
    """The last firing of one normal form at or before an instant."""
    last = _utc(at)
    for year in range(min(last.year, LAST_YEAR), FIRST_YEAR - 1, -1):
        for month in range(12, 0, -1):
            if (year, month) > (last.year, last.month):
                continue
            for day in reversed(_days(form, year, month)):
                if day > last.date():
                    continue
                passed = [instant for instant in _instants(form, day) if instant <= last]
                if passed:
                    return passed[-1]
    return None


def _days(form: NormalForm, year: int, month: int) -> list[date]:
    """The days of a month on which a form fires: the one place that knows how a day is chosen."""
    if month not in form.months or (form.years is not None and year not in form.years):
        return []
    days = [date(year, month, number) for number in range(1, monthrange(year, month)[1] + 1)]
    if form.days is not None:
        return [day for day in days if day.day in form.days]
    if form.weekdays is not None:
        return [day for day in days if day.isoweekday() % 7 + 1 in form.weekdays]
    return days


def _instants(form: NormalForm, day: date) -> Iterator[datetime]:
    for hour in form.hours:
        for minute in form.minutes:
            yield datetime.combine(day, time(hour, minute), UTC)


def _utc(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError(f"{instant} has no time zone; firings are told in UTC")
    return instant.astimezone(UTC)
