"""Runs side by side: interleaved, in rotating order, compared within one repetition only."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import TypeVar

from bench.measuring import Measured

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Spread:
    """Median, least and most of some figures."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, figures: Sequence[float]) -> Spread:
        return cls(median(figures), min(figures), max(figures))

    def text(self, digits: int = 2) -> str:
        return f"{self.median:.{digits}f} ({self.least:.{digits}f} – {self.most:.{digits}f})"


@dataclass(slots=True)
class Race:
    """The repetitions of one comparison, each a measured run of every contender."""

    repetitions: list[Mapping[str, Measured]] = field(default_factory=list)

    def add(self, repetition: Mapping[str, Measured]) -> None:
        self.repetitions.append(repetition)

    def spread(self, name: str, figure: Callable[[Measured], float]) -> Spread:
        return Spread.of([figure(repetition[name]) for repetition in self.repetitions])

    def ratio(self, name: str, to: str, figure: Callable[[Measured], float]) -> Spread:
        """What one contender took of another's, each time in the same repetition."""
        return Spread.of([figure(r[name]) / figure(r[to]) for r in self.repetitions])


def rotated(contenders: Sequence[T], repetition: int) -> Iterator[T]:
    """The contenders, beginning with another one in each repetition."""
    turn = repetition % len(contenders)
    yield from contenders[turn:]
    yield from contenders[:turn]
