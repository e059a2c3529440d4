"""Time as the surfaces see it: handed in, and never the same instant twice."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

Clock = Callable[[], float]
"""Seconds since the epoch."""


def iso(seconds: float) -> str:
    """An instant as JavaScript's `toISOString` writes it: milliseconds and Z."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Stamps:
    """Time stamps that only grow, a millisecond apart at least, so that "later" is always visible."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0

    def next(self) -> str:
        """The present instant, or the first millisecond after the stamp before."""
        self._last = max(self._last + 1, int(self._clock() * 1000))
        return iso(self._last / 1000)


class ShopClock:
    """A clock that can be turned back for a while: what takes effect late does so when it was due, and not
    when somebody looks."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._moment: float | None = None

    def __call__(self) -> float:
        return self._clock() if self._moment is None else self._moment

    @contextmanager
    def turned_to(self, moment: float) -> Iterator[None]:
        """It is this moment, for the length of the block."""
        self._moment = moment
        try:
            yield
        finally:
            self._moment = None
