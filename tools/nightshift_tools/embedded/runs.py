"""Run records in SQLite."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from nightshift.state.codec import decode_run, encode_run, partition, run_sort_key
from nightshift.state.models import Counts, JobKey, RunId, RunRecord, Status
from nightshift_tools.embedded.database import Database
from nightshift_tools.embedded.items import Items


class SqliteRuns:
    """The `RunStore` port over one database. Writing a record removes some that have expired."""

    def __init__(self, database: Database, items: Items) -> None:
        self._database = database
        self._items = items

    def put(self, record: RunRecord) -> None:
        with self._database.write():
            self._items.put(partition(record.key), run_sort_key(record.id), encode_run(record))
            self._items.purge(int((record.ended_at or record.started_at).timestamp()))

    def get(self, key: JobKey, run: RunId, now: datetime) -> RunRecord | None:
        found = self._items.get(partition(key), run_sort_key(run))
        record = None if found is None else decode_run(found, key)
        if record is None or (record.expires_at is not None and record.expires_at <= now):
            return None
        return record

    def latest(self, key: JobKey, limit: int, now: datetime) -> Sequence[RunRecord]:
        found = self._items.newest(partition(key), run_sort_key(""), int(now.timestamp()), limit)
        return [decode_run(attributes, key) for _, attributes in found]

    def interrupt(
        self, key: JobKey, run: RunId, at: datetime, reason: str, counts: Counts | None = None
    ) -> None:
        with self._database.write():
            found = self._items.get(partition(key), run_sort_key(run))
            if found is None:
                return
            record = decode_run(found, key)
            if record.status is Status.RUNNING:
                ended = replace(
                    record,
                    status=Status.INTERRUPTED,
                    ended_at=at,
                    reason=reason,
                    counts=counts or record.counts,
                )
                self._items.put(partition(key), run_sort_key(run), encode_run(ended))
