"""Log records in the Log table: one partition a run, so that no key is hot and a run's log is one Query.

Warnings and errors are single items, and in a sparse index, sharded by day and a part of the run's id.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from nightshift.logs.codec import AFTER_ALL, BEFORE_ALL, key_of, log_partition
from nightshift.logs.packing import from_items, to_items
from nightshift.logs.records import Level, LogRecord
from nightshift.state.codec import Attributes, partition
from nightshift.state.dynamodb.meter import Meter
from nightshift.state.dynamodb.table import Table
from nightshift.state.models import JobKey, RunId
from nightshift.times import to_text

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

SHARDS = 4


class DynamoLogs:
    """The `LogStore` port over the Log table."""

    def __init__(self, client: DynamoDBClient, table_name: str, meter: Meter | None = None) -> None:
        self._table = Table(client, table_name, meter)

    def write(self, records: Sequence[LogRecord], expires_at: datetime) -> None:
        if records:
            pk = log_partition(records[0].run)
            items = to_items(records, expires_at)
            self._table.write_batch([(pk, sk, indexed(sk, item)) for sk, item in items])

    def of_run(self, run: RunId, visible_since: datetime, now: datetime) -> Iterator[LogRecord]:
        found = self._table.query(log_partition(run), BEFORE_ALL, AFTER_ALL)
        return from_items(((str(item["sk"]), item) for item in found), visible_since, now)

    def troubles(self, key: JobKey, visible_since: datetime, now: datetime) -> Iterator[LogRecord]:
        day = visible_since.date()
        while day <= now.date():
            keys: list[tuple[str, str]] = []
            for shard in range(SHARDS):
                found = self._table.query_index(
                    "errors",
                    ("error_shard", f"{partition(key)}#{day}#{shard}"),
                    ("error_at", to_text(visible_since), f"{to_text(now)}{AFTER_ALL}"),
                )
                keys += [(str(item["sk"]), str(item["pk"])) for item in found]
            for sk, pk in sorted(keys):
                item = self._table.get(pk, sk)
                if item is not None:
                    yield from from_items([(sk, item)], visible_since, now)
            day += timedelta(days=1)


def indexed(sort_key: str, item: Attributes) -> Attributes:
    """The item with what the index of warnings and errors has of it."""
    if Level[str(item["level"])] < Level.WARNING:
        return item
    shard = zlib.crc32(str(item["run"]).encode()) % SHARDS
    day = str(item["at"])[:10]
    return {**item, "error_shard": f"{partition(key_of(item))}#{day}#{shard}", "error_at": sort_key}
