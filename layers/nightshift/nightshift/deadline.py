"""How much time a run has left."""

from __future__ import annotations

import math
from dataclasses import dataclass

from nightshift.times import Clock

_LARGEST_RESERVE = 10.0
_RESERVED_SHARE = 0.2


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Deadline:
    """The instant, on the clock's monotonic scale, when the run is ended from outside; None for never.

    `reserve` seconds before it belong to the last commit, the run record and the release.
    """

    clock: Clock
    at: float | None = None
    reserve: float = 0.0

    @classmethod
    def after(cls, clock: Clock, seconds: float | None) -> Deadline:
        """The deadline of an invocation that has `seconds` left; None for a laptop, which has none."""
        if seconds is None:
            return cls(clock)
        return cls(clock, clock.monotonic() + seconds, min(_LARGEST_RESERVE, seconds * _RESERVED_SHARE))

    def remaining(self) -> float:
        """Seconds until the end, infinite where there is none."""
        return math.inf if self.at is None else self.at - self.clock.monotonic()

    def usable(self) -> float:
        """Seconds until the reserve begins; at most 0 once it has."""
        return self.remaining() - self.reserve
