"""AWS's own expressions, `cron()`, `rate()` and `at()`, for rules and for Scheduler alike."""

from __future__ import annotations

import re
from datetime import datetime
from typing import cast

from nightshift.schedule import AnySchedule, At, Rate, Schedule
from nightshift.schedule.other import UNITS, Unit
from nightshift_tools.schedule.dead import checked_zone, current_year, refuse_dead
from nightshift_tools.schedule.errors import ScheduleError, shown
from nightshift_tools.schedule.items import split_fields
from nightshift_tools.schedule.sixfields import read_form

_WRAPPED = re.compile(r"(cron|rate|at)\(([^()]*)\)", re.ASCII)
_FORMS = "write cron(minute hour day month weekday year), rate(5 minutes) or at(2026-12-31T23:59:00)"
_RATE = re.compile(r"([0-9]{1,6}) +([a-z]{1,8})", re.ASCII)
_AT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}", re.ASCII)


def from_aws(expression: str, zone: str = "UTC", *, this_year: int | None = None) -> AnySchedule:
    """The schedule of an AWS expression in a zone. ScheduleError names field, value and cure.

    `this_year` is the year before which nothing is to fire any more; the present one by default.
    """
    checked_zone(zone)
    text = " ".join(split_fields(expression, _FORMS))
    found = _WRAPPED.fullmatch(text)
    if found is None:
        raise ScheduleError(None, f"{shown(expression)} is no AWS expression", _FORMS)
    if found[1] == "rate":
        return rate(found[2], zone)
    if found[1] == "at":
        return _at(found[2], zone, current_year() if this_year is None else this_year)
    fields = found[2].split()
    if len(fields) != 6:
        reason = f"{shown(expression)} has {len(fields)} field(s)"
        raise ScheduleError(None, reason, "write six: minute, hour, day of month, month, day of week, year")
    schedule = Schedule((read_form(fields, weekday_steps=False),), zone)
    refuse_dead(schedule, expression, this_year)
    return schedule


def rate(text: str, zone: str = "UTC") -> Rate:
    """`5 minutes`, `1 hour`, `2 days`: counted from the moment of deployment."""
    found = _RATE.fullmatch(text)
    if found is None:
        raise ScheduleError("rate", f"{shown(text)} is no rate", "write a number and a unit, as in 5 minutes")
    value, unit = int(found[1]), found[2]
    plural = unit if unit.endswith("s") else f"{unit}s"
    if plural not in UNITS:
        raise ScheduleError("rate", f"{shown(unit)} is no unit", f"write {', '.join(UNITS)}")
    if value == 0:
        raise ScheduleError("rate", f"{shown(text)} never fires", f"write 1 {plural[:-1]} or more")
    right = plural[:-1] if value == 1 else plural
    if unit != right:
        raise ScheduleError("rate", f"{shown(text)} is refused by AWS", f"write {value} {right}")
    return Rate(value, cast(Unit, plural), checked_zone(zone))


def _at(text: str, zone: str, this_year: int) -> At:
    try:
        instant = datetime.fromisoformat(text) if _AT.fullmatch(text) else None
    except ValueError:
        instant = None
    if instant is None:
        cure = "write it without a zone, as in at(2026-12-31T23:59:00)"
        raise ScheduleError("at", f"{shown(text)} is no instant", cure)
    if instant.second:
        reason = f"{shown(text)} has seconds, and EventBridge counts in minutes"
        raise ScheduleError("at", reason, f"write {instant:%Y-%m-%dT%H:%M}:00")
    if instant.year < this_year:
        raise ScheduleError("at", f"{shown(text)} is in the past", "write an instant that comes")
    schedule = At(instant, zone)
    if schedule.previous(datetime.fromisoformat("9999-01-01T00:00:00+00:00")) is None:
        reason = f"{shown(text)} is skipped by the clock in {zone}"
        raise ScheduleError("at", reason, "write a time that exists")
    return schedule
