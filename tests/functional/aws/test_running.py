"""`run --aws`: handed to the function, followed by its record, told as a run of this machine."""

from __future__ import annotations

import pytest

from nightshift_tools.sandbox.server import Sandbox
from nightshift_tools.testing.deployed.stack import Deployment
from support.cli import ROOT, Cli

JOB = "sync-products"
pytestmark = pytest.mark.xdist_group("deployment")


def test_a_dry_run_has_its_plan_and_writes_nothing(cli: Cli, deployment: Deployment) -> None:
    found = cli.json("run", JOB, "--dry-run", "--aws")
    assert (found["status"], found["dry_run"], len(found["plan"])) == ("succeeded", True, 40)
    assert found["plan"][0] == {"action": "created", "record": "1", "reason": None}
    assert deployment.client("dynamodb").scan(TableName=deployment.outputs["StateTable"])["Count"] == 0


def test_a_dry_run_that_fails_fails_by_the_class_of_its_error(cli: Cli, deployment_sandbox: Sandbox) -> None:
    deployment_sandbox.fault("dummyjson", "status", status=503, times=None)
    assert "503" in cli.refused("run", JOB, "--dry-run", "--aws", code=1)


def test_a_run_that_fails_is_told_with_its_first_try(
    cli: Cli, deployment: Deployment, deployment_sandbox: Sandbox
) -> None:
    deployment_sandbox.fault("dummyjson", "status", status=503, times=None)
    result = cli("run", JOB, "--aws")
    assert result.exit_code == 1
    assert "503" in result.stderr
    assert "twice more" in result.stderr
    deployment.functions.wait()
    records = cli.json("runs", JOB, "--aws")
    assert [record["status"] for record in records] == ["failed"] * 3
    assert len({record["invocation"] for record in records}) == 1


def test_a_tick_that_finds_nothing_to_do_and_one_that_is_over(cli: Cli) -> None:
    cli.json("run", JOB, "--aws")
    slot = ("--slot", "2026-11-20T22:04:00Z", "--aws")
    idle = cli.json("run", JOB, *slot)
    assert (idle["status"], idle["idle"], idle["slot"]) == ("succeeded", True, "2026-11-20T22:04:00.000Z")
    assert cli.json("run", JOB, *slot)["reason"] == "duplicate"
    assert cli.json("run", JOB, "--slot", "2026-11-20T22:02:00Z", "--aws")["reason"] == "too late"
    assert len(cli.json("runs", JOB, "--aws")) == 1


def test_an_event_file_is_passed_as_it_is(cli: Cli) -> None:
    record = cli.json("run", JOB, "--event", ROOT / "events/sync-products-raw.json", "--aws")
    assert (record["trigger"], record["slot"]) == ("schedule", "2026-11-20T22:06:00.000Z")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--batch-size", "101"], "the most is 100"),
        (["--param", "on_mising=keep"], "'on_missing'"),
        (["--slot", "2026-11-20T22:04:00Z", "--schedule", "nightly"], "'nightly'"),
    ],
)
def test_what_the_function_would_refuse_is_refused_before_it_is_sent(
    cli: Cli, deployment: Deployment, options: list[str], words: str
) -> None:
    assert words in cli.refused("run", JOB, *options, "--aws")
    assert deployment.client("dynamodb").scan(TableName=deployment.outputs["StateTable"])["Count"] == 0
