"""What a run costs in control requests: claims, commits, releases and run records, counted on the wire.

Idle 2, a duplicate tick 1, an overlap 2, B batches B + 4; logs and fingerprints come beside.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import boto3
import pytest
from moto import mock_aws

from nightshift.state.dynamodb import DynamoLogs, DynamoState
from nightshift.state.models import ClaimRequest, JobKey, RunId, Status
from nightshift_tools.testing.tables import create_tables
from support.shop import Bench, Shop


class Meter:
    """Counts requests by operation and by what they touch."""

    def __init__(self, client: Any) -> None:
        self.requests: list[tuple[str, str]] = []
        client.meta.events.register("before-parameter-build.dynamodb", self._count)

    def _count(self, params: dict[str, Any], model: Any, **_: object) -> None:
        keys = params.get("Key") or params.get("Item") or {}
        sort_key = keys.get("sk", {}).get("S", "")
        self.requests.append((model.name, sort_key.partition("#")[0] or "other"))

    def take_control(self) -> list[str]:
        """The control requests since the last call, in order."""
        taken = [operation for operation, kind in self.requests if kind in ("CONTROL", "RUN")]
        self.requests.clear()
        return taken


@pytest.fixture
def metered() -> Iterator[tuple[Bench, Meter]]:
    with mock_aws():
        client = boto3.client("dynamodb", region_name="us-east-1")
        tables = create_tables(client, f"cost-{uuid4().hex[:8]}")
        bench = Bench(
            Shop({str(number): f"v{number}" for number in range(1, 31)}),
            DynamoState(client, tables.state),
            DynamoLogs(client, tables.log),
        )
        yield bench, Meter(client)


@pytest.mark.parametrize(("batch_size", "batches"), [(30, 1), (10, 3), (4, 8)])
def test_a_run_of_b_batches_costs_b_and_four(
    metered: tuple[Bench, Meter], batch_size: int, batches: int
) -> None:
    bench, meter = metered
    bench.with_entry(batch_size=batch_size)
    meter.take_control()
    assert bench.tick().record.counts.batches == batches
    assert meter.take_control() == [
        "UpdateItem",  # claim
        "PutItem",  # run record, running
        *["UpdateItem"] * batches,
        "PutItem",  # run record, ended
        "UpdateItem",  # release
    ]


def test_an_idle_tick_costs_two_and_one_read_of_fingerprints(metered: tuple[Bench, Meter]) -> None:
    bench, meter = metered
    bench.tick()
    meter.requests.clear()
    assert bench.tick().record.idle
    assert [operation for operation, _ in meter.requests] == ["UpdateItem", "Query", "UpdateItem"]
    assert meter.take_control() == ["UpdateItem", "UpdateItem"]


def test_a_duplicate_tick_costs_one(metered: tuple[Bench, Meter]) -> None:
    bench, meter = metered
    bench.tick(1)
    meter.requests.clear()
    assert bench.tick(1).record.reason == "duplicate"
    assert [operation for operation, _ in meter.requests] == ["UpdateItem"]


def test_an_overlap_costs_two(metered: tuple[Bench, Meter]) -> None:
    bench, meter = metered
    now = bench.clock.now()
    bench.state.control.claim(ClaimRequest(JobKey("copy-items"), RunId("other"), now, now.replace(minute=30)))
    meter.requests.clear()
    assert bench.tick(1).record.status is Status.SKIPPED
    assert [operation for operation, _ in meter.requests] == ["UpdateItem", "PutItem"]
