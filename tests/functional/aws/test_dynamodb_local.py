"""The same with the state on DynamoDB Local, which decides conditions as DynamoDB does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from nightshift_tools.sandbox.server import Sandbox
from nightshift_tools.testing import dynamodb_local
from nightshift_tools.testing.deployed.stack import Deployment
from support.cli import Cli

JOB = "sync-products"
pytestmark = pytest.mark.xdist_group("deployment")

_MADE = ("KeySchema", "AttributeDefinitions")


@pytest.fixture
def on_dynamodb(
    cli: Cli, deployment: Deployment, dynamodb_endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Cli]:
    """Tables with the names that the stack's outputs have."""
    local, moto = dynamodb_local.client(dynamodb_endpoint), deployment.client("dynamodb")
    names = [deployment.outputs[output] for output in ("StateTable", "LogTable")]
    for name in names:
        found = moto.describe_table(TableName=name)["Table"]
        indexes = [
            {part: index[part] for part in ("IndexName", "KeySchema", "Projection")}
            for index in found["GlobalSecondaryIndexes"]
        ]
        local.create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            GlobalSecondaryIndexes=indexes,
            **{part: found[part] for part in _MADE},
        )
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", dynamodb_endpoint)
    place = {**deployment.functions.environment, "AWS_ENDPOINT_URL_DYNAMODB": dynamodb_endpoint}
    monkeypatch.setattr(deployment.functions, "environment", place)
    yield cli
    for name in names:
        local.delete_table(TableName=name)


def test_each_command_finds_what_the_function_wrote(
    on_dynamodb: Cli, deployment: Deployment, deployment_sandbox: Sandbox
) -> None:
    deployment_sandbox.add(title="Poison")
    deployment_sandbox.refuse(title="Poison")
    run = on_dynamodb.json("run", JOB, "--aws")
    assert (run["status"], run["counts"]["created"]) == ("succeeded", 40)
    assert on_dynamodb.json("show", run["id"], "--aws")["log"]
    assert [each["record"] for each in on_dynamodb.json("quarantine", "list", JOB, "--aws")] == ["41"]
    assert on_dynamodb.json("set", JOB, "batch_size=20", "--aws")["set"] == {"batch_size": "20"}
    assert on_dynamodb.json("hold", "add", JOB, "--reason", "audit", "--aws")["kept"] > 0
    slot = ("run", JOB, "--slot", "2026-11-20T22:04:00Z", "--aws")
    assert on_dynamodb.json(*slot)["status"] == "succeeded"
    assert on_dynamodb.json(*slot)["reason"] == "duplicate"
    assert on_dynamodb.json("cursor", "reset", JOB, "--aws")["cursor"] == {}
    statuses = {each["job"]: each for each in on_dynamodb.json("status", "--aws")}
    assert statuses[JOB]["last_status"] == "succeeded"
    assert deployment.client("dynamodb").scan(TableName=deployment.outputs["StateTable"])["Count"] == 0
