"""Log records as they are kept: what happened, in which run, to which record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Protocol

from nightshift.state.models import JobKey, RunId


class Level(IntEnum):
    """Severities, numbered as in the standard library's logging."""

    DEBUG = 10
    INFO = 20
    WARNING = 30
    ERROR = 40


@dataclass(frozen=True, slots=True)
class LogRecord:
    """One log record. `sequence` orders records of one run that share a millisecond."""

    run: RunId
    key: JobKey
    at: datetime
    sequence: int
    level: Level
    message: str
    batch: int | None = None
    record: str | None = None
    status: int | None = None
    error_kind: str | None = None
    error_message: str | None = None
    error_stack: str | None = None


class LogStore(Protocol):
    """Where log records go.

    Reads never show what is older than `visible_since`, or has expired by `now`, removed or not.
    """

    def write(self, records: Sequence[LogRecord], expires_at: datetime) -> None:
        """Append records of one run; writing the same records twice is harmless."""
        ...

    def of_run(self, run: RunId, visible_since: datetime, now: datetime) -> Iterator[LogRecord]:
        """The records of a run, oldest first."""
        ...

    def troubles(self, key: JobKey, visible_since: datetime, now: datetime) -> Iterator[LogRecord]:
        """Warnings and errors of a job with visible_since <= at <= now, oldest first."""
        ...
