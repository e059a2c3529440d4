"""Many log records are purged in bounded memory, with the requests and units that the formula says."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from math import ceil
from uuid import uuid4

import pytest

from nightshift.logs.packing import RECORDS_PER_ITEM
from nightshift.logs.records import Level
from nightshift.state.dynamodb import DynamoLogs, DynamoState
from nightshift.state.dynamodb.archive import DynamoArchive
from nightshift.state.dynamodb.table import Table
from nightshift.state.models import RunRecord, Status
from nightshift_tools.embedded import SqliteState
from nightshift_tools.embedded.items import Items
from nightshift_tools.testing.dynamodb_local import client
from nightshift_tools.testing.tables import create_tables
from support.metering import Meter
from support.purge_volume import ITEMS_OF_A_RUN, Put, fill
from support.purging import PURGE, SYNC_KEY, Night

MEGABYTE = 1 << 20
BATCH = PURGE.batch_size
QUICK = 10_000 // RECORDS_PER_ITEM
MILLION = 1_000_000 // RECORDS_PER_ITEM


def purge(night: Night, records: int) -> RunRecord:
    """Purge in bounded memory."""
    tracemalloc.start()
    record = night.tick(seconds_left=None).record
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert record.status is Status.SUCCEEDED
    assert (record.results["counted"], record.results["deleted"]) == (records, records)
    assert (record.results["remaining"], record.results["runs_remaining"]) == (0, 0)
    assert record.results["oldest_left"] == "none"
    assert peak < 24 * MEGABYTE
    return record


def in_sqlite(items: int, level: Level) -> None:
    night = Night()
    assert isinstance(night.state, SqliteState)
    database = night.state.database
    log = Items(database, "log")

    def put(chunk: object) -> None:
        with database.write():
            for pk, sk, body in chunk:  # type: ignore[attr-defined]
                log.put(pk, sk, body)

    purge(night, fill(night, put, items, level))


@pytest.fixture
def on_dynamodb(dynamodb_endpoint: str) -> Iterator[tuple[Night, Put, Meter]]:
    own = client(dynamodb_endpoint)
    tables = create_tables(own, f"volume-{uuid4().hex[:8]}")
    archive = DynamoArchive(own, tables.state, tables.log)
    night = Night(DynamoState(own, tables.state), DynamoLogs(own, tables.log), archive)
    yield night, Table(own, tables.log).write_batch, Meter(own)
    own.close()


def in_dynamodb(stores: tuple[Night, Put, Meter], items: int, level: Level) -> None:
    night, put, meter = stores
    records = fill(night, put, items, level)
    size = size_of(night)
    meter.reset()
    record = purge(night, records)
    runs, sent = ceil(items / ITEMS_OF_A_RUN), meter.requests
    batches = ceil((items + runs) / BATCH)
    assert (record.counts.removed, record.counts.batches) == (items + runs, batches)
    # The log items, 25 to a request; a batch that holds a run record has fewer. And each batch's own log.
    assert items / 25 <= sent["BatchWriteItem"] - batches <= items / 25 + runs
    # A run's log in pages of 1 MB; its emptiness before it goes, and once more at the end; and constants.
    assert sent["Query"] + sent["Scan"] <= items * size / MEGABYTE + 4 * runs + 16
    assert (sent["DeleteItem"], sent["UpdateItem"]) == (runs, batches + 2)
    # One write unit for a log item below 1 KB and one for its entry in the index, half a read unit for 4 KB;
    # what the run itself writes.
    assert size <= 1024
    writes = items * (2 if level >= Level.WARNING else 1)
    own = 4 * batches + 6 * runs + 20
    assert writes <= meter.units <= writes + items * size / 4096 / 2 + own


def size_of(night: Night) -> int:
    """Bytes of a log item, a little more than DynamoDB counts."""
    run = next(night.archive.runs(SYNC_KEY, None)).id
    first = next(night.archive.log_of(run))
    assert isinstance(night.logs, DynamoLogs)
    found = night.logs._table.get(f"RUN#{run}", first.sort_key)
    assert found is not None
    return sum(
        len(name) + (len(value) if isinstance(value, bytes) else len(str(value)))
        for name, value in found.items()
    )


@pytest.mark.parametrize(("items", "level"), [(QUICK, Level.INFO), (QUICK, Level.ERROR)])
def test_some_thousand_records_in_sqlite(items: int, level: Level) -> None:
    in_sqlite(items, level)


@pytest.mark.parametrize(("items", "level"), [(QUICK, Level.INFO), (QUICK, Level.ERROR)])
def test_some_thousand_records_in_dynamodb(
    on_dynamodb: tuple[Night, Put, Meter], items: int, level: Level
) -> None:
    in_dynamodb(on_dynamodb, items, level)


@pytest.mark.slow
@pytest.mark.parametrize(("items", "level"), [(MILLION, Level.INFO), (MILLION, Level.ERROR)])
def test_a_million_records_in_sqlite(items: int, level: Level) -> None:
    in_sqlite(items, level)


@pytest.mark.slow
@pytest.mark.parametrize(("items", "level"), [(MILLION, Level.INFO), (MILLION // 4, Level.ERROR)])
def test_a_million_records_in_dynamodb(
    on_dynamodb: tuple[Night, Put, Meter], items: int, level: Level
) -> None:
    in_dynamodb(on_dynamodb, items, level)
