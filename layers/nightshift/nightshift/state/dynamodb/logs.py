"""Log records in the Log table: one partition a run, so that no key is hot and a run's log is one Query.

Warnings and errors are in a sparse index as well, sharded by day and a part of the run's id.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from nightshift.logs.codec import AFTER_ALL, decode_log, encode_log, log_partition, log_sort_key
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
        self._table.write_batch(
            [
                (log_partition(record.run), log_sort_key(record), _encode(record, expires_at))
                for record in records
            ]
        )

    def of_run(self, run: RunId, visible_since: datetime) -> Iterator[LogRecord]:
        found = self._table.query(log_partition(run), to_text(visible_since), AFTER_ALL)
        return (decode_log(attributes) for attributes in found)

    def troubles(self, key: JobKey, visible_since: datetime, until: datetime) -> Iterator[LogRecord]:
        day = visible_since.date()
        while day <= until.date():
            keys: list[tuple[str, str]] = []
            for shard in range(SHARDS):
                found = self._table.query_index(
                    "errors",
                    ("error_shard", f"{partition(key)}#{day}#{shard}"),
                    ("error_at", to_text(visible_since), f"{to_text(until)}{AFTER_ALL}"),
                )
                keys += [(str(item["sk"]), str(item["pk"])) for item in found]
            for sk, pk in sorted(keys):
                item = self._table.get(pk, sk)
                if item is not None:
                    yield decode_log(item)
            day += timedelta(days=1)


def _encode(record: LogRecord, expires_at: datetime) -> Attributes:
    found = encode_log(record, expires_at)
    if record.level >= Level.WARNING:
        shard = zlib.crc32(record.run.encode()) % SHARDS
        found["error_shard"] = f"{partition(record.key)}#{record.at.date()}#{shard}"
        found["error_at"] = log_sort_key(record)
    return found
