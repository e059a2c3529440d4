"""`nightshift run`: what it does, what it prints, and how it ends."""

from __future__ import annotations

import json

import pytest

from nightshift.state.models import JobKey
from nightshift_tools.sandbox.server import Sandbox
from support.cli import ROOT, Cli, OtherWorker

JOB = "sync-products"

RECORD = {
    "id",
    "job",
    "storefront",
    "status",
    "reason",
    "blocked_by",
    "trigger",
    "trigger_reason",
    "schedule",
    "slot",
    "started_at",
    "ended_at",
    "duration_ms",
    "counts",
    "requests",
    "results",
    "state",
    "failure",
    "cursor_before",
    "cursor_after",
    "batch_size",
    "full",
    "dry_run",
    "idle",
    "invocation",
}


def counts_of(record: dict[str, dict[str, int]]) -> dict[str, int]:
    """The counts that are not zero, without pages and batches."""
    return {name: n for name, n in record["counts"].items() if n and name not in ("pages", "batches")}


def test_first_unchanged_and_edited(cli: Cli, sandbox: Sandbox) -> None:
    first = cli.json("run", JOB)
    assert (first["status"], counts_of(first)) == ("succeeded", {"read": 40, "created": 40})
    sandbox.clear_requests()
    assert counts_of(cli.json("run", JOB)) == {"read": 40, "unchanged": 40}
    assert sandbox.count(surface="medusa") == 0
    sandbox.edit(3, title="Another title")
    sandbox.add(title="New")
    sandbox.add(title="Poison")
    sandbox.refuse(title="Poison")
    expected = {"read": 42, "updated": 1, "created": 1, "unchanged": 39, "quarantined": 1}
    assert counts_of(cli.json("run", JOB)) == expected


def test_the_record_has_the_documented_fields(cli: Cli) -> None:
    record = cli.json("run", JOB, "--batch-size", 7, "--full", "--param", "page_size=20")
    assert set(record) == RECORD
    assert (record["job"], record["trigger"], record["batch_size"], record["full"]) == (
        JOB,
        "by hand",
        7,
        True,
    )
    assert record["counts"]["batches"] == 6
    assert record["requests"]["DummyJSON"] >= 2
    assert record["duration_ms"] >= 0
    shown = cli.json("show", record["id"])
    assert shown.pop("log")
    assert shown.pop("duration_ms") == pytest.approx(record.pop("duration_ms"), abs=1)
    assert shown == record


def test_a_person_reads_the_outcome_on_stdout_and_one_line_per_batch_on_stderr(cli: Cli) -> None:
    result = cli("run", JOB)
    assert "succeeded in" in result.stdout
    assert "read 40, created 40, updated 0" in result.stdout
    assert result.stderr.splitlines() == [
        "batch 1: 15 of 40 read, 15 created",
        "batch 2: 30 of 40 read, 30 created",
        "batch 3: 40 of 40 read, 40 created",
    ]


def test_a_dry_run_says_what_it_would_do_and_writes_nothing(cli: Cli, sandbox: Sandbox) -> None:
    cli.json("run", JOB)
    sandbox.edit(3, title="Another title")
    sandbox.add(title="New")
    before, asked = (
        sandbox.target(),
        sandbox.count(surface="medusa", method="POST", route="/admin/products/batch"),
    )
    record = cli.json("run", JOB, "--dry-run")
    assert record["dry_run"]
    assert counts_of(record) == {"read": 41, "created": 1, "updated": 1, "unchanged": 39}
    assert sorted((step["action"], step["record"]) for step in record["plan"]) == [
        ("created", "41"),
        ("updated", "3"),
    ]
    said = cli("run", JOB, "--dry-run")
    assert "create     41" in said.stdout.splitlines()
    assert "update     3" in said.stdout.splitlines()
    assert "batch" not in said.stderr
    assert sandbox.target() == before
    assert sandbox.count(surface="medusa", method="POST", route="/admin/products/batch") == asked
    assert len(cli.json("runs", JOB)) == 1
    assert counts_of(cli.json("run", JOB)) == {"read": 41, "created": 1, "updated": 1, "unchanged": 39}


def test_while_another_run_is_alive_a_run_is_skipped_and_names_it(cli: Cli) -> None:
    other = OtherWorker(cli, JobKey(JOB))
    record = cli.json("run", JOB, code=1)
    assert (record["status"], record["blocked_by"]) == ("skipped", other.run)
    assert other.run in cli("run", JOB).stdout
    assert cli.json("runs", JOB)[0]["blocked_by"] == other.run
    other.die()
    assert cli.json("run", JOB)["status"] == "succeeded"


def test_a_slot_runs_once_and_its_duplicate_is_no_failure(cli: Cli) -> None:
    slot = ("--slot", "2026-11-20T22:04:00Z")
    first = cli.json("run", JOB, *slot)
    assert (first["status"], first["schedule"], first["slot"]) == (
        "succeeded",
        "default",
        "2026-11-20T22:04:00.000Z",
    )
    again = cli.json("run", JOB, *slot)
    assert (again["status"], again["reason"]) == ("skipped", "duplicate")
    assert cli.json("run", JOB, "--slot", "2026-11-20T22:02:00Z")["reason"] == "too late"


@pytest.mark.parametrize("path", sorted((ROOT / "events").glob(f"{JOB}-*.json")), ids=lambda path: path.name)
def test_every_event_file_of_the_job_can_be_passed(cli: Cli, path: object) -> None:
    record = cli.json("run", JOB, "--event", path)
    assert record["status"] == "succeeded"
    assert record["trigger"] in ("schedule", "by hand")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["sync-product"], ["no job 'sync-product'", "'sync-products'"]),
        (["sync_products"], ["'sync-products'"]),
        ([JOB, "--storefront", "main"], ["no storefronts"]),
        ([JOB, "--batch-size", "0"], ["batch_size", "1 or more"]),
        ([JOB, "--batch-size", "101"], ["batch_size = '101'", "the most is 100"]),
        ([JOB, "--batch-size", "many"], ["batch_size = 'many'", "whole number"]),
        ([JOB, "--param", "on_missing"], ["'on_missing'", "name=value"]),
        ([JOB, "--param", "on_mising=keep"], ["'on_mising'", "'on_missing'"]),
        ([JOB, "--param", "page_size=1", "--param", "page_size=2"], ["page_size", "twice"]),
        ([JOB, "--schedule", "default"], ["--slot"]),
        ([JOB, "--slot", "22:04"], ["'22:04'", "2026-11-20T22:04:00Z"]),
        ([JOB, "--slot", "2026-11-20T22:04:00Z", "--schedule", "nightly"], ["'nightly'", "default"]),
        ([JOB, "--slot", "2026-11-20T22:04:00Z", "--full"], ["--slot", "--full"]),
        ([JOB, "--event", "nowhere.json"], ["nowhere.json", "No such file"]),
        ([JOB, "--event", "schedules.yaml"], ["schedules.yaml", "no JSON"]),
        ([JOB, "--event", "other.json"], ["'other'", '{"job": "sync-products"}']),
        ([JOB, "--event", "other.json", "--dry-run"], ["--event", "--dry-run"]),
        ([], ["JOB"]),
    ],
)
def test_wrong_use_says_what_is_wrong_and_runs_nothing(
    cli: Cli, arguments: list[str], words: list[str]
) -> None:
    (cli.folder / "other.json").write_text('{"job": "other"}')
    error = cli.refused("run", *arguments)
    assert all(word in error for word in words), error
    assert cli.json("runs", JOB) == []


def test_a_variable_that_is_missing_is_wrong_use_and_is_on_record(cli: Cli) -> None:
    cli.environment["MEDUSA_URL"] = ""
    assert "MEDUSA_URL" in cli.refused("run", JOB)
    record = cli.json("run", JOB, code=2)
    assert record["failure"]["kind"] == "ConfigurationError"
    assert cli.json("status")[0]["state"] == "failed"


def test_an_upstream_that_fails_fails_the_run_in_one_line(cli: Cli, sandbox: Sandbox) -> None:
    sandbox.fault("dummyjson", "status", status=503, times=None)
    error = cli.refused("run", JOB, code=1)
    assert "503" in error
    assert len(error.splitlines()) == 1


def test_with_json_an_error_is_json_as_well(cli: Cli) -> None:
    found = cli.json("run", "sync-product", code=2)
    assert found["error"]["kind"] == "ConfigurationError"
    assert "sync-products" in found["error"]["message"]


def test_a_fault_in_a_job_is_one_line_and_its_stack_is_in_the_log(empty: Cli) -> None:
    empty.add_job("break-down", "return run.params.nothing")
    error = empty.refused("run", "break-down", code=1)
    assert "AttributeError" in error
    assert len(error.splitlines()) == 1
    shown = empty.ok("show", empty.json("runs", "break-down")[0]["id"])
    assert "return run.params.nothing" in shown


def test_a_job_that_is_stopped_by_hand_ends_interrupted_and_runs_again(empty: Cli) -> None:
    empty.add_job(
        "stop-once",
        "from pathlib import Path\n"
        "if not Path('done').exists():\n"
        "    Path('done').touch()\n"
        "    raise KeyboardInterrupt",
    )
    assert empty.json("run", "stop-once", code=130)["status"] == "interrupted"
    assert empty.json("run", "stop-once")["status"] == "succeeded"


def test_a_project_is_found_from_a_folder_inside_it(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    inside = cli.folder / "docs" / "deep"
    inside.mkdir(parents=True)
    monkeypatch.chdir(inside)
    assert cli.json("run", JOB)["status"] == "succeeded"
    assert (cli.home / "state.db").exists()


def test_without_a_project_the_error_says_where_it_was_looked_for(empty: Cli) -> None:
    assert "schedules.yaml" in empty.refused("run", JOB)
    assert json.loads(empty("status", "--json").stdout)["error"]["kind"] == "ConfigurationError"


def test_the_state_can_be_kept_elsewhere(cli: Cli) -> None:
    cli.environment["NIGHTSHIFT_HOME"] = str(cli.folder / "elsewhere")
    cli.json("run", JOB)
    assert (cli.folder / "elsewhere" / "state.db").exists()
    assert not cli.home.exists()


def test_an_edit_of_the_manifest_holds_without_generating(cli: Cli) -> None:
    path = cli.folder / "schedules.yaml"
    path.write_text(path.read_text().replace("default: 15", "default: 40"))
    assert cli.json("run", JOB)["counts"]["batches"] == 1


def test_a_secret_comes_from_a_file_that_is_ones_own(cli: Cli, sandbox: Sandbox) -> None:
    credentials = {"email": cli.environment["MEDUSA_EMAIL"], "password": cli.environment["MEDUSA_PASSWORD"]}
    cli.environment |= {"MEDUSA_SECRET": "shop/medusa", "MEDUSA_EMAIL": "", "MEDUSA_PASSWORD": ""}
    assert "shop/medusa.json" in cli.refused("run", JOB)
    path = cli.home / "secrets" / "shop" / "medusa.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(credentials))
    path.chmod(0o644)
    assert f"chmod 600 {path}" in cli.refused("run", JOB)
    path.chmod(0o600)
    assert cli.json("run", JOB)["status"] == "succeeded"
