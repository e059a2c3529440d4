"""`nightshift restore`: what a stack lost comes back, what it has stays."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from nightshift_tools.testing.deployed.stack import Deployment
from support.cli import Cli

JOB = "sync-products"
RESTORED = "restored"
pytestmark = pytest.mark.xdist_group("deployment")


@pytest.fixture
def backup(cli: Cli, deployment: Deployment) -> Iterator[Any]:
    """A run, and the state as a backup of then has it."""
    cli.json("run", JOB, "--aws")
    dynamodb = deployment.client("dynamodb")
    made = dynamodb.describe_table(TableName=deployment.outputs["StateTable"])["Table"]
    keys = {"pk", "sk"}
    dynamodb.create_table(
        TableName=RESTORED,
        KeySchema=made["KeySchema"],
        AttributeDefinitions=[each for each in made["AttributeDefinitions"] if each["AttributeName"] in keys],
        BillingMode="PAY_PER_REQUEST",
    )
    for item in items(deployment):
        dynamodb.put_item(TableName=RESTORED, Item=item)
    yield dynamodb
    dynamodb.delete_table(TableName=RESTORED)


def items(stack: Deployment) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = stack.client("dynamodb").scan(TableName=stack.outputs["StateTable"])[
        "Items"
    ]
    return sorted(found, key=lambda item: (item["pk"]["S"], item["sk"]["S"]))


def test_what_was_lost_comes_back_and_what_is_there_stays(
    cli: Cli, deployment: Deployment, backup: Any
) -> None:
    cli.ok("pause", JOB, "--reason", "since the backup", "--aws")
    before = items(deployment)
    lost = [item for item in before if item["sk"]["S"] != "CONTROL"]
    assert lost
    for item in lost:
        key = {name: item[name] for name in ("pk", "sk")}
        backup.delete_item(TableName=deployment.outputs["StateTable"], Key=key)
    told = cli.json("restore", RESTORED, "--aws")
    assert told == {"copied": len(lost), "kept": 1, "expired": 0}
    assert items(deployment) == before
    assert cli.json("status", JOB, "--aws")[0]["pause"]["reason"] == "since the backup"
    assert cli.json("restore", RESTORED, "--aws")["copied"] == 0


def test_what_has_expired_is_left_out(cli: Cli, deployment: Deployment, backup: Any) -> None:
    run = next(item for item in items(deployment) if item["sk"]["S"].startswith("RUN#"))
    backup.put_item(TableName=RESTORED, Item={**run, "sk": {"S": "RUN#old"}, "expires_at": {"N": "5"}})
    assert cli.json("restore", RESTORED, "--aws")["expired"] == 1


def test_a_record_of_another_version_stops_it_before_anything_is_written(
    cli: Cli, deployment: Deployment, backup: Any
) -> None:
    for item in items(deployment):
        key = {name: item[name] for name in ("pk", "sk")}
        backup.delete_item(TableName=deployment.outputs["StateTable"], Key=key)
    backup.put_item(
        TableName=RESTORED, Item={"pk": {"S": "ZZZ"}, "sk": {"S": "STATE"}, "version": {"N": "2"}}
    )
    assert "ZZZ STATE of restored has version 2" in cli.refused("restore", RESTORED, "--aws", code=1)
    assert items(deployment) == []


def test_wrong_use(cli: Cli, deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "add --aws" in cli.refused("restore", RESTORED)
    assert "no such table" in cli.refused("restore", "nowhere", "--aws")
    assert "own table" in cli.refused("restore", deployment.outputs["StateTable"], "--aws")


def test_while_schedules_fire_nothing_is_brought_back(cli: Cli, deployment: Deployment) -> None:
    from moto.cloudformation.models import cloudformation_backends

    stack = cloudformation_backends["123456789012"]["eu-central-1"].get_stack(deployment.name)
    stack.resource_map.resolved_parameters["SchedulesState"] = "ENABLED"
    try:
        assert "SCHEDULES=DISABLED" in cli.refused("restore", RESTORED, "--aws")
    finally:
        stack.resource_map.resolved_parameters["SchedulesState"] = "DISABLED"
