"""What keeps `--aws` from its stack is told in one line: what is missing, where, and what to do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import urllib3

from nightshift.state.codec import VERSION
from nightshift_tools.testing.deployed.stack import Deployment
from support.cli import Cli
from support.deployed import stack_with

JOB = "sync-products"
pytestmark = pytest.mark.xdist_group("deployment")

WRONG_USE = [
    (["--stack", "shop"], ["--stack shop", "add --aws"]),
    (["--aws", "--stack", "nowhere"], ["'nowhere'", "eu-central-1", "nightshift-dev", "nightshift-prod"]),
    (["--aws", "--profile", "shpo"], ["profile 'shpo'", "did you mean 'shop'"]),
]


@pytest.mark.parametrize(("options", "words"), WRONG_USE)
def test_wrong_use(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], words: list[str]
) -> None:
    config = tmp_path / "config"
    config.write_text("[profile shop]\nregion = eu-central-1\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    error = cli.refused("status", *options)
    assert [word for word in words if word not in error] == []
    assert len(error.splitlines()) == 1


def test_what_is_not_aws_is_told_in_one_line(cli: Cli) -> None:
    error = cli.refused("status", "--aws", "--region", "mars", code=1)  # moto answers with a page in HTML
    assert "what answers there is not AWS" in error


def test_no_stack_is_ever_guessed(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NIGHTSHIFT_STACK")
    assert "one of nightshift-dev, nightshift-staging, nightshift-prod" in cli.refused("status", "--aws")


def test_without_a_region_and_without_credentials(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    assert "no AWS credentials" in cli.refused("status", "--aws")
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    assert "--region" in cli.refused("status", "--aws")


@contextmanager
def rights(stack: Deployment, monkeypatch: pytest.MonkeyPatch, *actions: str) -> Iterator[None]:
    """The credentials of a user who may do these actions and nothing else, and a moto that looks."""
    iam = stack.client("iam")
    name = f"operator-{len(actions)}"
    iam.create_user(UserName=name)
    if actions:
        statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam.put_user_policy(UserName=name, PolicyName="some", PolicyDocument=policy)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key["SecretAccessKey"])
    _look_after(stack, "0")
    try:
        yield
    finally:
        _look_after(stack, "inf")


def _look_after(stack: Deployment, requests: str) -> None:
    urllib3.request("POST", f"{stack.endpoint}/moto-api/reset-auth", body=requests)


def test_a_right_that_is_missing_is_named_with_what_it_is_for(
    cli: Cli, deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = deployment.outputs["StateTable"]
    missing = [
        ("cloudformation:DescribeStacks", "the stack nightshift-dev"),
        ("cloudformation:DescribeStackResource", "the stack nightshift-dev"),
        ("dynamodb:BatchGetItem", table),
        ("dynamodb:GetItem", table),
    ]
    for number, (action, of) in enumerate(missing):
        granted = [name for name, _ in missing[:number]]
        with rights(deployment, monkeypatch, *granted):
            error = cli.refused("status", "--aws")
        assert action in error
        assert of in error
    with rights(deployment, monkeypatch, *(name for name, _ in missing)):
        assert cli.ok("status", "--aws")


@pytest.mark.parametrize("status", ["CREATE_IN_PROGRESS", "ROLLBACK_COMPLETE", "DELETE_FAILED"])
def test_a_stack_that_was_never_deployed_whole(cli: Cli, deployment: Deployment, status: str) -> None:
    from moto.cloudformation.models import cloudformation_backends

    name = f"half-{status.lower().replace('_', '-')}"
    stack_with(deployment, name)
    cloudformation_backends["123456789012"]["eu-central-1"].get_stack(name).status = status
    error = cli.refused("status", "--aws", "--stack", name)
    assert f"{name} is half deployed ({status})" in error


def says(state: object, manifest: object) -> dict[str, object]:
    return {"Nightshift": {"state": state, "manifest": json.dumps(manifest)}}


OTHER_STACKS = [
    ("old-release", {"metadata": None}, 2, "does not say what it runs"),
    ("other-kind", {"resource": "Other"}, 2, "does not say what it runs"),
    (
        "no-json",
        {"metadata": {"Nightshift": {"state": "1", "manifest": "{"}}},
        2,
        "does not say what it runs",
    ),
    ("no-text", {"metadata": {"Nightshift": {"state": "1", "manifest": 5}}}, 2, "does not say what it runs"),
    ("newer-state", {"metadata": says(str(VERSION + 1), {"version": 1})}, 1, f"in version {VERSION + 1}"),
    ("newer-manifest", {"metadata": says(str(VERSION), {"version": 2})}, 2, "manifest of version 2"),
    (
        "no-tables",
        {"metadata": says(VERSION, {"version": 1, "jobs": {}}), "outputs": {"A": "b"}},
        2,
        "StateTable",
    ),
    ("no-outputs", {"outputs": {}}, 2, "half deployed"),
]


@pytest.mark.parametrize(("name", "changes", "code", "words"), OTHER_STACKS)
def test_a_stack_of_another_version_is_refused_and_left_alone(
    cli: Cli, deployment: Deployment, name: str, changes: dict[str, object], code: int, words: str
) -> None:
    stack_with(deployment, name, **changes)
    error = cli.refused("pause", JOB, "--reason", "x", "--aws", "--stack", name, code=code)
    assert words in error
    assert deployment.client("dynamodb").scan(TableName=deployment.outputs["StateTable"])["Count"] == 0


def test_a_function_that_the_stack_lost(cli: Cli, deployment: Deployment) -> None:
    lambdas = deployment.client("lambda")
    name = f"{deployment.name}-fulfill-orders"
    found = lambdas.get_function_configuration(FunctionName=name)
    lambdas.delete_function(FunctionName=name)
    try:
        assert f"has no function {name}" in cli.refused("run", "fulfill-orders", "--aws")
    finally:
        lambdas.create_function(
            FunctionName=name,
            Role=found["Role"],
            Handler=found["Handler"],
            Runtime=found["Runtime"],
            Code={"S3Bucket": "nightshift-code", "S3Key": "code.zip"},
            Environment=found["Environment"],
            Timeout=found["Timeout"],
        )
