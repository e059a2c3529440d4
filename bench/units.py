"""What a run takes of DynamoDB, request by request as it left the client, and the units that were charged.

The formula: an idle tick 2 control requests, a duplicate 1, a run of B batches B + 4 (claim, run record, B
commits, run record, release) and B + 6 units, of which two are the index entry of the run record that comes
and goes. Fingerprints and logs come beside; what a purge removes is among the logs."""

from __future__ import annotations

import logging
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

import orjson

from bench.contenders import AWS, BATCH_SIZE
from bench.markdown import table
from bench.measuring import FUNCTIONS
from bench.ours import JOB, tick
from bench.shops import Shops, open_shops
from nightshift.dynamodb_client import LambdaClient
from nightshift.http.connections import Answer
from nightshift.logs.records import Level, LogRecord
from nightshift.runtime import lambda_services
from nightshift.services import NobodyWatches, Services
from nightshift.state.dynamodb import DynamoLogs, DynamoState
from nightshift.state.dynamodb.archive import DynamoArchive
from nightshift.state.models import JobKey, RunId, RunRecord, Status
from nightshift_tools.local.handlers import load_handler
from nightshift_tools.testing import dynamodb_local
from nightshift_tools.testing.tables import create_tables

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

PRODUCTS = 1_000
PURGED = 100_000
"""Log records: of twenty runs that ended before any retention, packed fifty to an item."""

_PURGED_RUNS = 20
_PURGE = "purge-logs"
_CONTROL = "control"
_KINDS = {"CONTROL": _CONTROL, "RUN#": _CONTROL, "FINGERPRINT#": "fingerprints", "QUARANTINE#": "quarantine"}
"""What is written into the State table, by how its sort key begins."""

_READS = ("GetItem", "Query", "BatchGetItem", "Scan")


@dataclass(slots=True)
class Taken:
    """What was sent and charged: requests by what they touch, units by direction."""

    requests: Counter[str] = field(default_factory=Counter)
    read: float = 0.0
    written: float = 0.0
    written_for_control: float = 0.0

    @property
    def control(self) -> int:
        return self.requests[_CONTROL]

    @property
    def beside(self) -> str:
        kinds = sorted(set(self.requests) - {_CONTROL})
        return ", ".join(f"{kind} {self.requests[kind]:,}" for kind in kinds) or "none"


class Meter(LambdaClient):
    """The client of a function that counts: every request that leaves it, and what its answer says was
    charged."""

    def __init__(self, endpoint: str, log_table: str) -> None:
        super().__init__(endpoint, "us-east-1", "local", "local")
        self._taken = Taken()
        self._log_table = log_table

    def take(self) -> Taken:
        """What was taken since the last call."""
        taken, self._taken = self._taken, Taken()
        return taken

    def exchange(self, operation: str, headers: Mapping[str, str], body: bytes) -> Answer:
        kind = self._kind(operation, body.decode())
        self._taken.requests[kind] += 1
        answer = super().exchange(operation, headers, body)
        self._charge(operation, kind, orjson.loads(answer.body).get("ConsumedCapacity", []))
        return answer

    def _kind(self, operation: str, body: str) -> str:
        if operation in _READS:
            return "reads"
        if self._log_table in body:
            return "logs"
        if operation == "DeleteItem":
            return "removed runs"
        return next((kind for mark, kind in _KINDS.items() if f'"{mark}' in body), "others")

    def _charge(self, operation: str, kind: str, consumed: Any) -> None:
        units = sum(t["CapacityUnits"] for t in (consumed if isinstance(consumed, list) else [consumed]))
        if not consumed:
            units = 1.0  # a refused write is charged as one that is done, and its answer does not say it
        if operation in _READS:
            self._taken.read += units
            return
        self._taken.written += units
        if kind == _CONTROL:
            self._taken.written_for_control += units


def meter(endpoint: str, *, with_purge: bool, tell: Callable[[str], None]) -> list[tuple[str, str, Taken]]:
    """Scenario, what the formula says of it, and what was taken."""
    found: list[tuple[str, str, Taken]] = []
    with open_shops(PRODUCTS) as shops, _metered(endpoint, shops) as (services, watch):
        batches = -(-PRODUCTS // BATCH_SIZE)

        def run(name: str, minute: int, formula: str) -> None:
            tell(f"requests and units: {name}")
            _run(JOB, tick(minute), services)
            found.append((name, formula, watch.take()))

        run(_counted(batches), 0, f"{batches + 4} / {batches + 6}")
        run("nothing changed, idle", 2, "2 / 2")
        run("duplicate", 2, "1 / 1")
        for minute, every in ((4, PRODUCTS), (6, PRODUCTS // BATCH_SIZE), (8, PRODUCTS // (3 * BATCH_SIZE))):
            changed = shops.reprice(every)
            batches = -(-changed // BATCH_SIZE)
            run(f"{changed} changed, {_counted(batches)}", minute, f"{batches + 4} / {batches + 6}")
        if with_purge:
            tell(f"requests and units: purge of {PURGED:,} log records")
            _seed_logs(services)
            watch.take()
            batches = _run(_PURGE, {"job": _PURGE}, services)
            name = f"purge of {PURGED:,} log records, {_counted(batches)}"
            found.append((name, f"{batches + 4} / {batches + 6}", watch.take()))
    return found


def section(found: list[tuple[str, str, Taken]]) -> str:
    """The part of the results page."""
    rows = [
        [
            name,
            f"{taken.control} / {taken.written_for_control:g}",
            formula,
            taken.beside,
            f"{taken.written:,g}",
            f"{taken.read:,g}",
        ]
        for name, formula, taken in found
    ]
    head = ["run", "control requests / units", "formula", "requests beside", "write units", "read units"]
    return f"{__doc__}\n\n{table(head, rows)}\n"


@contextmanager
def _metered(endpoint: str, shops: Shops) -> Iterator[tuple[Services, Meter]]:
    """The services of Lambda over fresh tables, and the meter on their client."""
    tables = create_tables(dynamodb_local.client(endpoint), f"units-{uuid4().hex[:8]}")
    environment = {
        **AWS,
        **shops.environment("units"),
        "AWS_ENDPOINT_URL_DYNAMODB": endpoint,
        "STATE_TABLE": tables.state,
        "LOG_TABLE": tables.log,
        "SYNC_PRODUCTS_BATCH_SIZE": str(BATCH_SIZE),
        "LAMBDA_TASK_ROOT": str(FUNCTIONS),
    }
    before = dict(os.environ)
    os.environ.update(environment)
    try:
        watch = Meter(endpoint, tables.log)
        client = cast("DynamoDBClient", watch)
        services = replace(
            lambda_services(JOB),
            state=DynamoState(client, tables.state),
            logs=DynamoLogs(client, tables.log),
            archive=DynamoArchive(client, tables.state, tables.log),
            logger=logging.Logger("bench"),
            observer=NobodyWatches(),
        )
        yield services, watch
    finally:
        os.environ.clear()
        os.environ.update(before)
        lambda_services.cache_clear()


def _counted(batches: int) -> str:
    return "1 batch" if batches == 1 else f"{batches} batches"


def _run(job: str, event: object, services: Services) -> int:
    """Run a job; the number of its batches."""
    handler = load_handler(FUNCTIONS, services.manifest.job(job))
    ended = handler.handle(event, services, 900.0)
    if ended.error is not None:
        raise ended.error
    return ended.record.counts.batches


def _seed_logs(services: Services) -> None:
    """Logs of runs that ended long ago, packed as a run's own are: fifty records to an item."""
    long_ago = datetime.now(UTC) - timedelta(days=400)
    of_a_run = PURGED // _PURGED_RUNS
    for number in range(_PURGED_RUNS):
        at = long_ago + timedelta(minutes=number)
        run = RunId(f"{at:%Y%m%dT%H%M%S}000Z-{number:08d}")
        ended = replace(_ENDED, id=run, started_at=at, ended_at=at)
        services.state.runs.put(ended)
        records = [LogRecord(run, ended.key, at, place, Level.INFO, "seeded") for place in range(of_a_run)]
        services.logs.write(records, at + timedelta(days=800))


_ENDED = RunRecord(
    id=RunId("none"),
    key=JobKey(JOB),
    trigger="schedule",
    status=Status.SUCCEEDED,
    started_at=datetime(2026, 1, 1, tzinfo=UTC),
)
