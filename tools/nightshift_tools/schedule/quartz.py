"""Quartz cron, as Salesforce has it, six or seven fields, into the normal form: exactly, or refused.

What Quartz 2.3 drops without a word (a step after names, all but one of several W, C) is refused.
"""

from __future__ import annotations

import re

from nightshift.schedule import Schedule
from nightshift_tools.schedule.dead import checked_zone, refuse_dead
from nightshift_tools.schedule.errors import ScheduleError, shown
from nightshift_tools.schedule.fields import YEAR
from nightshift_tools.schedule.items import split_fields
from nightshift_tools.schedule.sixfields import read_form

_COUNTS = (6, 7)
_LAST_YEAR = 2099
_SIX = "write six or seven: second, minute, hour, day of month, month, day of week, and perhaps year"


def from_quartz(expression: str, zone: str = "UTC", *, this_year: int | None = None) -> Schedule:
    """The schedule of a Quartz expression in a zone. ScheduleError names field, value and cure.

    `this_year` is the year before which nothing is to fire any more; the present one by default.
    """
    texts = split_fields(expression, _SIX)
    if texts[0].startswith("@"):
        raise ScheduleError(None, f"{shown(expression)} is an alias of Unix cron", "write it as cron")
    if "(" in texts[0]:
        raise ScheduleError(None, f"{shown(expression)} is an AWS expression", "write it as aws")
    if len(texts) == 5:
        reason = f"{shown(expression)} has five fields, which is Unix cron, where weekdays count otherwise"
        raise ScheduleError(None, reason, f"write it as cron, or {_SIX}")
    if len(texts) not in _COUNTS:
        raise ScheduleError(None, f"{shown(expression)} has {len(texts)} field(s)", _SIX)
    _check_second(texts[0])
    year = texts[6] if len(texts) == 7 else "*"
    _check_years(year)
    form = read_form((*texts[1:6], year))
    schedule = Schedule((form,), checked_zone(zone))
    refuse_dead(schedule, expression, this_year)
    return schedule


def _check_years(text: str) -> None:
    """Quartz knows no year beyond: EventBridge would run what Quartz never does."""
    for number in re.findall(r"(?<![/0-9])[0-9]{4}", text):
        if int(number) > _LAST_YEAR:
            raise ScheduleError("year", f"{number} is out of range", f"write {YEAR.low} to {_LAST_YEAR}")


def _check_second(text: str) -> None:
    if text in ("0", "00"):
        return
    reason = (
        f"{shown(text)} cannot be said: EventBridge wakes a job once a minute at most, at no fixed second"
    )
    raise ScheduleError("second", reason, "write 0")
