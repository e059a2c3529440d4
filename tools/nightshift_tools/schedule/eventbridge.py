"""A schedule as EventBridge expressions: `cron()` of six fields with single blanks, `rate()` or `at()`."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from nightshift.schedule import AnySchedule, At, NormalForm, Rate, ranges, specials
from nightshift_tools.schedule.fields import WEEKDAYS, YEAR
from nightshift_tools.schedule.grammar import check_cron

_PROGRESSION = 4
"""From this many values on, equal distances are printed as a step."""


def to_expressions(schedule: AnySchedule) -> tuple[str, ...]:
    """One expression per normal form. ScheduleError where EventBridge would not take one."""
    if isinstance(schedule, Rate):
        unit = schedule.unit[:-1] if schedule.value == 1 else schedule.unit
        return (f"rate({schedule.value} {unit})",)
    if isinstance(schedule, At):
        return (f"at({schedule.instant:%Y-%m-%dT%H:%M:%S})",)
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
        _weekday(form),
        "*" if form.years is None else _years(form.years),
    )
    return f"cron({' '.join(parts)})"


def _days(form: NormalForm) -> str:
    if _weekday(form) != "?":
        return "?"
    if form.special is not None:
        return form.special
    return "*" if form.days is None else _steps(form.days, 1, 31)


def _weekday(form: NormalForm) -> str:
    if form.special is not None:
        return form.special if specials.is_of_weekdays(form.special) else "?"
    return "?" if form.weekdays is None else _weekdays(form.weekdays)


def _years(values: Sequence[int]) -> str:
    """A step that goes on to the last year stays one: as a list it would not fit."""
    step = values[1] - values[0] if len(values) > 1 else 0
    if step > 1 and tuple(values) == tuple(range(values[0], YEAR.high + 1, step)):
        return f"{values[0]}/{step}"
    return _steps(values, YEAR.low, YEAR.high)


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
