"""Instants: aware UTC inside, one fixed-width text form at the edge, which sorts as the time does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol

MINUTE = timedelta(minutes=1)


class Clock(Protocol):
    """Time as the engine sees it; handed in, so that a test can own it."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds since some fixed point; never goes back."""
        ...

    def sleep(self, seconds: float) -> None: ...


def to_text(instant: datetime) -> str:
    """`2026-11-20T22:04:00.000Z`: 24 characters, always UTC."""
    utc = instant.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"


def from_text(text: str) -> datetime:
    """Any ISO 8601 instant with an offset; ValueError where it has none."""
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone; write it in UTC, as in 2026-11-20T22:04:00Z")
    return instant.astimezone(UTC)


def to_minute(instant: datetime) -> datetime:
    """The minute an instant lies in: the unit of slots."""
    return instant.astimezone(UTC).replace(second=0, microsecond=0)
