"""DummyJSON's rate limit: 100 requests in a window of 10 s, counted by express-rate-limit."""

from math import ceil

from nightshift_tools.sandbox.clock import Clock

LIMIT = 100
WINDOW_SECONDS = 10


class RateLimit:
    """A fixed window, off until switched on: loopback tests are faster than any shop's customer."""

    def __init__(self, clock: Clock, *, enabled: bool) -> None:
        self.enabled = enabled
        self._clock = clock
        self._ends = 0.0
        self._used = 0

    def count(self) -> bool:
        """Count one request; False where it is over the limit."""
        now = self._clock()
        if now >= self._ends:
            self._ends, self._used = now + WINDOW_SECONDS, 0
        self._used += 1
        return self._used <= LIMIT

    def headers(self) -> tuple[tuple[str, str], ...]:
        """What every answer says about the window, while the limit is on."""
        return (
            ("X-RateLimit-Limit", str(LIMIT)),
            ("X-RateLimit-Remaining", str(max(0, LIMIT - self._used))),
            ("X-RateLimit-Reset", str(ceil(self._ends))),
        )
