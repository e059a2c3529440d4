"""`nightshift batch`: a person imports and exports, and is told what came of it."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from nightshift.clock import SystemClock
from nightshift_tools.embedded import SqliteState
from nightshift_tools.sandbox.server import Sandbox
from support.cli import ROOT, Cli

MANIFEST = """\
version: 1
jobs:
  run-batch-job:
    batch_size: {default: 2, max: 1000}
    schedule: {name: nightly, daily: "03:00", batch: {type: product-export, context: {}}}
"""
MUGS = "Product Handle;Product Title;Variant SKU;Price EUR\nmug;Mug;MUG;9.90\ncup;Cup;CUP;x\nbowl;Bowl;B;5\n"


@pytest.fixture
def shop(empty: Cli, sandbox: Sandbox) -> Cli:
    """A project with batch jobs, pointed at a sandbox."""
    (empty.folder / "schedules.yaml").write_text(MANIFEST)
    (empty.folder / "functions").symlink_to(ROOT / "functions")
    (empty.folder / "mugs.csv").write_text(MUGS)
    empty.environment |= sandbox.environment()
    return empty


def test_types_and_templates(shop: Cli) -> None:
    types = [each["type"] for each in shop.json("batch", "types")]
    assert types == ["order-export", "price-list-import", "product-export", "product-import"]
    template = shop.ok("batch", "template", "product-import")
    assert template.startswith("Product Handle;")
    assert (
        shop.json("batch", "template", "product-import")["content"].splitlines()[0]
        == template.splitlines()[0]
    )
    assert "did you mean 'order-export'?" in shop.refused("batch", "template", "order-exprot")


def test_a_file_is_imported_and_its_bad_row_told(shop: Cli, sandbox: Sandbox) -> None:
    result = shop("batch", "create", "product-import", "--file", "mugs.csv", "--wait")
    assert result.exit_code == 0, result.output
    assert "completed, 3 of 3" in result.stdout
    assert "2 created, 1 row wrong" in result.stdout
    assert "processing: 2 of 3, 1 created, 1 row wrong" in result.stderr
    assert sandbox.state().target_products == 2
    (job,) = shop.json("batch", "status")
    assert (job["status"], job["result"]["row_errors"], job["created_by"][:4]) == ("completed", 1, "cli:")
    (error,) = shop.json("batch", "errors", job["id"])
    assert (error["line"], error["column"], error["value"]) == (3, "Price EUR", "x")
    assert "Price EUR" in shop.ok("batch", "errors", job["id"][:12])


def test_a_review_shows_the_plan_and_confirm_carries_it_out(shop: Cli, sandbox: Sandbox) -> None:
    text = shop.ok("batch", "create", "product-import", "--file", "mugs.csv", "--review", "--wait")
    assert "pre_processed" in text
    assert "2 to create" in text
    assert sandbox.state().target_products == 0
    (job,) = shop.json("batch", "status", "--status", "pre_processed")
    assert "completed" in shop.ok("batch", "confirm", job["id"])
    assert sandbox.state().target_products == 2
    assert "it is completed" in shop.refused("batch", "confirm", job["id"])
    assert "it is completed" in shop.refused("batch", "cancel", job["id"])


def test_what_was_exported_is_printed_and_imports_without_a_change(shop: Cli, tmp_path: Path) -> None:
    shop.ok("batch", "create", "product-import", "--file", "mugs.csv")
    job = shop.json("batch", "create", "product-export")
    assert (job["status"], job["result"]["count"]) == ("completed", 2)
    content = shop.ok("batch", "result", job["id"])
    assert content.count("\n") == 3
    shop.ok("batch", "result", job["id"], "--output", tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text() == content
    assert shop.json("batch", "result", job["id"])["link"].startswith("file://")
    again = shop.json("batch", "create", "product-import", "--file", tmp_path / "out.csv")
    assert (again["result"]["unchanged"], again["result"]["updated"]) == (2, 0)


def test_fields_of_a_context_may_be_json(shop: Cli) -> None:
    job = shop.json(
        "batch", "create", "order-export",
        "--context", 'filterable_fields={"status": ["canceled"]}', "--context", "batch_size=7",
    )  # fmt: skip
    assert job["context"] == {"filterable_fields": {"status": ["canceled"]}}
    assert job["result"]["count"] == 2


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("create", "product-imports", "--file", "mugs.csv"), "did you mean 'product-import'?"),
        (("create", "product-import"), "context.file_key: it is missing"),
        (("create", "product-import", "--file", "none.csv"), "none.csv cannot be read: No such file"),
        (("create", "price-list-import", "--file", "mugs.csv"), "Price list id is required"),
        (("create", "product-export", "--context", "x"), "write name=value"),
        (("create", "product-export", "--context", "filter=1"), "context.filter: it is unknown"),
        (("status", "zzz"), "there is no batch job 'zzz'"),
        (("status", "--status", "done"), "there are: created, pre_processed"),
        (("cancel", "zzz"), "there is no batch job"),
        (("create", "product-export", "--stack", "x"), "add --aws"),
    ],
)
def test_wrong_use_is_told_and_creates_nothing(shop: Cli, arguments: tuple[str, ...], reason: str) -> None:
    assert reason in shop.refused("batch", *arguments)
    assert shop.json("batch", "status") == []


def test_a_file_that_cannot_be_used_fails(shop: Cli) -> None:
    (shop.folder / "bad.csv").write_bytes(b"PK\x03\x04" + b"\0" * 100)
    result = shop("batch", "create", "product-import", "--file", "bad.csv")
    assert result.exit_code == 1
    assert "a ZIP archive" in result.stderr
    assert "Traceback" not in result.output


def test_a_project_without_batch_jobs_says_how_to_have_them(cli: Cli) -> None:
    assert "add run-batch-job to the jobs" in cli.refused("batch", "types")


def test_a_batch_job_that_waits_is_cancelled(shop: Cli) -> None:
    job = shop.json("batch", "create", "product-import", "--file", "mugs.csv", "--review")
    assert "canceled" in shop.ok("batch", "cancel", job["id"])
    assert shop("batch", "status", job["id"]).exit_code == 1


def test_a_killed_worker_is_taken_over_at_once_and_nothing_is_done_twice(shop: Cli, sandbox: Sandbox) -> None:
    """Its lock tells that it is dead; nobody waits for its lease."""
    rows = "".join(f"p-{n};P {n};S-{n};1\n" for n in range(40))
    (shop.folder / "many.csv").write_text("Product Handle;Product Title;Variant SKU;Price EUR\n" + rows)
    sandbox.fault("medusa", "slow", seconds=30, method="POST", path="/admin/products/batch", nth=4)
    process = shop.process("batch", "create", "product-import", "--file", "many.csv", "--wait")
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("processing: 6"):
            break
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    sandbox.clear_faults()
    (job,) = shop.json("batch", "status")
    assert job["status"] == "processing"
    shop.ok("run", "run-batch-job")
    (job,) = shop.json("batch", "status")
    assert (job["status"], job["result"]["row_errors"]) == ("completed", 0)
    assert sandbox.state().target_products == 40


def test_ctrl_c_lets_go_and_another_goes_on(shop: Cli, sandbox: Sandbox) -> None:
    sandbox.fault("medusa", "slow", seconds=2, method="POST", path="/admin/products/batch", nth=1, times=None)
    process = shop.process("batch", "create", "product-import", "--file", "mugs.csv", "--wait")
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("processing: 0"):
            break
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate()
    assert process.returncode == 130, stderr
    assert "goes on with `nightshift run run-batch-job`" in stderr
    sandbox.clear_faults()
    shop.ok("run", "run-batch-job")
    assert shop.json("batch", "status")[0]["status"] == "completed"


def test_a_schedule_exports_once_per_slot_in_simulated_time(shop: Cli) -> None:
    shop.ok("dev", "--from", "2026-11-20T02:00Z", "--to", "2026-11-22T12:00Z")
    state = SqliteState.open(shop.home / "simulated" / "state.db")
    jobs = list(state.batch_jobs.latest(SystemClock().now()))
    state.close()
    assert [job.status.value for job in jobs] == ["completed"] * 3
    assert {job.created_by for job in jobs} == {"schedule:nightly"}
    assert len(list((shop.home / "simulated" / "files" / "out").glob("*/product-export.csv"))) == 3


def test_check_asks_the_strategy_of_a_schedule(shop: Cli) -> None:
    path = shop.folder / "schedules.yaml"
    path.write_text(MANIFEST.replace("context: {}", "context: {filterable_fields: {statsu: draft}}"))
    result = shop("check")
    assert result.exit_code == 1
    assert "schedules.yaml:5:" in result.stdout
    assert "did you mean 'status'?" in result.stdout
    path.write_text(MANIFEST.replace("product-export", "product-exprot"))
    assert "did you mean 'product-export'?" in shop("check").stdout
