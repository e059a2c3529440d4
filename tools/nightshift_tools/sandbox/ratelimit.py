"""A rate limit as the APIs have it: so many requests in a fixed window, off until it is switched on."""

from math import ceil

from nightshift_tools.sandbox.clock import Clock


class RateLimit:
    """Counts requests. Off at first: loopback tests are faster than any shop's customer."""

    def __init__(self, clock: Clock, requests: int, seconds: int, *, enabled: bool) -> None:
        self.enabled = enabled
        self.requests = requests
        self.seconds = seconds
        self._clock = clock
        self._ends = 0.0
        self._used = 0

    def count(self) -> bool:
        """Count one request; False where it is over the limit."""
        now = self._clock()
        if now >= self._ends:
            self._ends, self._used = now + self.seconds, 0
        self._used += 1
        return self._used <= self.requests

    def headers(self) -> tuple[tuple[str, str], ...]:
        """What express-rate-limit says about the window on every answer."""
        return (
            ("X-RateLimit-Limit", str(self.requests)),
            ("X-RateLimit-Remaining", str(max(0, self.requests - self._used))),
            ("X-RateLimit-Reset", str(ceil(self._ends))),
        )
