"""With `--aws` every command shows and does on a stack what it shows and does on this machine."""

from __future__ import annotations

import re
from typing import Any

import pytest

from nightshift_tools.sandbox.server import Sandbox
from nightshift_tools.testing.deployed.stack import Deployment
from support.cli import Cli

JOB = "sync-products"
pytestmark = pytest.mark.xdist_group("deployment")


def test_each_command_works_on_the_stack_and_leaves_nothing_here(
    cli: Cli, deployment_sandbox: Sandbox
) -> None:
    deployment_sandbox.add(title="Poison")
    deployment_sandbox.refuse(title="Poison")
    run = cli.json("run", JOB, "--aws")
    assert (run["status"], run["counts"]["created"]) == ("succeeded", 40)
    status = {each["job"]: each for each in cli.json("status", "--aws")}
    assert status[JOB]["last_run"] == run["id"]
    assert [record["id"] for record in cli.json("runs", JOB, "--aws")] == [run["id"]]
    shown = cli.json("show", run["id"][-8:], "--aws")
    assert shown["invocation"] == run["invocation"]
    assert shown["log"]
    assert [record["record"] for record in cli.json("logs", "--level", "warning", "--aws")] == ["41"]
    assert [record["record"] for record in cli.json("quarantine", "list", "--aws")] == ["41"]
    assert cli.json("quarantine", "retry", JOB, "41", "--aws")["records"] == ["41"]
    assert cli.json("quarantine", "drop", JOB, "--all", "--aws")["records"] == ["41"]
    assert cli.json("set", JOB, "batch_size=20", "--aws")["set"] == {"batch_size": "20"}
    cli.ok("pause", JOB, "--reason", "closed", "--aws")
    assert cli.json("run", JOB, "--aws", code=1)["reason"] == "paused: closed"
    cli.ok("resume", JOB, "--aws")
    assert cli.json("cursor", "show", JOB, "--aws")["cursor"]["known"] == 41
    assert cli.json("cursor", "set", JOB, "known=42", "--aws")["cursor"]["known"] == 42
    assert cli.json("cursor", "reset", JOB, "--aws")["cursor"] == {}
    assert cli.json("hold", "add", run["id"], "--reason", "audit", "--aws")["run"] == run["id"]
    assert [hold["name"] for hold in cli.json("hold", "list", "--aws")] == [run["id"]]
    cli.ok("hold", "remove", run["id"], "--aws")
    assert cli.json("run", JOB, "--aws")["batch_size"] == 20
    assert not cli.home.exists()
    assert cli.json("runs", JOB) == []


def test_the_output_is_the_same_as_here(cli: Cli, deployment_sandbox: Sandbox) -> None:
    def story(*there: str) -> list[str]:
        deployment_sandbox.reset()
        deployment_sandbox.add(title="Poison")
        deployment_sandbox.refuse(title="Poison")
        commands = [
            ("run", JOB, "--batch-size", "20"),
            ("run", JOB, "--dry-run"),
            ("run", JOB, "--slot", "2026-11-20T22:02:00Z"),
            ("run", JOB, "--slot", "2026-11-20T22:02:00Z"),
            ("pause", JOB, "--reason", "closed"),
            ("run", JOB),
            ("resume", JOB),
            ("runs", JOB),
            ("quarantine", "list"),
            ("cursor", "show", JOB),
            ("status", JOB),
            ("logs", "--job", JOB, "--level", "warning"),
        ]
        return [_told(cli(*command, *there).stdout) for command in commands]

    assert story("--aws") == story()


def _told(output: str) -> str:
    """What a command says, without what differs from run to run and from table to database."""
    kept = [line for line in output.splitlines() if not line.startswith("  state: ")]
    text = re.sub(r"[0-9]{8}T[0-9]{9}Z-[0-9a-z]{8}|\b[0-9a-z]{8}\b(?=  )", "RUN", "\n".join(kept))
    text = re.sub(r"[0-9-]*[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}:[0-9]{2}[.0-9]*Z?", "TIME", text)
    text = re.sub(r"[0-9]{2}:[0-9]{2} UTC, in [0-9]+ \w+", "NEXT", text)
    text = re.sub(r"\b[0-9.]+ (ms|s|min)( [0-9]+ s)?\b", "SPAN", text)
    return re.sub(r" +", " ", text.replace(" --aws`", "`"))


def test_a_hint_leads_to_the_same_stack(cli: Cli, deployment: Deployment) -> None:
    told = cli.ok("pause", JOB, "--reason", "closed", "--aws", "--stack", deployment.name)
    assert f"`nightshift resume {JOB} --aws --stack {deployment.name}`" in told
    assert f"`nightshift resume {JOB}`" in cli.ok("pause", JOB, "--reason", "closed")


def test_status_tells_that_the_schedules_are_off(cli: Cli) -> None:
    assert "SchedulesState=DISABLED" in cli("status", "--aws").stderr
    assert "SchedulesState" not in cli("status").output


def test_what_a_stack_runs_counts_and_a_difference_is_told(cli: Cli, deployment: Deployment) -> None:
    path = cli.folder / "schedules.yaml"
    text = path.read_text()
    path.unlink()
    path.write_text(text.replace("  purge-logs:", "  cull-logs:").replace("*/2 * * * *", "*/4 * * * *"))
    result = cli("status", "--aws")
    assert "purge-logs" in result.stdout
    assert "cull-logs" not in result.stdout
    (note,) = [line for line in result.stderr.splitlines() if "schedules.yaml" in line]
    assert "in cull-logs, purge-logs, sync-products;" in note
    status: Any = {each["job"]: each for each in cli.json("status", "--aws")}
    assert int(status[JOB]["next_firing"][14:16]) % 2 == 0


def test_while_a_stack_is_updated_it_is_told(cli: Cli, deployment: Deployment) -> None:
    from moto.cloudformation.models import cloudformation_backends

    backend = cloudformation_backends["123456789012"]["eu-central-1"]
    stack = backend.get_stack(deployment.name)
    stack.status = "UPDATE_ROLLBACK_FAILED"
    try:
        assert "is UPDATE_ROLLBACK_FAILED" in cli("status", "--aws").stderr
    finally:
        stack.status = "CREATE_COMPLETE"
