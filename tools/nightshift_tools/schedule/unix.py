"""Unix cron, five fields, into the normal form: exactly, or refused with the reason.

Implementations of cron differ on much of what is refused here; nothing is guessed.
"""

from __future__ import annotations

import re
from typing import NoReturn

from nightshift.schedule import NormalForm, Schedule
from nightshift_tools.schedule.errors import ScheduleError, shown
from nightshift_tools.schedule.fields import MONTHS, WEEKDAYS, Field, never_comes

_DAY = Field("day of month", 1, 31)
_WEEKDAY = Field("day of week", 0, 7, {name: number for number, name in enumerate(WEEKDAYS)})
_FIELDS = (
    Field("minute", 0, 59),
    Field("hour", 0, 23),
    _DAY,
    Field("month", 1, 12, {name: number for number, name in enumerate(MONTHS, 1)}),
    _WEEKDAY,
)
_SUNDAY_AGAIN = 7
_FIVE = "write five: minute, hour, day of month, month, day of week"

_NUMBER = re.compile(r"[0-9]{1,4}")
_FOREIGN = {
    "?": "'?' belongs to Quartz and AWS: write '*'",
    "L": "'L' belongs to Quartz and AWS, which are not understood yet",
    "W": "'W' belongs to Quartz and AWS, which are not understood yet",
    "#": "'#' belongs to Quartz and AWS, which are not understood yet",
    "H": "'H' belongs to Jenkins, which picks a value itself: write the value",
    "~": "'~' picks a value by chance: write the value",
}


def from_unix(expression: str) -> Schedule:
    """The schedule of a five-field expression, in UTC. ScheduleError names field, value and cure.

    Two day fields that say something mean that either will do: that is two normal forms.
    """
    texts = _split(expression)
    minutes, hours, days, months, weekdays = (
        _values(field, text) for field, text in zip(_FIELDS, texts, strict=True)
    )
    weekdays = tuple(sorted({value % _SUNDAY_AGAIN for value in weekdays}))
    every_day, every_weekday = len(days) == _DAY.size, len(weekdays) == len(WEEKDAYS)
    if "*" not in (texts[2], texts[4]):
        _refuse_ambiguous(texts, every_day, every_weekday)
    forms = []
    if not every_day and not never_comes(days, months):
        forms.append(NormalForm(minutes, hours, days=days, months=months))
    if not every_weekday:
        numbered = tuple(value + 1 for value in weekdays)  # the normal form counts from 1 = Sunday
        forms.append(NormalForm(minutes, hours, weekdays=numbered, months=months))
    if every_day and every_weekday:
        forms.append(NormalForm(minutes, hours, months=months))
    if not forms:
        reason = f"{shown(texts[2])} never comes in month {shown(texts[3])}"
        raise ScheduleError(_DAY.name, reason, "write a day that these months have")
    return Schedule(tuple(forms))


def _split(expression: str) -> list[str]:
    texts = [text for text in re.split(r"[ \t]+", expression) if text]
    if re.search(r"[^\x20-\x7e\t]", expression):
        raise ScheduleError(None, f"{shown(expression)} has characters beyond ASCII or lines", _FIVE)
    if not texts:
        raise ScheduleError(None, "the expression is empty", _FIVE)
    if texts[0].startswith("@"):
        raise ScheduleError(None, f"the alias {shown(expression)} is not understood yet", _FIVE)
    if re.match(r"(cron|rate|at)\(", texts[0]):
        raise ScheduleError(None, f"the AWS form {shown(expression)} is not understood yet", _FIVE)
    if len(texts) in (6, 7):
        reason = f"{shown(expression)} has {len(texts)} fields: Quartz, and seconds, are not understood yet"
        raise ScheduleError(None, reason, _FIVE)
    if len(texts) != len(_FIELDS):
        raise ScheduleError(None, f"{shown(expression)} has {len(texts)} field(s)", _FIVE)
    return texts


def _values(field: Field, text: str) -> tuple[int, ...]:
    values: set[int] = set()
    for item in text.split(","):
        if not item:
            raise ScheduleError(field.name, f"{shown(text)} has an empty item", "take the comma away")
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
        low = _value(field, low_text, item)
        high = _value(field, high_text, item) if dash else low
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
    return range(low, high + 1, _step(field, item, step_text, high - low))


def _value(field: Field, text: str, item: str) -> int:
    named = field.names.get(text.upper())
    if named is not None:
        return named
    if not _NUMBER.fullmatch(text):
        _refuse_text(field, text, item)
    number = int(text)
    if not field.low <= number <= field.high:
        cure = f"write {field.low} to {field.high}"
        raise ScheduleError(field.name, f"{shown(text)} is out of range", cure)
    return number


def _step(field: Field, item: str, text: str, span: int) -> int:
    if not _NUMBER.fullmatch(text):
        raise ScheduleError(field.name, f"{shown(item)} has no number as its step", "write it as in */5")
    step = int(text)
    if step == 0:
        raise ScheduleError(field.name, f"{shown(item)} has the step 0", "write 1 or more")
    if step > span:
        reason = f"{shown(item)} has a step larger than its range, so it fires at the first value only"
        raise ScheduleError(field.name, reason, f"write a step from 1 to {span}, or the one value")
    return step


def _refuse_text(field: Field, text: str, item: str) -> NoReturn:
    for sign, cure in _FOREIGN.items():
        if (sign in text.upper() and not text.isalpha()) or text.upper() == sign:
            raise ScheduleError(field.name, f"{shown(item)} is not Unix cron", cure)
    if text.isdecimal():
        raise ScheduleError(
            field.name, f"{shown(text)} is out of range", f"write {field.low} to {field.high}"
        )
    names = f", or a name from {next(iter(field.names))} to {list(field.names)[-1]}" if field.names else ""
    cure = f"write numbers from {field.low} to {field.high}{names}, as 5, 1-5, 1,3,5 or */5"
    raise ScheduleError(field.name, f"{shown(item)} is not understood", cure)


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
