"""Run records in DynamoDB."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import islice

from nightshift.state.codec import (
    VERSION,
    check_version,
    decode_run,
    encode_json,
    encode_run,
    partition,
    run_sort_key,
)
from nightshift.state.dynamodb.table import ConditionFailedError, Table, Update
from nightshift.state.models import Counts, JobKey, RunId, RunRecord, Status
from nightshift.times import to_text

_LAST = run_sort_key("~")


class DynamoRuns:
    """The `RunStore` port over the State table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def put(self, record: RunRecord) -> None:
        self._table.put(partition(record.key), run_sort_key(record.id), encode_run(record))

    def get(self, key: JobKey, run: RunId, now: datetime) -> RunRecord | None:
        found = self._table.get(partition(key), run_sort_key(run))
        record = None if found is None else decode_run(found, key)
        return record if record is not None and _is_visible(record, now) else None

    def latest(self, key: JobKey, limit: int, now: datetime) -> Sequence[RunRecord]:
        found = self._table.query(partition(key), run_sort_key(""), _LAST, newest_first=True, page=limit)
        records = (decode_run(attributes, key) for attributes in found)
        return list(islice((record for record in records if _is_visible(record, now)), limit))

    def interrupt(
        self, key: JobKey, run: RunId, at: datetime, reason: str, counts: Counts | None = None
    ) -> None:
        known = {"counts": encode_json(counts.as_dict())} if counts else {}
        update = Update(
            condition="#status = :running AND #version = :version",
            set={"status": Status.INTERRUPTED.value, "ended_at": to_text(at), "reason": reason, **known},
            remove=("open",),
            names={"status": "status", "version": "version"},
            values={"running": Status.RUNNING.value, "version": VERSION},
        )
        try:
            self._table.update(partition(key), run_sort_key(run), update)
        except ConditionFailedError as refusal:
            # It ended by itself, or never wrote its record: nothing to mark.
            check_version(refusal.old, f"run {run} of {key}")


def _is_visible(record: RunRecord, now: datetime) -> bool:
    """TTL removes late; what has expired is never shown."""
    return record.expires_at is None or record.expires_at > now
