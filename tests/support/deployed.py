"""Fixtures of a deployed stack: one for all tests of a process, emptied between them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import boto3
import botocore.loaders
import botocore.session
import pytest

from nightshift_tools.sandbox.server import Sandbox
from nightshift_tools.testing.deployed.stack import Deployment, deployed

STACK = "nightshift-dev"
PRODUCTS = 40


@pytest.fixture(scope="session")
def deployment_sandbox() -> Iterator[Sandbox]:
    with Sandbox(products=PRODUCTS) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def whole_deployment(deployment_sandbox: Sandbox) -> Iterator[Deployment]:
    parameters = {"SchedulesState": "DISABLED"}
    with deployed(STACK, parameters, environment=deployment_sandbox.environment()) as stack:
        yield stack


@pytest.fixture
def deployment(whole_deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployment]:
    """The stack, empty, with AWS's clients of this process led to it."""
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    for name in ("AWS_PROFILE", "STATE_TABLE", "LOG_TABLE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in whole_deployment.variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    monkeypatch.setattr(botocore.session, "create_loader", _shared_loader)  # a session reads half a second
    yield whole_deployment
    whole_deployment.functions.wait()
    _empty(whole_deployment)


def _empty(stack: Deployment) -> None:
    dynamodb, sqs = stack.client("dynamodb"), stack.client("sqs")
    for output in ("StateTable", "LogTable"):
        table = stack.outputs[output]
        for item in dynamodb.scan(TableName=table)["Items"]:
            dynamodb.delete_item(TableName=table, Key={name: item[name] for name in ("pk", "sk")})
    for output in ("DeliveryFailuresUrl", "ExecutionFailuresUrl", "DeadLettersUrl"):
        queue = stack.outputs[output]
        while found := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
            for message in found:
                sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])


@cache
def _shared_loader(path: str | None) -> Any:
    return botocore.loaders.create_loader(path)


def stack_with(stack: Deployment, name: str, **changes: Any) -> None:
    """A small stack beside the deployed one, whose parts are as `changes` say: its outputs, its metadata."""
    metadata = changes.get("metadata")
    outputs = changes.get("outputs", stack.outputs)
    queue = {"Type": "AWS::SQS::Queue", **({"Metadata": metadata} if metadata is not None else {})}
    template = {
        "Resources": {changes.get("resource", "Dashboard"): queue},
        "Outputs": {key: {"Value": value} for key, value in outputs.items()},
    }
    stack.client("cloudformation").create_stack(StackName=name, TemplateBody=json.dumps(template))
