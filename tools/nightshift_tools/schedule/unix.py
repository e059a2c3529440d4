"""Unix cron, five fields, into the normal form: exactly, or refused with the reason.

Implementations of cron differ on much of what is refused here; nothing is guessed.
"""

from __future__ import annotations

import re

from nightshift.schedule import NormalForm, Schedule
from nightshift_tools.schedule.dead import checked_zone, refuse_dead
from nightshift_tools.schedule.errors import ScheduleError, shown
from nightshift_tools.schedule.fields import DAY, HOUR, MINUTE, MONTH, WEEKDAYS, Field, never_comes
from nightshift_tools.schedule.helpers import alias
from nightshift_tools.schedule.items import split_fields, split_list, step, value

_WEEKDAY = Field("day of week", 0, 7, {name: number for number, name in enumerate(WEEKDAYS)})
_FIELDS = (MINUTE, HOUR, DAY, MONTH, _WEEKDAY)
_SUNDAY_AGAIN = 7
_FIVE = "write five: minute, hour, day of month, month, day of week"

_FOREIGN = {
    "?": "'?' belongs to Quartz and AWS: write '*'",
    "L": "'L' belongs to Quartz and AWS: write the whole expression in theirs, as quartz or aws",
    "W": "'W' belongs to Quartz and AWS: write the whole expression in theirs, as quartz or aws",
    "#": "'#' belongs to Quartz and AWS: write the whole expression in theirs, as quartz or aws",
}


def from_unix(expression: str, zone: str = "UTC") -> Schedule:
    """The schedule of a five-field expression or an alias. ScheduleError names field, value and cure.

    Two day fields that say something mean that either will do: that is two normal forms.
    """
    texts = _split(expression)
    if texts[0].startswith("@"):
        return alias(" ".join(texts), zone)
    minutes, hours, days, months, weekdays = (
        _values(field, text) for field, text in zip(_FIELDS, texts, strict=True)
    )
    weekdays = tuple(sorted({number % _SUNDAY_AGAIN for number in weekdays}))
    every_day, every_weekday = len(days) == DAY.size, len(weekdays) == len(WEEKDAYS)
    if "*" not in (texts[2], texts[4]):
        _refuse_ambiguous(texts, every_day, every_weekday)
    forms = []
    if not every_day and not never_comes(days, months):
        forms.append(NormalForm(minutes, hours, days=days, months=months))
    if not every_weekday:
        numbered = tuple(number + 1 for number in weekdays)  # the normal form counts from 1 = Sunday
        forms.append(NormalForm(minutes, hours, weekdays=numbered, months=months))
    if every_day and every_weekday:
        forms.append(NormalForm(minutes, hours, months=months))
    if not forms:
        reason = f"{shown(texts[2])} never comes in month {shown(texts[3])}"
        raise ScheduleError(DAY.name, reason, "write a day that these months have")
    schedule = Schedule(tuple(forms), checked_zone(zone))
    refuse_dead(schedule, expression, None)
    return schedule


def _split(expression: str) -> list[str]:
    texts = split_fields(expression, _FIVE)
    if texts[0].startswith("@"):
        return texts
    if re.match(r"(cron|rate|at)\(", texts[0]):
        reason = f"{shown(expression)} is an AWS expression, not Unix cron"
        raise ScheduleError(None, reason, f"say that it is aws, or {_FIVE}")
    if len(texts) in (6, 7):
        reason = f"{shown(expression)} has {len(texts)} fields, as Quartz has, not Unix cron"
        raise ScheduleError(None, reason, f"say that it is quartz, or {_FIVE}")
    if len(texts) != len(_FIELDS):
        raise ScheduleError(None, f"{shown(expression)} has {len(texts)} field(s)", _FIVE)
    return texts


def _values(field: Field, text: str) -> tuple[int, ...]:
    values: set[int] = set()
    for item in split_list(field, text):
        values |= set(_item(field, item))
    return tuple(sorted(values))


def _item(field: Field, item: str) -> range:
    """`*`, `a`, `a-b`, and `*/n`, `a-b/n`."""
    span, slash, step_text = item.partition("/")
    low_text, dash, high_text = span.partition("-")
    if span == "*":
        low, high = field.low, field.high
        if field is _WEEKDAY:
            high -= 1  # steps see Sunday once, as 0
    else:
        low = value(field, low_text, item, _FOREIGN)
        high = value(field, high_text, item, _FOREIGN) if dash else low
    if high < low:
        raise ScheduleError(field.name, f"the range {shown(item)} falls", _cure_of_falling(field, low, high))
    if dash and high == low:
        reason = f"the range {shown(item)} has one value, which some crons read as every value"
        raise ScheduleError(field.name, reason, f"write {low}")
    if not slash:
        return range(low, high + 1)
    if not dash and span != "*":
        cure = f"write {low}-{field.high}/{step_text} if that is meant"
        raise ScheduleError(field.name, f"{shown(item)} has a step without a range", cure)
    if dash and not (low_text.isdecimal() and high_text.isdecimal()):
        cure = f"write {low}-{high}/{step_text}"
        raise ScheduleError(field.name, f"{shown(item)} has a step after names, which Quartz drops", cure)
    return range(low, high + 1, step(field, item, step_text, high if span == "*" else high - low))


def _refuse_ambiguous(texts: list[str], every_day: bool, every_weekday: bool) -> None:
    day, weekday = texts[2], texts[4]
    if not (every_day or every_weekday or day.startswith("*") or weekday.startswith("*")):
        return
    rest = f"{texts[0]} {texts[1]}"
    one = f"{rest} {day} {texts[3]} *"
    other = f"{rest} * {texts[3]} {weekday}"
    raise ScheduleError(
        "day of month and day of week",
        f"with {shown(day)} and {shown(weekday)}, some crons want both days to match and others either",
        f"write '{one}' or '{other}', or both as two schedules",
    )


def _cure_of_falling(field: Field, low: int, high: int) -> str:
    if field is _WEEKDAY and high == 0:
        return f"write {low}-7, as 7 is Sunday too"
    return f"write {low}-{field.high},{field.low}-{high} if it is to wrap around"
