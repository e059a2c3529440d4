"""The fields of a cron expression: their bounds and the names of their values."""

from __future__ import annotations

from dataclasses import dataclass, field

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")

LONGEST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
"""The most days each month has."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a dialect: its lowest and highest number, and the numbers that have names.

    `wraps`: where a dialect lets a range fall, it goes on from the lowest number.
    """

    name: str
    low: int
    high: int
    names: dict[str, int] = field(default_factory=dict)
    wraps: bool = True

    @property
    def size(self) -> int:
        return self.high - self.low + 1


MINUTE = Field("minute", 0, 59)
HOUR = Field("hour", 0, 23)
DAY = Field("day of month", 1, 31)
MONTH = Field("month", 1, 12, {name: number for number, name in enumerate(MONTHS, 1)})
WEEKDAY = Field("day of week", 1, 7, {name: number for number, name in enumerate(WEEKDAYS, 1)})
"""As Quartz and AWS number it: 1 = Sunday."""
YEAR = Field("year", 1970, 2199, wraps=False)


def never_comes(days: tuple[int, ...], months: tuple[int, ...]) -> bool:
    """No month of these has any day of these."""
    return min(days) > max(LONGEST[month - 1] for month in months)
