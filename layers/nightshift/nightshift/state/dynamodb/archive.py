"""Run records and log items of all jobs in DynamoDB, for whoever removes them or holds them back.

Reads are queries, whatever they read: the purge's role may do no others beyond its own partition. A key
condition cannot tell a run record from a control record beside it, so what is removed must say what it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from nightshift.archive.codec import (
    GLOBAL,
    HOLD,
    OF_AN_ITEM,
    SETTINGS,
    as_seen,
    decode_holds,
    decode_item,
    encode_hold,
    first_run,
    last_run,
)
from nightshift.archive.model import Hold, LogItem
from nightshift.logs.codec import AFTER_ALL, BEFORE_ALL, log_partition
from nightshift.logs.packing import count_older, without_older
from nightshift.state.codec import (
    CONTROL,
    VERSION,
    Attributes,
    check_version,
    decode_control,
    decode_run,
    partition,
    run_sort_key,
)
from nightshift.state.dynamodb.meter import Meter
from nightshift.state.dynamodb.table import ConditionFailedError, Table, Update
from nightshift.state.models import JobKey, RunId, RunRecord

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

_STANDS = "attribute_exists(pk) AND #version = :version"


class DynamoArchive:
    """The `ArchiveStore` port over the tables State and Log."""

    def __init__(
        self, client: DynamoDBClient, state_table: str, log_table: str, meter: Meter | None = None
    ) -> None:
        self._state = Table(client, state_table, meter)
        self._log = Table(client, log_table, meter)

    def overrides(self, key: JobKey) -> Mapping[str, str]:
        found = next(self._state.query(partition(key), CONTROL, CONTROL), None)
        return decode_control(found, key).overrides if found is not None else {}

    def runs(self, key: JobKey, before: datetime | None, start: RunId | None = None) -> Iterator[RunRecord]:
        found = self._state.query(partition(key), first_run(start), last_run(before))
        records = (decode_run(attributes, key) for attributes in found)
        return (record for record in records if before is None or record.started_at < before)

    def log_of(self, run: RunId, *, consistent: bool = True) -> Iterator[LogItem]:
        found = self._log.query(
            log_partition(run), BEFORE_ALL, AFTER_ALL, only=OF_AN_ITEM, consistent=consistent
        )
        return (decode_item(str(item["sk"]), item) for item in found)

    def log_segment(self, segment: int, of: int, after: tuple[RunId, str] | None) -> Iterator[LogItem]:
        start = None if after is None else (log_partition(after[0]), after[1])
        found = self._log.scan(segment, of, start, OF_AN_ITEM)
        return (decode_item(str(item["sk"]), item) for item in found)

    def remove_log(self, items: Sequence[LogItem]) -> None:
        self._log.delete_batch((log_partition(item.run), item.sort_key) for item in items)

    def count_older(self, item: LogItem, before: datetime) -> int:
        found = self._item(item)
        return count_older(found, before) if found is not None else 0

    def trim_log(self, item: LogItem, before: datetime) -> None:
        found = self._item(item)
        if found is not None:
            update = Update(_STANDS, without_older(found, before))
            _change(self._log, log_partition(item.run), item.sort_key, update)

    def remove_run(self, record: RunRecord) -> bool:
        pk, sk = partition(record.key), run_sort_key(record.id)
        try:
            self._state.delete_as(pk, sk, as_seen(record))
        except ConditionFailedError as refusal:
            return not refusal.old  # gone by itself, or by our own request whose answer was lost
        return True

    def keep_log(self, item: LogItem) -> None:
        _change(self._log, log_partition(item.run), item.sort_key, Update(_STANDS, remove=("expires_at",)))

    def keep_run(self, record: RunRecord) -> None:
        update = Update(
            f"{_STANDS} AND #run = :run AND #status = :status AND #started_at = :started_at",
            remove=("expires_at",),
            names={name: name for name in as_seen(record)},
            values=as_seen(record),
        )
        _change(self._state, partition(record.key), run_sort_key(record.id), update)

    def holds(self) -> Sequence[Hold]:
        found = self._state.get(SETTINGS, GLOBAL)
        return decode_holds(found) if found is not None else []

    def put_hold(self, hold: Hold) -> None:
        self._set({HOLD + hold.name: encode_hold(hold)})

    def drop_hold(self, name: str) -> bool:
        found = self._state.get(SETTINGS, GLOBAL) or {}
        self._set(remove=(HOLD + name,))
        return HOLD + name in found

    def _item(self, item: LogItem) -> Attributes | None:
        return next(self._log.query(log_partition(item.run), item.sort_key, item.sort_key), None)

    def _set(self, changes: Mapping[str, str] | None = None, remove: Sequence[str] = ()) -> None:
        update = Update(
            "attribute_not_exists(#version) OR #version = :version",
            {**(changes or {}), "version": VERSION},
            remove,
            names={"version": "version"},
            values={"version": VERSION},
        )
        try:
            self._state.update(SETTINGS, GLOBAL, update)
        except ConditionFailedError as refusal:
            check_version(refusal.old, "the settings of all jobs")


def _change(table: Table, pk: str, sk: str, update: Update) -> None:
    """Change an item that stands as it stood; one that has gone or changed since is left alone."""
    names = {**update.names, "version": "version"}
    values = {**update.values, "version": VERSION}
    try:
        table.update(pk, sk, Update(update.condition, update.set, update.remove, (), names, values))
    except ConditionFailedError:
        return
