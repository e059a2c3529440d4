"""The specials of the day fields: `L`, `LW`, `15W` of the month, `6L` and `3#2` of weekdays, 1 = Sunday.

As Quartz and EventBridge have them, of which `LW` is Quartz's. A form has at most one.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date

_SPECIAL = re.compile(
    r"(?P<last>L)|(?P<last_workday>LW)|(?P<near>[1-9]|[12][0-9]|3[01])W"
    r"|(?P<last_of>[1-7])L|(?P<nth_of>[1-7])#(?P<nth>[1-5])",
    re.ASCII,
)
_SATURDAY, _SUNDAY = 6, 7


def check(special: str) -> None:
    """ValueError where it is none of the five."""
    if not _SPECIAL.fullmatch(special):
        raise ValueError(f"{special!r} is no special of a day field: L, LW, 15W, 6L or 3#2")


def is_of_weekdays(special: str) -> bool:
    """`6L` and `3#2` stand in the field of weekdays, the others in that of days."""
    return "#" in special or (special.endswith("L") and special != "L")


def day_of(special: str, year: int, month: int) -> int | None:
    """The one day of a month that a special means; None in a month that has none, as the fifth Monday."""
    found = _SPECIAL.fullmatch(special)
    assert found is not None, "checked when the form was made"
    first, length = monthrange(year, month)
    if found["last"]:
        return length
    if found["last_workday"]:
        return _nearest_workday(year, month, length, length)
    if found["near"]:
        wanted = int(found["near"])
        return _nearest_workday(year, month, wanted, length) if wanted <= length else None
    weekday = int(found["last_of"] or found["nth_of"])
    earliest = 1 + (weekday - 2 - first) % 7  # EventBridge's 1 is Sunday, the calendar's 0 is Monday
    if found["last_of"]:
        return earliest + (length - earliest) // 7 * 7
    day = earliest + (int(found["nth"]) - 1) * 7
    return day if day <= length else None


def _nearest_workday(year: int, month: int, day: int, length: int) -> int:
    """The Monday to Friday nearest to a day, within its month: Saturday the 1st gives Monday the 3rd."""
    weekday = date(year, month, day).isoweekday()
    if weekday == _SATURDAY:
        return day - 1 if day > 1 else day + 2
    if weekday == _SUNDAY:
        return day + 1 if day < length else day - 2
    return day
