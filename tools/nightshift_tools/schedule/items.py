"""The items of a field, `5`, `1-5`, `*/2`, `3/8`, `FRI-MON`: what all refuse, and how Quartz reads them."""

from __future__ import annotations

import re
from typing import NoReturn

from nightshift_tools.schedule.errors import ScheduleError, shown
from nightshift_tools.schedule.fields import Field

_NUMBER = re.compile(r"[0-9]{1,4}")
_SIGNS = {
    "H": "'H' belongs to Jenkins, which picks a value itself: write the value",
    "~": "'~' picks a value by chance: write the value",
}


def split_fields(expression: str, cure: str) -> list[str]:
    """What stands between blanks and tabs. ScheduleError for any other blank, for lines and for non-ASCII."""
    if re.search(r"[^\x20-\x7e\t]", expression):
        raise ScheduleError(None, f"{shown(expression)} has characters beyond ASCII or lines", cure)
    texts = [text for text in re.split(r"[ \t]+", expression) if text]
    if not texts:
        raise ScheduleError(None, "the expression is empty", cure)
    return texts


def split_list(field: Field, text: str) -> list[str]:
    """The items between commas; none may be empty."""
    items = text.split(",")
    if not all(items):
        raise ScheduleError(field.name, f"{shown(text)} has an empty item", "take the comma away")
    return items


def value(field: Field, text: str, item: str, foreign: dict[str, str]) -> int:
    """A number or a name in its bounds; `foreign` has the signs of other dialects, with what to write."""
    named = field.names.get(text.upper())
    if named is not None:
        return named
    if not _NUMBER.fullmatch(text):
        _refuse(field, text, item, foreign | _SIGNS)
    number = int(text)
    if not field.low <= number <= field.high:
        cure = f"write {field.low} to {field.high}"
        raise ScheduleError(field.name, f"{shown(text)} is out of range", cure)
    return number


def step(field: Field, item: str, text: str, most: int) -> int:
    """The step behind a slash: 1 up to the span of its range."""
    if not _NUMBER.fullmatch(text):
        raise ScheduleError(field.name, f"{shown(item)} has no number as its step", "write it as in */5")
    number = int(text)
    if number == 0:
        raise ScheduleError(field.name, f"{shown(item)} has the step 0", "write 1 or more")
    if number > most:
        reason = f"{shown(item)} has a step larger than its range, so it fires at the first value only"
        cure = f"write a step from 1 to {most}, or the one value" if most else "write the one value"
        raise ScheduleError(field.name, reason, cure)
    return number


def quartz_values(field: Field, text: str, foreign: dict[str, str], *, steps: bool = True) -> tuple[int, ...]:
    """A field as Quartz and AWS read it, ascending. `steps` False refuses them, as AWS does for weekdays."""
    values: set[int] = set()
    for item in split_list(field, text):
        values |= _quartz_item(field, item, foreign, steps=steps)
    return tuple(sorted(values))


def _quartz_item(field: Field, item: str, foreign: dict[str, str], *, steps: bool) -> set[int]:
    span, slash, step_text = item.partition("/")
    low_text, dash, high_text = span.partition("-")
    if span == "*":
        low, high, most = field.low, field.high, field.high
    else:
        low = value(field, low_text, item, foreign)
        high = value(field, high_text, item, foreign) if dash else field.high if slash else low
        most = (high - low) % field.size if dash or low > field.low else field.high
    if dash and low_text.isdecimal() != high_text.isdecimal():
        raise ScheduleError(
            field.name, f"the range {shown(item)} mixes a name and a number", f"write {low}-{high}"
        )
    if high < low:
        if not field.wraps:
            raise ScheduleError(field.name, f"the range {shown(item)} falls", f"write {high}-{low}")
        high += field.size
    if not slash:
        return {field.low + (number - field.low) % field.size for number in range(low, high + 1)}
    by = step(field, item, step_text, most)
    found = {field.low + (number - field.low) % field.size for number in range(low, high + 1, by)}
    if not steps:
        raise ScheduleError(
            field.name, f"{shown(item)} has a step, which AWS does not take there", _listed(found)
        )
    if span != "*" and not low_text.isdecimal():
        reason = f"{shown(item)} has a step after a name, which Quartz drops without a word"
        raise ScheduleError(field.name, reason, _listed(found))
    return found


def _listed(values: set[int]) -> str:
    return f"write {','.join(str(number) for number in sorted(values))}"


def _refuse(field: Field, text: str, item: str, foreign: dict[str, str]) -> NoReturn:
    for sign, cure in foreign.items():
        if (sign in text.upper() and not text.isalpha()) or text.upper() == sign:
            raise ScheduleError(field.name, f"{shown(item)} is not understood here", cure)
    if text.isdecimal():
        raise ScheduleError(
            field.name, f"{shown(text)} is out of range", f"write {field.low} to {field.high}"
        )
    names = f", or a name from {next(iter(field.names))} to {list(field.names)[-1]}" if field.names else ""
    cure = f"write numbers from {field.low} to {field.high}{names}, as 5, 1-5, 1,3,5 or */5"
    raise ScheduleError(field.name, f"{shown(item)} is not understood", cure)
