"""Time for tests: it moves only when it is told to."""

from __future__ import annotations

from datetime import UTC, datetime

from nightshift_tools.local.clocks import StandingClock

START = datetime(2026, 11, 20, 22, 0, tzinfo=UTC)


class FakeClock(StandingClock):
    """Time that begins at one instant for all tests."""

    def __init__(self, start: datetime = START) -> None:
        super().__init__(start)

    def advance(self, seconds: float) -> None:
        self.sleep(seconds)
