"""Value sets as short text: `0-20,22,30`. For files that a person may read in a diff."""

from __future__ import annotations

from collections.abc import Iterator, Sequence


def to_text(values: Sequence[int]) -> str:
    """Ascending values, runs of two or more as ranges."""
    return ",".join(str(low) if low == high else f"{low}-{high}" for low, high in runs(values))


def from_text(text: str) -> tuple[int, ...]:
    """The values that `to_text` was given."""
    values: list[int] = []
    for item in text.split(","):
        low, _, high = item.partition("-")
        values += range(int(low), int(high or low) + 1)
    return tuple(values)


def runs(values: Sequence[int]) -> Iterator[tuple[int, int]]:
    """First and last of each unbroken run of ascending values."""
    start = 0
    for place in range(1, len(values) + 1):
        if place == len(values) or values[place] != values[place - 1] + 1:
            yield values[start], values[place - 1]
            start = place
