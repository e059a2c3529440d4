"""A schedule in words, made of its EventBridge expressions by the library cron-descriptor."""

from __future__ import annotations

import re

from nightshift.schedule import AnySchedule, At, Rate
from nightshift_tools.schedule.eventbridge import to_expressions

_MIXED = re.compile(r"[0-9]+(?:-[0-9]+)?(?:,[0-9]+(?:-[0-9]+)?)+", re.ASCII)

_WHOLE_HOUR = re.compile(r"\b([0-9]{2}):00(?! through)")
"""An hour in a list, of which the library says its first minute only."""


def describe(schedule: AnySchedule) -> str:
    """What it means, in English, with its zone. ScheduleError where EventBridge would not take it."""
    if isinstance(schedule, Rate):
        every = schedule.unit[:-1] if schedule.value == 1 else f"{schedule.value} {schedule.unit}"
        return f"Every {every}, counted from the moment it is deployed"
    if isinstance(schedule, At):
        return f"Once, at {schedule.instant:%Y-%m-%d %H:%M}, {schedule.zone}"
    said = [_describe(expression) for expression in to_expressions(schedule)]
    return f"{'; and '.join([said[0], *(_lowered(text) for text in said[1:])])}, {schedule.zone}"


def _describe(expression: str) -> str:
    from cron_descriptor import ExpressionDescriptor, Options  # type: ignore[import-untyped]

    minute, hour, *rest = expression.removeprefix("cron(").removesuffix(")").split(" ")
    if minute.isdecimal():
        hour = _listed(hour)
    options = Options(day_of_week_start_index_zero=False, use_24hour_time_format=True, locale_code="en_US")
    # Seconds first and the year last: with six fields the library guesses which of the two it has.
    text = str(ExpressionDescriptor(" ".join(("0", minute, hour, *rest)), options))
    if not minute.isdecimal() and "," in hour:
        text = _WHOLE_HOUR.sub(r"\1:00 through \1:59", text)
    return re.sub(r"([0-9]{4}) through 9999", r"from \1 on", text)


def _listed(hour: str) -> str:
    """`0-2,22` as `0,1,2,22`: of a range in a list the library says its whole hours and drops the minute."""
    if "-" not in hour or not _MIXED.fullmatch(hour):
        return hour
    pairs = (item.partition("-") for item in hour.split(","))
    return ",".join(str(value) for low, _, high in pairs for value in range(int(low), int(high or low) + 1))


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]
