"""Schedules said in words: every so many minutes, hourly, daily, weekly, monthly, and cron's aliases."""

from __future__ import annotations

import re

from nightshift.schedule import NormalForm, Schedule
from nightshift_tools.schedule.dead import checked_zone
from nightshift_tools.schedule.errors import ScheduleError, shown
from nightshift_tools.schedule.fields import WEEKDAYS

_HOUR, _DAY = 60, 24 * 60
_EVERY_MINUTE, _EVERY_HOUR = tuple(range(60)), tuple(range(24))
_LAST = "last"
_FULL_NAMES = ("SUNDAY", "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY")
_MIDNIGHT = ((0,), (0,))
_ALIASES = {
    "@hourly": NormalForm((0,), _EVERY_HOUR),
    "@daily": NormalForm(*_MIDNIGHT),
    "@midnight": NormalForm(*_MIDNIGHT),
    "@weekly": NormalForm(*_MIDNIGHT, weekdays=(1,)),
    "@monthly": NormalForm(*_MIDNIGHT, days=(1,)),
    "@yearly": NormalForm(*_MIDNIGHT, days=(1,), months=(1,)),
    "@annually": NormalForm(*_MIDNIGHT, days=(1,), months=(1,)),
}


def every_minutes(minutes: int, zone: str = "UTC") -> Schedule:
    """At equal distances, counted from midnight. ScheduleError where the day cannot be divided so.

    cron begins anew each hour and each day; only these numbers keep their distance across both.
    """
    if minutes in _DIVIDING:
        if minutes <= _HOUR:
            return _schedule(NormalForm(tuple(range(0, _HOUR, minutes)), _EVERY_HOUR), zone)
        return _schedule(NormalForm((0,), tuple(range(0, 24, minutes // _HOUR))), zone)
    below = max((number for number in _DIVIDING if number < minutes), default=None)
    above = min((number for number in _DIVIDING if number > minutes), default=None)
    near = " or ".join(str(number) for number in (below, above) if number is not None)
    reason = f"{minutes} minutes do not divide an hour, nor are they whole hours that divide a day"
    raise ScheduleError(None, reason, f"the nearest that keep their distance: {near}")


def hourly(minute: int, zone: str = "UTC") -> Schedule:
    """Once an hour, at this minute."""
    if not 0 <= minute < _HOUR:
        raise ScheduleError(None, f"there is no minute {minute}", "write 0 to 59")
    return _schedule(NormalForm((minute,), _EVERY_HOUR), zone)


def daily(time: str, zone: str = "UTC") -> Schedule:
    """Once a day, at `hh:mm`."""
    minutes, hours = _time(time)
    return _schedule(NormalForm(minutes, hours), zone)


def weekly(day: str, time: str, zone: str = "UTC") -> Schedule:
    """Once a week, on a weekday by its English name (`MON`, `monday`), at `hh:mm`."""
    name = day.upper()
    names = WEEKDAYS if name in WEEKDAYS else _FULL_NAMES
    if name not in names:
        raise ScheduleError("day", f"{shown(day)} is no weekday", f"write {', '.join(WEEKDAYS)}")
    minutes, hours = _time(time)
    return _schedule(NormalForm(minutes, hours, weekdays=(names.index(name) + 1,)), zone)


def monthly(day: int | str, time: str, zone: str = "UTC") -> Schedule:
    """Once a month, on a day from 1 to 31, which not every month has, or on the `last`, at `hh:mm`."""
    minutes, hours = _time(time)
    if day == _LAST:
        return _schedule(NormalForm(minutes, hours, special="L"), zone)
    if not isinstance(day, int) or not 1 <= day <= 31:
        raise ScheduleError("day", f"{shown(str(day))} is no day of a month", f"write 1 to 31, or {_LAST}")
    return _schedule(NormalForm(minutes, hours, days=(day,)), zone)


def alias(text: str, zone: str = "UTC") -> Schedule:
    """cron's `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`; also `@midnight` and `@annually`."""
    form = _ALIASES.get(text.strip(" \t").lower())
    if form is None:
        cure = f"write one of {', '.join(_ALIASES)}"
        if text.startswith("@every"):
            cure = "write every_minutes, a rate, or a cron expression"
        if text.startswith("@reboot"):
            cure = "nothing here starts but a tick: write when it is to run"
        raise ScheduleError(None, f"the alias {shown(text)} is not understood", cure)
    return _schedule(form, zone)


def _time(text: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    found = re.fullmatch(r"([01][0-9]|2[0-3]):([0-5][0-9])", text)
    if found is None:
        raise ScheduleError(None, f"{shown(text)} is no time of day", 'write "hh:mm", 00:00 to 23:59')
    return (int(found[2]),), (int(found[1]),)


def _schedule(form: NormalForm, zone: str) -> Schedule:
    return Schedule((form,), checked_zone(zone))


_DIVIDING = tuple(
    number
    for number in range(1, _DAY + 1)
    if _HOUR % number == 0 or (number % _HOUR == 0 and _DAY % number == 0)
)
