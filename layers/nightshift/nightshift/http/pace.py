"""A share of a request budget: a bucket that holds one token, filled at an even rate."""

from __future__ import annotations

import threading
from collections.abc import Callable

from nightshift.errors import DeadlineError
from nightshift.times import Clock


class Pace:
    """At most `rate` requests a second, evenly spaced, from any thread.

    Nothing is saved up: jobs that share a key wake on the same minute, and what each of them had saved would
    be spent at once. `remaining` gives the seconds until the run must be done.
    """

    def __init__(self, rate: float, clock: Clock, remaining: Callable[[], float]) -> None:
        self._interval = 1 / rate
        self._clock = clock
        self._remaining = remaining
        self._lock = threading.Lock()
        self._free_at = clock.monotonic()

    def wait(self, purpose: str) -> None:
        """Sleep until the next request may be sent; DeadlineError, at once, where the run ends before."""
        with self._lock:
            now = self._clock.monotonic()
            turn = max(now, self._free_at)
            delay, left = turn - now, self._remaining()
            if delay >= left:
                raise DeadlineError(
                    f"no time is left to {purpose}: its turn within the request budget comes in "
                    f"{delay:.1f} s, and the run has {max(0.0, left):.1f} s"
                )
            self._free_at = turn + self._interval
        if delay > 0:
            self._clock.sleep(delay)

    def pause(self, seconds: float) -> None:
        """Let no request go for so long: the service has asked for it."""
        with self._lock:
            self._free_at = max(self._free_at, self._clock.monotonic() + seconds)
