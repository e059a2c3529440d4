"""Legal holds and retention, as a person sets them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from nightshift.logs.records import Level, LogRecord
from nightshift.logs.retention import run_expiry
from nightshift.manifest import JobEntry
from nightshift.state.models import JobKey, RunId, RunRecord, Status
from nightshift_tools.embedded import SqliteArchive, SqliteLogs, SqliteState
from support.cli import SYNC, Cli

JOB = "sync-products"
KEY = JobKey(JOB)
PURGE = "  purge-logs:\n    schedule: {daily: '02:00'}\n    batch_size: {default: 200, max: 1000}\n"


@pytest.fixture
def kept(cli: Cli) -> Cli:
    """A project with purge-logs."""
    (cli.folder / "schedules.yaml").write_text(SYNC + PURGE)
    return cli


def put_run(cli: Cli, days: int) -> RunId:
    """A run of so many days ago, with a log record of each level."""
    state = SqliteState.open(cli.home / "state.db")
    began = datetime.now(UTC) - timedelta(days=days)
    run = RunId(f"{began:%Y%m%dT%H%M%S}000Z-{days:08d}")
    expires = run_expiry(began, JobEntry(JOB, "", 15))
    state.runs.put(RunRecord(run, KEY, "schedule", Status.SUCCEEDED, began, expires_at=expires))
    records = [LogRecord(run, KEY, began, place, level, level.name) for place, level in enumerate(Level)]
    SqliteLogs(state.database).write(records, expires)
    state.close()
    return run


def items(cli: Cli, run: RunId) -> list[bool]:
    """Of each log item of a run: whether it expires."""
    state = SqliteState.open(cli.home / "state.db")
    found = [item.expires for item in SqliteArchive(state.database).log_of(run)]
    state.close()
    return found


def test_a_run_on_hold_outlives_a_purge_until_the_hold_is_removed(kept: Cli) -> None:
    held, other = put_run(kept, 40), put_run(kept, 41)
    hold = kept.json("hold", "add", held, "--reason", "audit 7")
    assert (hold["name"], hold["run"], hold["kept"]) == (held, held, 5)
    assert items(kept, held) == [False] * 4
    results = kept.json("run", "purge-logs")["results"]
    assert (results["deleted"], results["remaining"]) == (4, 0)
    assert (len(items(kept, held)), items(kept, other)) == (4, [])
    assert [record["id"] for record in kept.json("runs", JOB)] == [held]
    assert len(kept.json("show", held)["log"]) == 4
    assert "audit 7" in kept.ok("hold", "list")
    assert kept.json("hold", "remove", held)["reason"] == "audit 7"
    assert kept.json("hold", "list") == []
    kept.ok("run", "purge-logs")
    assert items(kept, held) == []


def test_a_job_on_hold_keeps_all_its_runs(kept: Cli) -> None:
    runs = [put_run(kept, days) for days in (45, 2)]
    assert kept.json("hold", "add", JOB, "--reason", "audit")["kept"] == 10
    kept.ok("run", "purge-logs")
    assert all(items(kept, run) == [False] * 4 for run in runs)
    assert "sync-products is on hold no more" in kept.ok("hold", "remove", JOB)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["add", "nobody", "--reason", "x"], ["'nobody'", "sync-products"]),
        (["add", JOB, "--reason", " "], ["--reason"]),
        (["add", JOB, "--reason", "x" * 501], ["501", "500"]),
        (["add", JOB, "--reason", "x", "--storefront", "main"], ["has no storefronts"]),
        (["remove", JOB], ["no hold", "there are: none"]),
    ],
)
def test_a_hold_that_would_not_do_is_refused(kept: Cli, arguments: list[str], words: list[str]) -> None:
    error = kept.refused("hold", *arguments)
    assert all(word in error for word in words), error
    assert kept.json("hold", "list") == []


@pytest.mark.parametrize(
    ("job", "assignment", "words"),
    [
        (JOB, "retention_days=90", ["retention_days = 90", "60 days", "the 30 days beyond", "45"]),
        (JOB, "retention_days=61", ["the 1 day beyond"]),
        ("purge-logs", "retention_days=90", ["purge-logs", "60 days"]),
        ("purge-logs", "params.retention_days_error=90", ["retention_days_error = 90", "60 days"]),
        ("purge-logs", "params.retention_days_error=0", ["1 to 3653"]),
        (JOB, "retention_days=ten", ["'ten'", "whole number"]),
    ],
)
def test_a_retention_beyond_what_is_kept_is_refused(
    kept: Cli, job: str, assignment: str, words: list[str]
) -> None:
    error = kept.refused("set", job, assignment)
    assert all(word in error for word in words), error
    assert kept.json("set", job)["set"] == {}


def test_retention_set_for_purge_logs_holds_for_every_reader_at_once(kept: Cli) -> None:
    run = put_run(kept, 20)
    assert len(kept.json("show", run)["log"]) == 4
    kept.ok("set", "purge-logs", "params.retention_days_info=7")
    assert [record["level"] for record in kept.json("show", run)["log"]] == ["DEBUG", "WARNING", "ERROR"]
    kept.ok("set", "purge-logs", "retention_days=14")
    assert kept.json("runs", JOB) == []
    kept.ok("set", JOB, "retention_days=25")  # the job's own comes first
    assert len(kept.json("show", run)["log"]) == 3
    kept.ok("set", JOB, "retention_days=")
    kept.ok("set", "purge-logs", "retention_days=", "params.retention_days_info=")
    assert len(kept.json("show", run)["log"]) == 4


def test_a_dry_run_prints_counts_by_day_and_level_and_removes_nothing(kept: Cli) -> None:
    run = put_run(kept, 40)
    text = kept.ok("run", "purge-logs", "--dry-run")
    day = f"{datetime.now(UTC) - timedelta(days=40):%Y-%m-%d}"
    for name in ("run", "DEBUG", "INFO", "WARNING", "ERROR"):
        assert f"remove     {day}  {name:<7}  1 records" in text
    assert len(items(kept, run)) == 4


def test_what_a_purge_did_is_shown(kept: Cli) -> None:
    put_run(kept, 40)
    record = kept.json("run", "purge-logs")
    shown = kept.ok("show", record["id"])
    for name in ("setting", "cutoff", "counted", "deleted", "remaining", "oldest left"):
        assert name in shown


def test_debug_records_are_kept_from_the_next_run_on(empty: Cli) -> None:
    empty.add_job("chatter", 'run.log.debug("a detail")\nrun.log.warning("trouble")')
    messages = []
    for level in ("INFO", "DEBUG", "ERROR"):
        empty.ok("set", "chatter", f"log_level={level}")
        run = empty.json("run", "chatter")["id"]
        messages.append(
            [record["message"] for record in empty.json("logs", "--run", run, "--level", "debug")]
        )
    assert messages == [["trouble"], ["a detail", "trouble"], []]
