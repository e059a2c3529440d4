"""Minute, hour, day of month, month, day of week, year: what Quartz and AWS read alike."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NoReturn

from nightshift.schedule import NormalForm
from nightshift_tools.schedule.errors import ScheduleError, shown
from nightshift_tools.schedule.fields import (
    DAY,
    HOUR,
    LONGEST,
    MINUTE,
    MONTH,
    WEEKDAY,
    WEEKDAYS,
    YEAR,
    Field,
    never_comes,
)
from nightshift_tools.schedule.items import quartz_values

_BOTH = "day of month and day of week"
_FOREIGN = {
    "?": "'?' is for one of the day fields: write '*'",
    "C": "'C' needs a calendar that only Quartz has: write the day",
    "L": "'L' stands in a day field alone, as L, LW or 6L",
    "W": "'W' stands in the day of month alone, behind one number, as 15W",
    "#": "'#' stands in the day of week alone, as 3#2 for the second Tuesday",
}
_OF_MONTH = re.compile(r"L|LW|(?P<near>[0-9]{1,2})W", re.ASCII)
_OF_WEEK = re.compile(r"(?P<day>[0-9]|[A-Z]{3})(?:(?P<last>L)|#(?P<nth>[0-9]))", re.ASCII)
_BEFORE_LAST = re.compile(r"L-[0-9]+W?", re.ASCII)
_SHORTEST = tuple(28 if month == 2 else days for month, days in enumerate(LONGEST, 1))


def read_form(texts: Sequence[str], *, weekday_steps: bool = True) -> NormalForm:
    """The form of six fields. ScheduleError names field, value and cure."""
    minute, hour, day, month, weekday, year = texts
    _check_question_marks(day, weekday)
    minutes, hours = quartz_values(MINUTE, minute, _FOREIGN), quartz_values(HOUR, hour, _FOREIGN)
    months = quartz_values(MONTH, month, _FOREIGN)
    years = None if year == "*" else quartz_values(YEAR, year, _FOREIGN)
    if day != "?":
        days, special = _days(day, months)
        weekdays = None
    else:
        days = None
        weekdays, special = _weekdays(weekday, steps=weekday_steps)
    return NormalForm(minutes, hours, days, months, weekdays, years, special)


def _check_question_marks(day: str, weekday: str) -> None:
    given = f"with {shown(day)} and {shown(weekday)}"
    if day == weekday == "?":
        raise ScheduleError(_BOTH, f"{given}, no day is said", "write '*' or days in one of them")
    if "?" not in (day, weekday):
        cure = f"write '?' for the other: {shown(day)} with '?', or '?' with {shown(weekday)}"
        if "*" in (day, weekday):
            cure = "write '?' in place of '*' in the field that says nothing"
        raise ScheduleError(_BOTH, f"{given}, one of the two must be '?'", cure)


def _days(text: str, months: tuple[int, ...]) -> tuple[tuple[int, ...] | None, str | None]:
    text = text.upper()
    if _BEFORE_LAST.fullmatch(text):
        reason = (
            f"{shown(text)} counts back from the month's end, which EventBridge's documentation does not have"
        )
        cure = "write one schedule for the months of 31 days, one for those of 30, and one for February"
        raise ScheduleError(DAY.name, reason, cure)
    special = _OF_MONTH.fullmatch(text)
    if special is None:
        _refuse_lists(DAY, text)
        days = quartz_values(DAY, text, _FOREIGN)
        if never_comes(days, months):
            reason = f"{shown(text)} never comes in the months that are given"
            raise ScheduleError(DAY.name, reason, "write a day that these months have")
        return (None if len(days) == DAY.size else days), None
    if special["near"] is None:
        return None, text
    near = int(special["near"])
    if not DAY.low <= near <= DAY.high:
        raise ScheduleError(DAY.name, f"{shown(text)} is out of range", "write 1W to 31W")
    if near > min(_SHORTEST[month - 1] for month in months):
        reason = f"{shown(text)} is read in several ways in months that have no day {near}"
        raise ScheduleError(DAY.name, reason, "write LW, or only months that have this day")
    return None, f"{near}W"


def _weekdays(text: str, *, steps: bool) -> tuple[tuple[int, ...] | None, str | None]:
    text = text.upper()
    if text == "L":
        return (WEEKDAY.high,), None  # the week's last day, for which EventBridge's own parsers want 7
    special = _OF_WEEK.fullmatch(text)
    if special is not None:
        day = special["day"]
        number = WEEKDAY.names.get(day) or (int(day) if day.isdecimal() else 0)
        if not number:
            _refuse_name(text)
        if number > WEEKDAY.high or special["nth"] in ("0", "6", "7", "8", "9"):
            raise ScheduleError(
                WEEKDAY.name, f"{shown(text)} is out of range", "write 1#1 to 7#5, or 1L to 7L"
            )
        return None, f"{number}L" if special["last"] else f"{number}#{special['nth']}"
    _refuse_lists(WEEKDAY, text)
    values = quartz_values(WEEKDAY, text, _FOREIGN, steps=steps)
    return (None if len(values) == WEEKDAY.size else values), None


def _refuse_name(text: str) -> NoReturn:
    cure = f"write 1 to 7, or {WEEKDAYS[0]} to {WEEKDAYS[-1]}"
    raise ScheduleError(WEEKDAY.name, f"{shown(text)} has no weekday", cure)


def _refuse_lists(field: Field, text: str) -> None:
    """A special beside other days: Quartz takes some and means only one of them."""
    if "," not in text:
        return
    for item in text.split(","):
        if _OF_MONTH.fullmatch(item) or _BEFORE_LAST.fullmatch(item) or _OF_WEEK.fullmatch(item):
            reason = f"{shown(text)} has {shown(item)} in a list"
            raise ScheduleError(field.name, reason, "make one schedule for each")
