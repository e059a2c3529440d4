"""`nightshift dev`: the schedule on this machine, in real and in simulated time."""

from __future__ import annotations

import json
import signal
from datetime import timedelta

import pytest

from nightshift.clock import SystemClock
from nightshift.state.models import ClaimRequest, Granted, JobKey, RunId, Slot
from nightshift_tools.embedded import SqliteState
from nightshift_tools.local import Local
from nightshift_tools.local.firings import Due
from nightshift_tools.local.looking import resumable
from nightshift_tools.sandbox.server import Sandbox
from support.cli import Cli

JOB = "sync-products"
TEN_MINUTES = ("--from", "2026-12-01T00:00:00Z", "--to", "2026-12-01T00:10:00Z")


def played(cli: Cli, *arguments: object, code: int = 0) -> list[dict[str, object]]:
    result = cli("dev", *arguments, "--json")
    assert result.exit_code == code, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_simulated_time_delivers_each_firing_once_from_the_first_to_before_the_last(cli: Cli) -> None:
    runs = played(cli, *TEN_MINUTES)
    assert [run["slot"] for run in runs] == [f"2026-12-01T00:0{minute}:00.000Z" for minute in range(0, 10, 2)]
    assert {run["status"] for run in runs} == {"succeeded"}
    assert [run["idle"] for run in runs] == [False, True, True, True, True]


def test_simulated_time_leaves_the_project_s_own_state_alone(cli: Cli) -> None:
    cli.ok("dev", *TEN_MINUTES)
    assert cli.json("runs", JOB) == []
    assert cli.json("run", JOB, "--slot", "2026-11-20T22:04:00Z")["status"] == "succeeded"
    cli.environment["NIGHTSHIFT_HOME"] = str(cli.home / "simulated")
    assert len(cli.json("runs", JOB)) == 1
    assert cli.json("status")[0]["idle_runs"] == 4


def test_simulated_time_begins_anew_each_time(cli: Cli) -> None:
    assert played(cli, *TEN_MINUTES)[0]["status"] == "succeeded"
    assert played(cli, *TEN_MINUTES)[0]["status"] == "succeeded"


def test_what_fails_is_told_and_the_schedule_goes_on(cli: Cli, sandbox: Sandbox) -> None:
    sandbox.fault("dummyjson", "status", status=503, times=1)
    runs = played(cli, *TEN_MINUTES, code=1)
    assert [run["status"] for run in runs] == ["failed", *["succeeded"] * 4]


def test_settings_that_are_wrong_fail_each_firing_and_not_the_schedule(cli: Cli) -> None:
    cli.environment["SYNC_PRODUCTS_BATCH_SIZE"] = "500"
    told = played(cli, *TEN_MINUTES, code=1)
    assert len(told) == 5
    assert "the most is 100" in str(told[4]["error"])


def test_a_job_of_several_schedules_and_storefronts_fires_for_each(empty: Cli) -> None:
    schedules = "[{name: often, every_minutes: 5}, {name: hourly, hourly: 5, enabled: false}]"
    empty.add_job("bill-orders", "pass", f"storefronts: [main, outlet]\nschedules: {schedules}")
    empty.add_job("count-stock", "pass", "schedule: {hourly: 5}")
    lines = empty.ok("dev", *TEN_MINUTES).splitlines()
    assert [tuple(line.split()[1:4]) for line in lines] == [
        ("00:00", "bill-orders@main", "often"),
        ("00:00", "bill-orders@outlet", "often"),
        ("00:05", "bill-orders@main", "often"),
        ("00:05", "bill-orders@outlet", "often"),
        ("00:05", "count-stock", "default"),
    ]
    assert len(played(empty, "count-stock", *TEN_MINUTES)) == 1


FAILS_FIRST = """\
import pathlib
mark = pathlib.Path("tried")
if not mark.exists():
    mark.touch()
    raise RuntimeError("the shop is closed")"""


def test_a_slot_that_failed_is_resumed_as_the_slot_it_is(empty: Cli) -> None:
    empty.add_job("count-stock", FAILS_FIRST, "schedule: {hourly: 0}")
    hour = ("--from", "2026-12-01T00:00:00Z", "--to", "2026-12-01T01:00:00Z")
    told = played(empty, *hour, code=1)
    assert [(run["slot"], run["status"]) for run in told] == [
        ("2026-12-01T00:00:00.000Z", "failed"),
        ("2026-12-01T00:00:00.000Z", "succeeded"),
    ]
    again = str(told[1]["started_at"])
    assert "2026-12-01T00:05" <= again < "2026-12-01T00:15"
    assert len(played(empty, *hour)) == 1


def test_a_run_that_died_is_resumed_because_its_lock_is_free(empty: Cli) -> None:
    empty.add_job("count-stock", "pass", "schedule: {hourly: 0}")
    begun = SystemClock().now().replace(minute=0, second=0, microsecond=0)
    died = SqliteState.open(empty.home / "state.db")
    claim = ClaimRequest(
        JobKey("count-stock"), RunId("dead"), begun, begun + timedelta(days=9), Slot("default", begun)
    )
    assert isinstance(died.control.claim(claim), Granted)
    with Local.open(empty.folder, {}) as local:
        assert resumable(local, ["count-stock"]) == []
        died.close()
        assert resumable(local, ["count-stock"]) == [Due(begun, "count-stock", "default", resumed=True)]
        assert resumable(local, []) == []


def test_faster_time_delivers_the_same_firings(cli: Cli) -> None:
    runs = played(cli, *TEN_MINUTES, "--speed", 600)
    assert len(runs) == 5
    assert {run["status"] for run in runs} <= {"succeeded", "skipped"}


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--from", "2026-12-01T00:00:00Z"], "--to"),
        (["--to", "2026-12-01T00:00:00Z"], "--from"),
        (["--from", "2026-12-01T00:00:00Z", "--to", "2026-12-01T00:00:00Z"], "not after"),
        (["--from", "midnight", "--to", "2026-12-01T00:00:00Z"], "'midnight'"),
        (["--speed", "0"], "--speed"),
        (["sync", *TEN_MINUTES], "sync-products"),
    ],
)
def test_options_that_make_no_sense_are_refused(cli: Cli, arguments: list[str], word: str) -> None:
    assert word in cli.refused("dev", *arguments)


def test_simulated_time_is_refused_on_tables_that_others_use(cli: Cli) -> None:
    cli.environment |= {"STATE_TABLE": "state", "LOG_TABLE": "log", "AWS_DEFAULT_REGION": "eu-central-1"}
    assert "STATE_TABLE" in cli.refused("dev", *TEN_MINUTES)


def test_ctrl_c_ends_it_once_the_run_at_work_has_ended(cli: Cli, sandbox: Sandbox) -> None:
    sandbox.fault("medusa", "slow", seconds=0.2, times=1)
    with cli.process("dev", "--speed", "120") as process:
        assert process.stderr is not None
        while "Ctrl-C stops" not in process.stderr.readline():
            pass
        while not sandbox.count(surface="medusa"):
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        told, said = process.communicate(timeout=30)
    assert process.returncode == 0, said
    assert "stopped" in said
    assert "succeeded" in told
