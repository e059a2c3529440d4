"""The fields of a cron expression: their bounds and the names of their values."""

from __future__ import annotations

from dataclasses import dataclass, field

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")

LONGEST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
"""The most days each month has."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a dialect: its lowest and highest number, and the numbers that have names."""

    name: str
    low: int
    high: int
    names: dict[str, int] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return self.high - self.low + 1


def never_comes(days: tuple[int, ...], months: tuple[int, ...]) -> bool:
    """No month of these has any day of these."""
    return min(days) > max(LONGEST[month - 1] for month in months)
