"""The same commands over DynamoDB tables, where STATE_TABLE names them."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import boto3
import pytest
from moto import mock_aws

from nightshift_tools.sandbox.server import Sandbox
from nightshift_tools.testing.tables import create_tables
from support.cli import Cli

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
