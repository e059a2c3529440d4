"""The archive as the purging job sees it: the store, and for each job the retention that holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice

from nightshift.archive.keeping import to_keep
from nightshift.archive.model import Hold, LogItem
from nightshift.archive.ports import ArchiveStore
from nightshift.logs.retention import Retention, check_cap, retention_of
from nightshift.manifest import CompiledManifest
from nightshift.state.models import JobKey, RunId, RunRecord


class Archive:
    """Run records and log items of all jobs. A dry run changes nothing of them."""

    def __init__(self, store: ArchiveStore, manifest: CompiledManifest, *, dry_run: bool) -> None:
        self._store = store
        self._manifest = manifest
        self._dry_run = dry_run

    @property
    def keys(self) -> list[JobKey]:
        """All jobs of the manifest, each with its storefronts, by name."""
        return sorted(self._manifest.keys, key=str)

    def retentions(self) -> Mapping[JobKey, Retention]:
        """The retention of every job; ConfigurationError where one is not set, or cannot be kept."""
        found = {key: self.retention_of(key) for key in self.keys}
        for key, retention in found.items():
            check_cap(key, retention)
        return found

    def retention_of(self, key: JobKey) -> Retention:
        """Of any job, also of one that the manifest has no more."""
        return retention_of(key, self._manifest, self._store.overrides)

    def holds(self) -> Sequence[Hold]:
        return self._store.holds()

    def runs(self, key: JobKey, before: datetime, start: RunId | None = None) -> Iterator[RunRecord]:
        return self._store.runs(key, before, start)

    def log_of(self, run: RunId, *, consistent: bool = True) -> Iterator[LogItem]:
        return self._store.log_of(run, consistent=consistent)

    def log_segment(self, segment: int, of: int, after: tuple[RunId, str] | None) -> Iterator[LogItem]:
        return self._store.log_segment(segment, of, after)

    def to_keep(self, hold: Hold) -> Iterator[LogItem | RunRecord]:
        """What a hold covers and DynamoDB would still remove by itself."""
        return to_keep(self._store, hold, self.keys)

    def has_run(self, key: JobKey, run: RunId) -> bool:
        """There is a record of that run."""
        return any(record.id == run for record in islice(self._store.runs(key, None, run), 1))

    def count_older(self, item: LogItem, before: datetime) -> int:
        return self._store.count_older(item, before)

    def remove_log(self, items: Sequence[LogItem]) -> None:
        if items and not self._dry_run:
            self._store.remove_log(items)

    def trim_log(self, item: LogItem, before: datetime) -> None:
        if not self._dry_run:
            self._store.trim_log(item, before)

    def remove_run(self, record: RunRecord) -> bool:
        """Remove a run record whose log is gone; False where it has changed, or has a log after all."""
        if next(self._store.log_of(record.id), None) is not None:
            return False
        return self._dry_run or self._store.remove_run(record)

    def keep(self, found: LogItem | RunRecord) -> None:
        """Take the expiry off."""
        if self._dry_run:
            return
        if isinstance(found, LogItem):
            self._store.keep_log(found)
        else:
            self._store.keep_run(found)
