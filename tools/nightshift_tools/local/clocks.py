"""Clocks of simulated time: one that runs faster, one that jumps from firing to firing, one that is moved."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from threading import Lock


class FastClock:
    """Time that begins at an instant and goes `speed` times as fast as the machine's."""

    def __init__(self, start: datetime, speed: float) -> None:
        self._start = start
        self._speed = speed
        self._began = time.monotonic()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return (time.monotonic() - self._began) * self._speed

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds / self._speed)


class JumpingClock:
    """Time that passes as the machine's while somebody works, and at once where somebody waits."""

    def __init__(self, start: datetime) -> None:
        self._start = start
        self._began = time.monotonic()
        self._skipped = 0.0
        self._lock = Lock()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        with self._lock:
            return time.monotonic() - self._began + self._skipped

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self._skipped += max(0.0, seconds)


class StandingClock:
    """Time that moves only when it is told to, or slept through."""

    def __init__(self, start: datetime) -> None:
        self.instant = start
        self._start = start

    def now(self) -> datetime:
        return self.instant

    def monotonic(self) -> float:
        return (self.instant - self._start).total_seconds()

    def sleep(self, seconds: float) -> None:
        self.instant += timedelta(seconds=seconds)
