"""What the meter counts is what DynamoDB Local charges, and what the model says, for every verb."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING

import pytest

from nightshift.errors import LostLeaseError
from nightshift.logs.records import Level, LogRecord
from nightshift.state.capacity import ERRORS, OPEN
from nightshift.state.dynamodb import DynamoLogs, DynamoState, Meter
from nightshift.state.dynamodb.archive import DynamoArchive
from nightshift.state.dynamodb.table import ConditionFailedError, Table
from nightshift.state.models import (
    Fingerprints,
    JobKey,
    Pause,
    Quarantined,
    RunFailure,
    RunId,
    RunRecord,
    Status,
    Usage,
)
from nightshift_tools.testing.tables import TableNames
from support.audit import Audit
from support.driving import START, Job, at, slot
from support.states import Store

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

_NUMBERS = count(1)
KEPT = START + timedelta(days=30)


@dataclass(frozen=True)
class Metered:
    """A job whose requests are metered, and held to the model one by one."""

    job: Job
    meter: Meter
    audit: Audit
    table: Table

    def check(self) -> Usage:
        """Meter and model have counted the same."""
        charges, used = self.audit.take(), self.meter.usage()
        assert used.requests == Counter(charge.operation for charge in charges)
        reads = ("GetItem", "BatchGetItem", "Query", "Scan")
        assert used.read_units == sum(charge.units for charge in charges if charge.operation in reads)
        assert used.write_units == sum(charge.units for charge in charges if charge.operation not in reads)
        return used


@pytest.fixture
def metered(local_client: DynamoDBClient, local_tables: TableNames) -> Metered:
    audit = Audit(local_client, {local_tables.state: OPEN, local_tables.log: ERRORS})
    meter = Meter()
    client: DynamoDBClient = audit  # type: ignore[assignment]
    state, logs = DynamoState(client, local_tables.state, meter), DynamoLogs(client, local_tables.log, meter)
    archive = DynamoArchive(client, local_tables.state, local_tables.log, meter)
    table, log = Table(client, local_tables.state, meter), Table(client, local_tables.log, meter)
    job = Job(Store("audited", state, logs, archive, table, log), JobKey(f"audited-{next(_NUMBERS)}", "main"))
    return Metered(job, meter, audit, table)


def run_record(job: Job, status: Status, text: str = "") -> RunRecord:
    failure = RunFailure("RunError", text) if text else None
    return RunRecord(RunId("run-1"), job.key, "schedule", status, at(0), slot(2), failure=failure)


def put_runs(job: Job) -> None:
    """A record on its ways into the index of what is open, within it, and out of it, small and large."""
    runs = job.store.state.runs
    for status in (Status.RUNNING, Status.RUNNING, Status.FAILED, Status.SUCCEEDED, Status.SUCCEEDED):
        for text in ("", "x" * 5000):
            runs.put(run_record(job, status, text))


def interrupt(job: Job) -> None:
    job.store.state.runs.put(run_record(job, Status.RUNNING))
    for _ in range(2):
        job.store.state.runs.interrupt(job.key, RunId("run-1"), at(3), "why")
    job.store.state.runs.interrupt(job.key, RunId("none"), at(3), "why")


def read_runs(job: Job) -> None:
    put_runs(job)
    job.store.state.runs.latest(job.key, 5, at(9))
    job.store.state.runs.get(job.key, RunId("run-1"), at(9))
    job.store.state.runs.get(job.key, RunId("none"), at(9))


def quarantine(job: Job) -> None:
    store = job.store.state.quarantine
    store.put(
        job.key,
        [Quarantined(f"{n}", "why " * n, 1, at(0), at(0), "digest", RunId("run")) for n in (1, 300, 900)],
    )
    store.all(job.key)
    store.drop(job.key, ["1", "900", "none"])
    store.all(job.key)


def fingerprints(job: Job) -> None:
    store = job.store.state.fingerprints
    lease = job.granted("run", slot(2)).lease
    store.write(lease, [Fingerprints(f"{n}", b"x" * n) for n in (1, 985, 1200, 30_000)])
    store.write(lease, [Fingerprints("30000", b"")])
    list(store.read(job.key, "0", "9"))
    list(store.read(job.key, "a", "b"))


def lose_fingerprints(job: Job) -> None:
    store = job.store.state.fingerprints
    stale = job.granted("run", slot(2)).lease
    store.write(job.granted("other", slot(4), now=60).lease, [Fingerprints("1", b"x" * 3000)])
    for size in (1, 5000):
        with pytest.raises(LostLeaseError):
            store.write(stale, [Fingerprints("1", b"x" * size)])


def logs(job: Job) -> None:
    run = RunId(f"run-of-{job.key}")
    levels = (Level.INFO, Level.WARNING, Level.ERROR)
    records = [
        LogRecord(run, job.key, at(1), n, levels[n % 3], "text " * n, error_stack="x" * 100 * n)
        for n in range(1, 60)
    ]
    for _ in range(2):
        job.store.logs.write(records, KEPT)
    assert len(list(job.store.logs.of_run(run, START, at(9)))) == 59
    assert list(job.store.logs.troubles(job.key, START, at(9)))


def purge(job: Job) -> None:
    logs(job)
    put_runs(job)
    archive, run = job.store.archive, RunId(f"run-of-{job.key}")
    (record,) = archive.runs(job.key, None)
    items = list(archive.log_of(run))
    assert list(archive.log_of(run, consistent=False)) == items
    list(archive.log_segment(0, 1, None))
    packed = next(item for item in items if item.count > 1)
    assert archive.count_older(packed, packed.last) == 0  # all of one instant
    archive.trim_log(packed, packed.last)
    archive.keep_log(items[0])
    archive.remove_log(items)  # but once: for what is not there DynamoDB Local charges the index as well
    assert not archive.remove_run(replace(record, status=Status.RUNNING))
    archive.keep_run(record)
    assert archive.remove_run(record)
    assert archive.remove_run(record)


def operate(job: Job) -> None:
    control = job.store.state.control
    control.pause(job.key, Pause("why", at(0)))
    control.resume(job.key, at(1))
    control.override(job.key, "batch_size", "5")
    control.override(job.key, "batch_size", None)
    control.request_recheck(job.key)
    assert control.reset_cursor(job.key, {"seen": 12_345}, at(1))
    control.read(job.key)
    control.read(JobKey("none"))


def refuse(job: Job) -> None:
    job.succeed("before", slot(2))
    job.refused("duplicate", slot(2))
    job.refused("too late", slot(1))
    lease = job.granted("run", slot(4)).lease
    job.refused("overlap", slot(6))
    job.refused("held", slot(4))
    assert not job.store.state.control.reset_cursor(job.key, {}, at(1))
    job.granted("later", slot(8), now=60)
    for act in (lambda: job.commit(lease, 1), lambda: job.release(lease)):
        with pytest.raises(LostLeaseError):
            act()


def run_and_fail(job: Job) -> None:
    lease = job.granted("run", slot(2), max_executions=5).lease
    for number in (1, 99, 100, 12_345, 10**12):
        lease = job.commit(lease, number)
    job.release(lease)
    job.fail("again", slot(4))
    job.succeed("again, and better", slot(4))


VERBS = {
    act.__name__: act
    for act in (
        run_and_fail,
        refuse,
        operate,
        put_runs,
        interrupt,
        read_runs,
        quarantine,
        fingerprints,
        lose_fingerprints,
        logs,
        purge,
    )
}


@pytest.mark.parametrize("verb", VERBS)
def test_meter_model_and_dynamodb_count_the_same(metered: Metered, verb: str) -> None:
    act: Callable[[Job], None] = VERBS[verb]
    act(metered.job)
    used = metered.check()
    assert used.write_units > 0


def test_large_control_records_are_charged_by_the_kilobyte(metered: Metered) -> None:
    job = metered.job
    job.store.state.control.override(job.key, "batch_size", "x" * 5000)
    lease = job.granted("run", slot(2)).lease
    job.commit(lease, 1)
    job.refused("other", slot(4))
    assert metered.check().write_units == 5 + 3 * 6


def test_batches_of_reads_are_charged_item_by_item(metered: Metered) -> None:
    items = [("metered", f"{n}", {"body": "x" * 3000 * n}) for n in range(5)]
    metered.table.write_batch(items)
    keys = [(pk, sk) for pk, sk, _ in items]
    assert len(metered.table.get_batch(keys)) == len(metered.table.get_batch(keys, consistent=True)) == 5
    # 1, 1, 2, 3 and 3 times 4 KB.
    assert metered.check().read_units == 10 * 1.5


def test_a_refused_put_is_charged_by_the_larger_of_both(metered: Metered) -> None:
    metered.table.put("refused", metered.job.key.job, {"body": "x" * 3000})
    before = metered.meter.usage().write_units
    for size, units in ((1, 3), (5000, 5)):
        with pytest.raises(ConditionFailedError):
            metered.table.put(
                "refused", metered.job.key.job, {"body": "x" * size}, "attribute_not_exists(pk)"
            )
        assert metered.meter.usage().write_units - before == units
        before = metered.meter.usage().write_units
    metered.check()


def test_a_run_begins_at_zero(metered: Metered) -> None:
    metered.job.succeed("before", slot(2))
    metered.meter.begin(lambda: 60.0)
    assert metered.meter.usage() == Usage({}, 0.0, 0.0)
