"""The normal form as EventBridge `cron()` expressions: six fields, single blanks."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from nightshift.schedule import NormalForm, Schedule, ranges
from nightshift_tools.schedule.fields import WEEKDAYS
from nightshift_tools.schedule.grammar import check_cron

_PROGRESSION = 4
"""From this many values on, equal distances are printed as a step."""


def to_expressions(schedule: Schedule) -> tuple[str, ...]:
    """One expression per normal form. ScheduleError where EventBridge would not take one."""
    expressions = tuple(_expression(form) for form in schedule.forms)
    for expression in expressions:
        check_cron(expression)
    return expressions


def _expression(form: NormalForm) -> str:
    parts = (
        _steps(form.minutes, 0, 59),
        _steps(form.hours, 0, 23),
        _days(form),
        _steps(form.months, 1, 12),
        "?" if form.weekdays is None else _weekdays(form.weekdays),
        "*" if form.years is None else _steps(form.years, 1970, 2199),
    )
    return f"cron({' '.join(parts)})"


def _days(form: NormalForm) -> str:
    if form.weekdays is not None:
        return "?"
    return "*" if form.days is None else _steps(form.days, 1, 31)


def _weekdays(values: Sequence[int]) -> str:
    """Names. A step has no place here: today's documentation leaves `/` out for weekdays."""
    return _list(values, lambda value: WEEKDAYS[value - 1])


def _steps(values: Sequence[int], low: int, high: int) -> str:
    if len(values) == high - low + 1:
        return "*"
    step = values[1] - values[0] if len(values) >= _PROGRESSION else 1
    if step > 1 and tuple(values) == tuple(range(values[0], values[-1] + 1, step)):
        if values[0] == low and values[-1] + step > high:
            return f"*/{step}"
        return f"{values[0]}-{values[-1]}/{step}"
    return _list(values, str)


def _list(values: Sequence[int], name: Callable[[int], str]) -> str:
    """Single values and pairs one by one, three or more in a row as a range."""
    items: list[str] = []
    for first, last in ranges.runs(values):
        if last - first > 1:
            items.append(f"{name(first)}-{name(last)}")
        else:
            items += [name(value) for value in range(first, last + 1)]
    return ",".join(items)
