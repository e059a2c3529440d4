"""Schedules that never fire, or never again: refused, for nobody means them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from nightshift.schedule import Schedule, zone_of
from nightshift_tools.schedule.errors import ScheduleError, shown


def checked_zone(zone: str) -> str:
    """The zone itself; ScheduleError where it is none, or where this machine has no zone data."""
    try:
        zone_of(zone)
    except ValueError as error:
        reason, _, cure = str(error).partition("; ")
        raise ScheduleError("timezone", reason, cure) from None
    return zone


def current_year() -> int:
    """The year from which on a firing counts: translating is work of the present."""
    return datetime.now(UTC).year


def refuse_dead(schedule: Schedule, expression: str, this_year: int | None) -> None:
    """ScheduleError where all years are over, or where no date ever comes by the year 2199."""
    year = current_year() if this_year is None else this_year
    years = {number for form in schedule.forms for number in form.years or (year,)}
    if max(years) < year:
        reason = f"{shown(expression)} has years only in the past"
        raise ScheduleError("year", reason, f"write a year from {year} on, or none")
    begin = datetime(year, 1, 1, tzinfo=UTC) - timedelta(days=1)
    if next(schedule.firings(begin), None) is None:
        reason = f"{shown(expression)} means dates that never come"
        raise ScheduleError("day of month", reason, "write a day and a time that these months and years have")
