"""Schedules said in words: every so many minutes, hourly, daily. All in UTC."""

from __future__ import annotations

import re

from nightshift.schedule import NormalForm, Schedule
from nightshift_tools.schedule.errors import ScheduleError, shown

_HOUR, _DAY = 60, 24 * 60
_EVERY_MINUTE, _EVERY_HOUR = tuple(range(60)), tuple(range(24))


def every_minutes(minutes: int) -> Schedule:
    """At equal distances, counted from midnight. ScheduleError where the day cannot be divided so.

    cron begins anew each hour and each day; only these numbers keep their distance across both.
    """
    if minutes in _DIVIDING:
        if minutes <= _HOUR:
            return Schedule((NormalForm(tuple(range(0, _HOUR, minutes)), _EVERY_HOUR),))
        return Schedule((NormalForm((0,), tuple(range(0, 24, minutes // _HOUR))),))
    below = max((number for number in _DIVIDING if number < minutes), default=None)
    above = min((number for number in _DIVIDING if number > minutes), default=None)
    near = " or ".join(str(number) for number in (below, above) if number is not None)
    reason = f"{minutes} minutes do not divide an hour, nor are they whole hours that divide a day"
    raise ScheduleError(None, reason, f"the nearest that keep their distance: {near}")


def hourly(minute: int) -> Schedule:
    """Once an hour, at this minute."""
    if not 0 <= minute < _HOUR:
        raise ScheduleError(None, f"there is no minute {minute}", "write 0 to 59")
    return Schedule((NormalForm((minute,), _EVERY_HOUR),))


def daily(time: str) -> Schedule:
    """Once a day, at `hh:mm`."""
    found = re.fullmatch(r"([01][0-9]|2[0-3]):([0-5][0-9])", time)
    if found is None:
        raise ScheduleError(None, f"{shown(time)} is no time of day", 'write "hh:mm", 00:00 to 23:59')
    return Schedule((NormalForm((int(found[2]),), (int(found[1]),)),))


_DIVIDING = tuple(
    number
    for number in range(1, _DAY + 1)
    if _HOUR % number == 0 or (number % _HOUR == 0 and _DAY % number == 0)
)
