"""When to try again, and how long to wait before: exponential with full jitter, or as the service asks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC
from email.utils import parsedate_to_datetime
from random import Random

from nightshift.errors import DeadlineError, TryLaterError
from nightshift.times import Clock

FIRST_WAIT = 0.5
LONGEST_WAIT = 20.0
LONGEST_RETRY_AFTER = 120.0
"""Seconds. A service that asks for more is left alone until the next run."""

_FREE_RETRIES = 10
_RETRIES_PER_REQUEST = 0.1


class Retries:
    """The waits of one client, bounded by the run's deadline and by a budget.

    The budget allows ten retries and one more per ten requests: a service in trouble is not given twice the
    load.
    """

    def __init__(self, clock: Clock, randomness: Random, remaining: Callable[[], float]) -> None:
        self._clock = clock
        self._random = randomness
        self._remaining = remaining
        self._budget = float(_FREE_RETRIES)

    def earn(self) -> None:
        """A request was sent that is not a retry."""
        self._budget += _RETRIES_PER_REQUEST

    def wait(self, attempt: int, retry_after: float | None, cause: str) -> None:
        """Sleep before try `attempt` + 1, the first try being 0; `cause` begins the text of what is raised.

        DeadlineError where the run's time is used up, TryLaterError where the wait does not fit into it or
        the budget is spent.
        """
        delay = retry_after
        if delay is None:
            delay = self._random.uniform(0, min(LONGEST_WAIT, FIRST_WAIT * 2**attempt))
        left = self._remaining()
        if left <= 0:
            raise DeadlineError(f"{cause}; no time is left to try again")
        if delay > LONGEST_RETRY_AFTER:
            raise TryLaterError(f"{cause}; it asks to wait {delay:.0f} s, which is left to a later run")
        if delay >= left:
            raise TryLaterError(f"{cause}; the {left:.1f} s left are too short to wait and try again")
        if self._budget < 1:
            raise TryLaterError(f"{cause}; too many requests of this run had to be repeated")
        self._budget -= 1
        self._clock.sleep(delay)


def parse_retry_after(value: str | None, clock: Clock) -> float | None:
    """Seconds from a `Retry-After` header, given as seconds or as a date (RFC 9110, 10.2.3); None where it is
    absent or neither."""
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        instant = parsedate_to_datetime(text)
    except ValueError:
        return None
    aware = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    return max(0.0, (aware - clock.now()).total_seconds())
