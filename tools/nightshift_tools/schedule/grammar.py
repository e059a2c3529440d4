"""A strict check of EventBridge's expressions, by its user guide: cfn-lint lets minute 60 and weekday 0 pass.

It knows what Nightshift prints: values, ranges, steps and lists, and the specials L, LW, 15W, 6L and 3#2.
"""

from __future__ import annotations

import re

from nightshift_tools.schedule.errors import ScheduleError, shown
from nightshift_tools.schedule.fields import MONTHS, WEEKDAYS

MAX_LENGTH = 256

_BOUNDS = {
    "minutes": (0, 59, ()),
    "hours": (0, 23, ()),
    "day-of-month": (1, 31, ()),
    "month": (1, 12, MONTHS),
    "day-of-week": (1, 7, WEEKDAYS),
    "year": (1970, 2199, ()),
}
_ITEM = re.compile(r"(?:\*|(?P<low>[0-9]+|[A-Z]{3})(?:-(?P<high>[0-9]+|[A-Z]{3}))?)(?:/(?P<step>[0-9]+))?")
_SPECIALS = {
    "day-of-month": re.compile(r"L|LW|([1-9]|[12][0-9]|3[01])W", re.ASCII),
    "day-of-week": re.compile(r"[1-7]L|[1-7]#[1-5]", re.ASCII),
}
_RATE = re.compile(r"rate\((1 (minute|hour|day)|([2-9]|[1-9][0-9]{1,5}) (minutes|hours|days))\)", re.ASCII)
_AT = re.compile(r"at\([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\)", re.ASCII)


def check_expression(expression: str) -> None:
    """`check_cron` for all of EventBridge's forms: `cron()`, `rate()` and `at()`."""
    if not _RATE.fullmatch(expression) and not _AT.fullmatch(expression):
        check_cron(expression)


def check_cron(expression: str) -> None:
    """ScheduleError where EventBridge would refuse the expression or read it in a way of its own."""
    if len(expression) > MAX_LENGTH:
        reason = f"it prints as {len(expression)} characters, and EventBridge takes {MAX_LENGTH}"
        raise ScheduleError(None, reason, "make two schedules of it")
    body = re.fullmatch(r"cron\(([^()]*)\)", expression)
    fields = body[1].split(" ") if body else []
    if len(fields) != len(_BOUNDS):
        raise ScheduleError(
            "expression", f"{shown(expression)} is no cron() of six fields", "one blank between each"
        )
    if [fields[2], fields[4]].count("?") != 1:
        raise ScheduleError(
            "expression", f"{shown(expression)} needs '?' in one day field", "and in one only"
        )
    for name, field in zip(_BOUNDS, fields, strict=True):
        if field == "?":
            if name not in _SPECIALS:
                raise ScheduleError(name, "'?' is for the day fields", "write '*'")
        elif name not in _SPECIALS or not _SPECIALS[name].fullmatch(field):
            for item in field.split(","):
                _check_item(name, item)


def _check_item(name: str, item: str) -> None:
    found = _ITEM.fullmatch(item)
    if found is None:
        raise ScheduleError(name, f"{shown(item)} is not understood", "write a value, a range, or a step")
    if found["step"] is not None and (name == "day-of-week" or int(found["step"]) == 0):
        raise ScheduleError(name, f"{shown(item)} has a step that is not allowed", "list the values")
    low = _value(name, found["low"] or str(_BOUNDS[name][0]))
    if found["high"] is not None and _value(name, found["high"]) < low:
        raise ScheduleError(name, f"the range {shown(item)} falls", "list the values")


def _value(name: str, text: str) -> int:
    low, high, names = _BOUNDS[name]
    number = int(text) if text.isdecimal() else names.index(text) + low if text in names else -1
    if not low <= number <= high:
        raise ScheduleError(name, f"{shown(text)} is out of range", f"{low} to {high}")
    return number
