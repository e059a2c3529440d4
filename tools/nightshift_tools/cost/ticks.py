"""How often a schedule fires in a year, without walking through every minute of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from nightshift.schedule import At, NormalForm, Rate, Schedule
from nightshift_tools.manifest.model import Entry

YEAR = timedelta(days=365)


def ticks_a_year(entry: Entry, since: datetime) -> int:
    """Deliveries of one schedule for one storefront in the 365 days from an aware instant on.

    By wall time: a clock change moves it by an hour's firings. The minute that two expressions share is
    delivered twice.
    """
    first = max(since, entry.start) if entry.start else since
    last = min(since + YEAR, entry.end) if entry.end else since + YEAR
    if first >= last:
        return 0
    schedule = entry.schedule
    if isinstance(schedule, Rate):
        return int((last - first) / schedule.period)
    if isinstance(schedule, At):
        return sum(1 for _ in _between(schedule, first, last))
    return sum(_of_form(form, first, last) for form in schedule.forms)


def _of_form(form: NormalForm, first: datetime, last: datetime) -> int:
    """Its days, each with as many firings as it has hours times minutes."""
    daily = Schedule((replace(form, hours=(0,), minutes=(0,)),))
    return sum(1 for _ in _between(daily, first, last)) * len(form.hours) * len(form.minutes)


def _between(schedule: Schedule | At, first: datetime, last: datetime) -> Iterator[datetime]:
    """The firings from an instant on, itself included, and before another."""
    for instant in schedule.firings(first - timedelta(seconds=1)):
        if instant >= last:
            return
        yield instant
