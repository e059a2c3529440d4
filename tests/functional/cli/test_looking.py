"""What can be seen of jobs, runs and logs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from nightshift.manifest import parse_manifest
from nightshift.state.models import JobKey
from nightshift.times import from_text, to_text
from nightshift.watch.keys import remembered
from nightshift_tools.embedded import SqliteState
from nightshift_tools.manifest import compile_manifest, parse
from nightshift_tools.sandbox.server import Sandbox
from support.cli import SYNC, Cli, OtherWorker

JOB = "sync-products"
NARROW = 100


def test_status_of_a_job_that_never_ran(cli: Cli) -> None:
    (status,) = cli.json("status")
    assert (status["job"], status["state"], status["last_run"]) == (JOB, "idle", None)
    assert from_text(status["next_firing"]) > datetime.now(UTC)
    assert from_text(status["next_firing"]).minute % 2 == 0
    assert "never" in cli.ok("status")


def test_status_tells_a_run_that_is_alive_from_one_that_died(cli: Cli) -> None:
    other = OtherWorker(cli, JobKey(JOB))
    (status,) = cli.json("status")
    assert (status["state"], status["run"]) == ("running", other.run)
    assert f"run {other.run} is at work" in cli.ok("status")
    other.die()
    assert cli.json("status")[0]["state"] == "interrupted"
    assert "takes over" in cli.ok("status")
    cli.json("run", JOB)
    assert cli.json("status")[0]["state"] == "idle"


def test_status_of_a_job_that_the_manifest_disables(cli: Cli) -> None:
    path = cli.folder / "schedules.yaml"
    path.write_text(path.read_text().replace("    max_retries", "    enabled: false\n    max_retries"))
    (status,) = cli.json("status")
    assert (status["state"], status["next_firing"]) == ("disabled", None)


def test_status_tells_an_open_slot(cli: Cli, sandbox: Sandbox) -> None:
    sandbox.fault("dummyjson", "status", status=503, times=1)
    cli("run", JOB, "--slot", "2026-11-20T22:04:00Z")
    (status,) = cli.json("status")
    assert status["open_slots"] == [{"schedule": "default", "slot": "2026-11-20T22:04:00.000Z"}]
    assert "the slot 2026-11-20 22:04 of default is open" in cli.ok("status")
    cli.json("run", JOB, "--slot", "2026-11-20T22:04:00Z")
    assert cli.json("status")[0]["open_slots"] == []
    assert "is open" not in cli.ok("status")


def test_status_tells_a_missing_run_where_a_watchdog_watches(cli: Cli) -> None:
    assert cli.json("status")[0]["missing"] == []
    state = SqliteState.open(cli.home / "state.db")
    now = datetime.now(UTC)
    manifest = parse_manifest(compile_manifest(parse(SYNC, {}, "schedules.yaml")), "schedules.yaml")
    state.watch.remember(remembered(manifest, {}, now - timedelta(days=1)))
    state.close()
    (missing,) = cli.json("status")[0]["missing"]
    assert missing["schedule"] == "default"
    assert timedelta(minutes=5) < now - from_text(missing["slot"]) < timedelta(minutes=12)
    assert "of default is missing" in cli.ok("status")
    cli.json("run", JOB)
    assert cli.json("status")[0]["missing"] == []


def test_idle_runs_are_counted_and_shown_as_such(cli: Cli) -> None:
    for minute in ("00", "02", "04"):
        record = cli.json("run", JOB, "--slot", f"2026-11-20T22:{minute}:00Z")
        assert record["idle"] is (minute != "00")
    assert cli.json("status")[0]["idle_runs"] == 2
    assert len(cli.json("runs", JOB)) == 1
    assert "2 idle runs" in cli.ok("runs", JOB)


def test_runs_are_listed_newest_first_and_no_more_than_asked_for(cli: Cli) -> None:
    ids = [cli.json("run", JOB)["id"] for _ in range(3)]
    assert [record["id"] for record in cli.json("runs", JOB)] == ids[::-1]
    assert [record["id"] for record in cli.json("runs", JOB, "--limit", 2)] == ids[:0:-1]
    lines = cli.ok("runs", JOB).splitlines()
    assert len(lines) == 4
    assert lines[1].split()[0] == ids[2].rpartition("-")[2]


@pytest.mark.parametrize(
    "part", [lambda run: run, lambda run: run[:25], lambda run: run[-8:], lambda run: run[-8:-2]]
)
def test_a_run_is_shown_by_its_id_or_a_part_of_it(cli: Cli, part: object) -> None:
    run = cli.json("run", JOB)["id"]
    shown = cli.ok("show", part(run))  # type: ignore[operator]
    assert run in shown
    assert "read 40, created 40" in shown
    assert "batch 3 committed" in shown


def test_a_part_that_could_be_several_runs_is_refused_with_them(cli: Cli) -> None:
    runs = [cli.json("run", JOB)["id"] for _ in range(2)]
    error = cli.refused("show", "20")
    assert all(run in error for run in runs)
    assert "nothere" in cli.refused("show", "nothere")


def test_logs_go_by_level_time_job_and_run(cli: Cli, sandbox: Sandbox) -> None:
    sandbox.add(title="Poison")
    sandbox.refuse(title="Poison")
    first, second = (cli.json("run", JOB)["id"] for _ in range(2))
    messages = [record["message"] for record in cli.json("logs")]
    assert sum(message.endswith("committed") for message in messages) >= 3
    warnings = cli.json("logs", "--level", "warning")
    assert {(record["level"], record["record"], record["run"]) for record in warnings} == {
        ("WARNING", "41", first)
    }
    assert cli.json("logs", "--since", "2099-01-01T00:00:00Z") == []
    assert cli.json("logs", "--job", JOB, "--run", first, "--level", "warning") == warnings
    assert {record["run"] for record in cli.json("logs", "--run", second)} <= {second}
    assert [record["message"] for record in cli.json("logs", "--limit", 1)] == messages[-1:]
    assert "WARNING" in cli.ok("logs")


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--since", "yesterday"], "'yesterday'"),
        (["--since", "2026-11-20"], "2026-11-20"),
        (["--job", "sync"], "sync-products"),
        (["--level", "loud"], "loud"),
        (["--limit", "0"], "--limit"),
    ],
)
def test_logs_refuse_what_they_do_not_understand(cli: Cli, arguments: list[str], word: str) -> None:
    assert word in cli.refused("logs", *arguments)


def test_runs_and_log_records_older_than_the_retention_are_not_shown_until_it_is_longer(
    cli: Cli, sandbox: Sandbox
) -> None:
    sandbox.add(title="Poison")
    sandbox.refuse(title="Poison")
    start = (datetime.now(UTC) - timedelta(days=40)).replace(minute=0, second=0, microsecond=0)
    cli.ok("dev", "--from", to_text(start), "--to", to_text(start + timedelta(minutes=1)))
    cli.environment["NIGHTSHIFT_HOME"] = str(cli.home / "simulated")
    looks = (["--since", "50d"], ["--since", "50d", "--level", "warning"], ["--run", "20"])
    assert [cli.json("logs", *look) for look in looks] == [[], [], []]
    assert cli.json("runs", JOB) == []
    assert "is on record" in cli.refused("show", "20")
    cli.ok("set", JOB, "retention_days=60")
    assert all(cli.json("logs", *look) for look in looks)
    assert cli.json("show", "20")["log"]
    assert cli.json("runs", JOB)


def test_tables_fit_a_terminal_of_100_columns(cli: Cli) -> None:
    run = cli.json("run", JOB, "--slot", "2026-11-20T22:00:00Z")["id"]
    for command in (["status"], ["runs", JOB], ["show", run], ["check"], ["cursor", "show", JOB]):
        assert max(map(len, cli.ok(*command).splitlines())) <= NARROW, command
