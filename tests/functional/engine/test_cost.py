"""What a run costs, counted on the wire and charged by DynamoDB Local: requests and units.

Idle 2 requests and 2 units, a duplicate tick 1 and 1, an overlap 2 and 2, B batches B + 4 and B + 6; logs and
fingerprints come beside. What the run's record says of it is the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from nightshift.errors import RunError
from nightshift.execution import Ended
from nightshift.fingerprints.keys import SPAN
from nightshift.fingerprints.records import unpack
from nightshift.state.capacity import ERRORS, OPEN
from nightshift.state.dynamodb import DynamoLogs, DynamoState, Meter
from nightshift.state.models import ClaimRequest, Fingerprints, JobKey, Lease, RunId, RunRecord, Status, Usage
from nightshift_tools.cost import ASSUMPTIONS
from nightshift_tools.embedded import SqliteLogs, SqliteState
from nightshift_tools.testing.dynamodb_local import client
from nightshift_tools.testing.tables import TableNames, create_tables
from support.audit import Audit, Charge
from support.shop import Bench, Shop

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

KEY = JobKey("copy-items")


@dataclass
class Metered:
    """The engine over tables whose every charge is held to the model."""

    bench: Bench
    audit: Audit

    def tick(self, minute: int | None = None) -> tuple[Ended, list[Charge]]:
        """One tick, and what was charged for it; what the run says of it is the same."""
        self.audit.take()
        ended = self.bench.tick(minute)
        charges = self.audit.take()
        assert ended.record.state == usage(charges)
        return ended, charges

    def stored(self, run: RunId) -> RunRecord | None:
        found = self.bench.state.runs.get(KEY, run, self.bench.clock.now())
        self.audit.take()
        return found


@pytest.fixture
def metered(dynamodb_endpoint: str) -> Iterator[Metered]:
    own_client = client(dynamodb_endpoint)
    tables: TableNames = create_tables(own_client, f"cost-{uuid4().hex[:8]}")
    audit = Audit(own_client, {tables.state: OPEN, tables.log: ERRORS})
    audited: DynamoDBClient = audit  # type: ignore[assignment]
    shop = Shop({str(number): f"v{number}" for number in range(1, 31)})
    meter = Meter()
    state, logs = DynamoState(audited, tables.state, meter), DynamoLogs(audited, tables.log, meter)
    bench = Bench(shop, state, logs)
    bench.meter = meter
    yield Metered(bench, audit)
    own_client.close()


def usage(charges: list[Charge]) -> Usage:
    requests: dict[str, int] = {}
    for name in sorted(charge.operation for charge in charges):
        requests[name] = requests.get(name, 0) + 1
    reads = sum(charge.units for charge in charges if charge.operation in ("GetItem", "Query"))
    return Usage(requests, reads, sum(charge.units for charge in charges) - reads)


def of_control(charges: list[Charge]) -> list[Charge]:
    """Claims, commits, releases and run records; not logs and fingerprints."""
    return [charge for charge in charges if charge.kind in ("CONTROL", "RUN")]


@pytest.mark.parametrize(("batch_size", "batches"), [(30, 1), (10, 3), (4, 8)])
def test_a_run_of_b_batches_costs_b_and_four_requests_and_b_and_six_units(
    metered: Metered, batch_size: int, batches: int
) -> None:
    metered.bench.with_entry(batch_size=batch_size)
    ended, charges = metered.tick()
    assert ended.record.counts.batches == batches
    assert [charge.operation for charge in of_control(charges)] == [
        "UpdateItem",  # claim
        "PutItem",  # run record, running, with its entry in the index
        *["UpdateItem"] * batches,
        "PutItem",  # run record, ended, out of the index
        "UpdateItem",  # release
    ]
    assert sum(charge.units for charge in of_control(charges)) == batches + 6


@pytest.mark.parametrize(("batch_size", "batches"), [(10, 3), (3, 10)])
def test_the_estimate_of_a_month_rests_on_what_a_run_is_charged(
    metered: Metered, batch_size: int, batches: int
) -> None:
    metered.bench.with_entry(batch_size=batch_size)
    busy, _ = metered.tick()
    idle, _ = metered.tick()
    assert busy.record.state is not None
    assert idle.record.state is not None
    assert busy.record.state.write_units == ASSUMPTIONS.busy_writes + batches * ASSUMPTIONS.batch_writes
    assert idle.record.state.write_units == ASSUMPTIONS.idle_writes
    assert idle.record.state.read_units == ASSUMPTIONS.reads


def test_an_idle_tick_costs_two_and_one_read_of_fingerprints(metered: Metered) -> None:
    metered.tick()
    ended, charges = metered.tick()
    assert ended.record.idle
    assert ended.record.state == Usage({"Query": 1, "UpdateItem": 2}, 1.0, 2.0)
    assert [charge.operation for charge in charges] == ["UpdateItem", "Query", "UpdateItem"]


def test_a_duplicate_tick_costs_one(metered: Metered) -> None:
    metered.tick(1)
    ended, _ = metered.tick(1)
    assert ended.record.reason == "duplicate"
    assert ended.record.state == Usage({"UpdateItem": 1}, 0.0, 1.0)


def test_an_overlap_costs_two(metered: Metered) -> None:
    now = metered.bench.clock.now()
    metered.bench.state.control.claim(ClaimRequest(KEY, RunId("other"), now, now.replace(minute=30)))
    ended, _ = metered.tick(1)
    assert ended.record.status is Status.SKIPPED
    assert ended.record.state == Usage({"PutItem": 1, "UpdateItem": 1}, 0.0, 2.0)


def spoil(shop: Shop) -> None:
    shop.refuses.add("v7")


def fail(shop: Shop) -> None:
    def stop(place: int) -> None:
        if place:
            raise RuntimeError("the source is gone " * 100)

    shop.before_page = stop


@pytest.mark.parametrize("trouble", [lambda shop: None, spoil, fail], ids=["none", "a record", "the run"])
def test_the_record_that_is_kept_says_what_the_whole_run_used(metered: Metered, trouble: object) -> None:
    trouble(metered.bench.shop)  # type: ignore[operator]
    ended, _ = metered.tick()
    stored = metered.stored(ended.record.id)
    assert stored is not None
    assert stored.state is not None
    assert stored.state == ended.record.state


def test_a_run_counts_for_itself_alone(metered: Metered) -> None:
    first, _ = metered.tick()
    second, _ = metered.tick()
    third, _ = metered.tick()
    assert second.record.state == third.record.state != first.record.state


def test_a_range_of_fingerprints_is_written_once_whatever_batches_its_records_are_in() -> None:
    state = SqliteState.in_memory()
    written: list[str] = []
    write = state.fingerprints.write

    def noting(lease: Lease, ranges: Sequence[Fingerprints]) -> None:
        written.extend(item.range for item in ranges)
        write(lease, ranges)

    state.fingerprints.write = noting  # type: ignore[method-assign]
    bench = Bench(Shop({str(number): "v" for number in range(1, 201)}), state, SqliteLogs(state.database))
    bench.shop.ahead = lambda items, compare: None
    bench.with_entry(batch_size=20)
    assert bench.tick().record.counts.created == 200
    records = [name for name in written if name.startswith("record:")]
    assert sorted(records) == sorted(set(records))
    assert len(records) == 200 // SPAN + 1


def test_a_run_that_fails_writes_the_ranges_that_it_held_back() -> None:
    bench = Bench(Shop({str(number): "v" for number in range(1, 41)}))
    bench.shop.ahead = lambda items, compare: None

    def fail(keys: Sequence[str]) -> None:
        if "9" in keys:
            raise RunError("the target is down")

    bench.shop.before_write = fail
    assert bench.tick().record.status is Status.FAILED
    (stored,) = bench.state.fingerprints.read(JobKey("copy-items"), "record:", "record:~")
    known = {key for key, value in unpack(stored.range, stored.body).items() if value != bytes(8)}
    assert known == {str(number) for number in range(1, 9)}
