"""What one run takes of DynamoDB: requests and units as they were charged, and the patience it has left."""

from __future__ import annotations

import math
import threading
from collections import Counter, defaultdict
from collections.abc import Callable
from random import Random, SystemRandom

from nightshift.clock import SystemClock
from nightshift.errors import TryLaterError
from nightshift.state.models import Usage
from nightshift.times import Clock

FIRST_WAIT = 0.5
LONGEST_WAIT = 5.0
"""Seconds: full jitter up to the one, doubled with each try, up to the other."""

FREE_RETRIES = 20
_RETRIES_PER_REQUEST = 0.1

_READS = ("GetItem", "BatchGetItem", "Query", "Scan")


class Meter:
    """Counts for one run at a time, and bounds its waits by its deadline and a budget of retries.

    The budget allows each table twenty retries and one more per ten requests: a table that is throttled is
    not given twice the load, and logs that are cannot keep the state from trying again. Tables and threads
    of one run share a meter; runs side by side have one each. What is no run and lives long begins too.
    """

    def __init__(self, clock: Clock | None = None, randomness: Random | None = None) -> None:
        self._clock = clock or SystemClock()
        self._random = randomness or SystemRandom()
        self._lock = threading.Lock()
        self.begin(lambda: math.inf)

    def begin(self, remaining: Callable[[], float]) -> None:
        """A run begins, with so many seconds until its end: count from zero, with a fresh budget."""
        self._remaining = remaining
        self._requests: Counter[str] = Counter()
        self._read_units = 0.0
        self._write_units = 0.0
        self._budgets: defaultdict[str, float] = defaultdict(lambda: float(FREE_RETRIES))

    def usage(self) -> Usage:
        """What was sent and charged since the run began."""
        return Usage(dict(sorted(self._requests.items())), self._read_units, self._write_units)

    def count(self, table: str, operation: str, *, is_retry: bool) -> None:
        """A request goes out."""
        with self._lock:
            self._requests[operation] += 1
            if not is_retry:
                self._budgets[table] += _RETRIES_PER_REQUEST

    def charge(self, operation: str, units: float) -> None:
        """DynamoDB has answered what a request cost."""
        with self._lock:
            if operation in _READS:
                self._read_units += units
            else:
                self._write_units += units

    def wait(self, table: str, attempt: int, cause: str) -> None:
        """Sleep before a request is repeated for the `attempt`th time, from 1 on.

        TryLaterError, whose text `cause` begins, where the budget or the run's time does not allow it.
        """
        delay = self._random.uniform(0, min(LONGEST_WAIT, FIRST_WAIT * 2 ** (attempt - 1)))
        if delay >= self._remaining():
            raise TryLaterError(f"{cause}; no time is left to wait and try again")
        if self._budgets[table] < 1:
            raise TryLaterError(f"{cause}; too many requests of this run had to be repeated")
        self._budgets[table] -= 1
        self._clock.sleep(delay)
