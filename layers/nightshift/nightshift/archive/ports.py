"""What a purge, and whoever puts a hold on records, needs of the two tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from nightshift.archive.model import Hold, LogItem
from nightshift.state.models import JobKey, RunId, RunRecord


class ArchiveStore(Protocol):
    """Run records and log items of all jobs, expired or not. No verb touches any other record.

    Iterators read in pages as the caller goes on; what is removed behind them does not disturb them.
    """

    def overrides(self, key: JobKey) -> Mapping[str, str]:
        """What is set for a job at run time."""
        ...

    def runs(self, key: JobKey, before: datetime | None, start: RunId | None = None) -> Iterator[RunRecord]:
        """Run records of a job that began before an instant, oldest first, from the run `start` on."""
        ...

    def log_of(self, run: RunId, *, consistent: bool = True) -> Iterator[LogItem]:
        """The log items of a run, oldest first, as they stand; or, for half, as they stood just now."""
        ...

    def log_segment(self, segment: int, of: int, after: tuple[RunId, str] | None) -> Iterator[LogItem]:
        """One of `of` parts of all log items, in an order of its own, behind the item of that run and key."""
        ...

    def remove_log(self, items: Sequence[LogItem]) -> None:
        """Remove log items; one that is gone already is passed over."""
        ...

    def count_older(self, item: LogItem, before: datetime) -> int:
        """How many records of a log item are older than an instant."""
        ...

    def trim_log(self, item: LogItem, before: datetime) -> None:
        """Take the records older than an instant out of a packed item; it must have some that are not."""
        ...

    def remove_run(self, record: RunRecord) -> bool:
        """Remove a run record that still says what it said; False, and nothing changed, where it does not."""
        ...

    def keep_log(self, item: LogItem) -> None:
        """Take the expiry off a log item."""
        ...

    def keep_run(self, record: RunRecord) -> None:
        """Take the expiry off a run record that has ended."""
        ...

    def holds(self) -> Sequence[Hold]:
        """All legal holds, by name."""
        ...

    def put_hold(self, hold: Hold) -> None: ...

    def drop_hold(self, name: str) -> bool:
        """Drop a hold; False where there is none of that name."""
        ...
