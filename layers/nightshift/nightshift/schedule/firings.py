"""When a normal form fires: by days that match, never minute by minute, so that 29 February costs nothing."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from heapq import merge
from typing import TYPE_CHECKING

from nightshift.schedule import specials
from nightshift.schedule.zones import to_utc

if TYPE_CHECKING:
    from nightshift.schedule.model import NormalForm

FIRST_YEAR, LAST_YEAR = 1970, 2199
"""The years EventBridge's cron knows; also where a search without result ends."""


_PUT_BACK = timedelta(hours=3)
"""The most that a zone has put its clocks back at once since 1970: Casey in Antarctica."""


def merged(streams: Iterable[Iterator[datetime]]) -> Iterator[datetime]:
    """Ascending streams as one, without repetition."""
    last = None
    for instant in merge(*streams):
        if instant != last:
            yield instant
            last = instant


def ascending(form: NormalForm, after: datetime, zone: tzinfo) -> Iterator[datetime]:
    """The firings of one normal form strictly after an instant, in UTC."""
    first = aware(after)
    for day in _days_from(form, _local_date(first, zone)):
        for instant in _instants(form, day, zone):
            if instant > first:
                yield instant


def latest(form: NormalForm, at: datetime, zone: tzinfo) -> datetime | None:
    """The last firing of one normal form at or before an instant, in UTC."""
    last = aware(at)
    for day in _days_until(form, _local_date(last, zone)):
        for wall in _walls_back(form, day, _latest_wall(last, zone)):
            instant = to_utc(wall, zone)
            if instant is not None and instant <= last:
                return instant
    return None


def wall_times(form: NormalForm, start: datetime, end: datetime) -> Iterator[datetime]:
    """The naive wall times of a form from one to before another, whether or not a clock ever shows them."""
    for day in _days_from(form, start.date()):
        if day > end.date():
            return
        yield from (wall for wall in _walls(form, day) if start <= wall < end)


def aware(instant: datetime) -> datetime:
    """The instant in UTC; ValueError where it has no zone."""
    if instant.tzinfo is None:
        raise ValueError(f"{instant} has no time zone; firings are told in UTC")
    return instant.astimezone(UTC)


def _local_date(instant: datetime, zone: tzinfo) -> date:
    if not FIRST_YEAR <= instant.year <= LAST_YEAR:
        return instant.date()  # where nothing fires, and the calendar itself may end
    return instant.astimezone(zone).date()


def _days_from(form: NormalForm, first: date) -> Iterator[date]:
    for year in range(max(first.year, FIRST_YEAR), LAST_YEAR + 1):
        for month in form.months if _has(form, year) else ():
            if (year, month) >= (first.year, first.month):
                yield from (day for day in _days(form, year, month) if day >= first)


def _days_until(form: NormalForm, last: date) -> Iterator[date]:
    for year in range(min(last.year, LAST_YEAR), FIRST_YEAR - 1, -1):
        for month in reversed(form.months) if _has(form, year) else ():
            if (year, month) <= (last.year, last.month):
                yield from (day for day in reversed(_days(form, year, month)) if day <= last)


def _has(form: NormalForm, year: int) -> bool:
    return form.years is None or year in form.years


def _days(form: NormalForm, year: int, month: int) -> list[date]:
    """The days of a month on which a form fires: the one place that knows how a day is chosen."""
    if form.special is not None:
        special = specials.day_of(form.special, year, month)
        return [] if special is None else [date(year, month, special)]
    length = monthrange(year, month)[1]
    if form.days is not None:
        return [date(year, month, number) for number in form.days if number <= length]
    days = [date(year, month, number) for number in range(1, length + 1)]
    if form.weekdays is not None:
        return [day for day in days if day.isoweekday() % 7 + 1 in form.weekdays]
    return days


def _walls(form: NormalForm, day: date) -> Iterator[datetime]:
    for hour in form.hours:
        for minute in form.minutes:
            yield datetime.combine(day, time(hour, minute))


def _walls_back(form: NormalForm, day: date, at: datetime) -> Iterator[datetime]:
    """The wall times of a day at or before one, the last first."""
    for hour in reversed(form.hours):
        if datetime.combine(day, time(hour)) <= at:
            for minute in reversed(form.minutes):
                wall = datetime.combine(day, time(hour, minute))
                if wall <= at:
                    yield wall


def _latest_wall(instant: datetime, zone: tzinfo) -> datetime:
    """The last wall time that a clock may have shown up to an instant: it may have been put back since."""
    if not FIRST_YEAR <= instant.year <= LAST_YEAR:
        return instant.replace(tzinfo=None)
    return instant.astimezone(zone).replace(tzinfo=None) + _PUT_BACK


def _instants(form: NormalForm, day: date, zone: tzinfo) -> Iterator[datetime]:
    """Ascending even where a clock goes back: a wall time that comes twice means its first passing."""
    for wall in _walls(form, day):
        instant = to_utc(wall, zone)
        if instant is not None:
            yield instant
