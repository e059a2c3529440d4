"""What a hold takes the expiry off: DynamoDB would remove a held record by itself, and asks nobody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nightshift.archive.model import Hold, LogItem
from nightshift.archive.ports import ArchiveStore
from nightshift.state.models import JobKey, RunRecord, Status


def to_keep(store: ArchiveStore, hold: Hold, keys: Iterable[JobKey]) -> Iterator[LogItem | RunRecord]:
    """What a hold covers and still expires. `keys` are the jobs there are.

    The log of a run comes before its record: a record that has no expiry says that its log has none, so that
    the next pass need not look. A run at work writes its record again, so it waits for its end.
    """
    for key in keys:
        if hold.key not in (key, JobKey(key.job)):
            continue
        for record in store.runs(key, None, hold.run):
            if hold.run is not None and record.id != hold.run:
                break
            if record.expires_at is not None and record.status is not Status.RUNNING:
                yield from (item for item in store.log_of(record.id) if item.expires)
                yield record
