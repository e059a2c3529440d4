"""The same commands over DynamoDB tables, where STATE_TABLE names them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import boto3
import pytest
from moto import mock_aws

from nightshift.clock import SystemClock
from nightshift.state.models import JobKey, RunId
from nightshift_tools.local.stores import open_stores
from nightshift_tools.sandbox.server import Sandbox
from nightshift_tools.testing.tables import create_tables
from support.cli import Cli
from support.driving import START

JOB = "sync-products"


@pytest.fixture
def on_tables(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cli]:
    """The project with its state in tables of the template, on an emulator in this process."""
    region = "eu-central-1"
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", region)
    with mock_aws():
        names = create_tables(boto3.client("dynamodb", region_name=region), f"shop-{uuid4().hex[:8]}")
        cli.environment |= {"STATE_TABLE": names.state, "LOG_TABLE": names.log}
        yield cli


def test_every_command_works_on_tables_and_leaves_nothing_on_this_machine(
    on_tables: Cli, sandbox: Sandbox
) -> None:
    sandbox.add(title="Poison")
    sandbox.refuse(title="Poison")
    run = on_tables.json("run", JOB)["id"]
    assert on_tables.json("status")[0]["last_run"] == run
    assert [record["id"] for record in on_tables.json("runs", JOB)] == [run]
    assert on_tables.json("show", run[-8:])["log"]
    assert [record["record"] for record in on_tables.json("logs", "--level", "warning")] == ["41"]
    assert on_tables.json("quarantine", "retry", JOB, "--all")["records"] == ["41"]
    assert on_tables.json("set", JOB, "batch_size=20")["set"] == {"batch_size": "20"}
    on_tables.ok("pause", JOB, "--reason", "closed")
    assert on_tables.json("run", JOB, code=1)["reason"] == "paused: closed"
    on_tables.ok("resume", JOB)
    on_tables.ok("cursor", "reset", JOB)
    assert on_tables.json("run", JOB)["batch_size"] == 20
    assert not on_tables.home.exists()


def test_tables_that_do_not_exist_are_wrong_use(on_tables: Cli) -> None:
    on_tables.environment["STATE_TABLE"] = "elsewhere"
    assert "elsewhere" in on_tables.refused("status")


def test_what_a_run_used_of_the_tables_is_told_at_its_end_and_kept(on_tables: Cli) -> None:
    record = on_tables.json("run", JOB)
    used = record["state"]
    batches = record["counts"]["batches"]
    assert used["requests"]["UpdateItem"] == 2 + batches
    assert used["write_units"] > 2 + batches
    kept = on_tables.json("show", record["id"])["state"]
    assert kept["requests"] == used["requests"]
    total = sum(kept["requests"].values())
    words = f"{total} requests, {kept['write_units']:g} write units, {kept['read_units']:g} read units"
    assert words in " ".join(on_tables.ok("show", record["id"]).split())
    idle = on_tables.ok("run", JOB)
    assert "  state: " in idle
    assert "write units" in idle


def test_on_this_machine_nothing_is_charged(cli: Cli) -> None:
    record = cli.json("run", JOB)
    assert record["state"] is None
    assert cli.json("show", record["id"])["state"] is None
    assert "write units" not in cli.ok("show", record["id"]) + cli.ok("run", JOB)


def test_runs_side_by_side_count_for_themselves(on_tables: Cli, tmp_path: Path) -> None:
    stores = open_stores(tmp_path / "none", on_tables.environment)
    one, other = (stores.for_run(SystemClock()) for _ in range(2))
    one.state.control.read(JobKey("a"))
    list(one.logs.of_run(RunId("none"), START, START))
    other.state.control.read(JobKey("b"))
    of_one, of_other, of_none = one.meter.usage(), other.meter.usage(), stores.meter.usage()
    assert of_one is not None
    assert of_other is not None
    assert of_none is not None
    assert of_one.requests == {"GetItem": 1, "Query": 1}
    assert (of_other.requests, of_none.requests) == ({"GetItem": 1}, {})
    stores.close()
