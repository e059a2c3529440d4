"""What is due: which log items and run records a retention asks to be removed. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from nightshift.archive import Cursor, LogItem, Retention, RunRecord, Status


class Action(StrEnum):
    """What is done with what is due."""

    REMOVE = "remove"
    TRIM = "trim"  # a packed item: some of its records are old, some are not
    KEEP = "keep"  # take the expiry off: it is on hold


@dataclass(frozen=True, slots=True)
class Due:
    """A log item or run record, what is to be done with it, and the cursor that leads back to it.

    `records` counts the log records that go; `before` is the instant that they are older than. An
    orphan was found in the log itself.
    """

    found: LogItem | RunRecord
    action: Action
    place: Cursor
    records: int = 0
    before: datetime | None = None
    is_orphan: bool = False

    @property
    def removes_run(self) -> bool:
        return self.action is Action.REMOVE and isinstance(self.found, RunRecord)

    @property
    def key(self) -> str:
        if isinstance(self.found, LogItem):
            return f"{self.found.run}/{self.found.sort_key}"
        return f"{self.found.key}/{self.found.id}"


def action_for(item: LogItem, retention: Retention, now: datetime) -> Action | None:
    """What its level's retention asks for; None where it is young enough."""
    cutoff = retention.log_cutoff(item.level, now)
    if item.last < cutoff:
        return Action.REMOVE
    return Action.TRIM if item.first < cutoff else None


def is_due(record: RunRecord, retention: Retention, now: datetime) -> bool:
    """A run record without a log is due once it is old, unless its run is, or may be, at work."""
    return record.started_at < retention.cutoff(now) and record.status is not Status.RUNNING
