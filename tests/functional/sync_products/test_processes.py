"""Real processes: killed with SIGKILL at any moment, started twice at once, woken twice for one tick."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from nightshift.state.models import Status
from nightshift_tools.embedded import SqliteState
from nightshift_tools.sandbox.server import Sandbox
from support.commands import RUN, environment, run, start
from support.sync import KEY

SLOT = ("--slot", "2026-11-20T22:04:00Z")


def wait_for_requests(sandbox: Sandbox, count: int, worker: subprocess.Popen[str]) -> None:
    until = time.monotonic() + 30
    while sandbox.count(surface="medusa") < count and worker.poll() is None:
        assert time.monotonic() < until, "the worker never came that far"
        time.sleep(0.001)


def statuses(home: Path) -> set[Status]:
    state = SqliteState.open(home / "state.db")
    records = state.runs.latest(KEY, 50, datetime.now(UTC))
    state.close()
    return {record.status for record in records}


@pytest.mark.parametrize("requests", [1, 5, 27, 28, 29, 30])
def test_killed_at_any_moment_and_run_again_it_ends_as_if_undisturbed(
    sandbox: Sandbox, tmp_path: Path, requests: int
) -> None:
    env = environment(tmp_path, sandbox.environment())
    sandbox.refuse(title="Refused")
    sandbox.edit(20, title="Refused")
    worker = start((*RUN, *SLOT), env)
    wait_for_requests(sandbox, requests, worker)
    worker.send_signal(signal.SIGKILL)
    worker.communicate()
    code, record = run(env, *SLOT)
    assert (code, record["status"]) == (0, "succeeded")
    state = sandbox.state()
    assert (state.target_products, state.duplicates) == (59, {})
    assert set(sandbox.target()) == {str(n) for n in range(1, 61)} - {"20"}
    assert statuses(tmp_path) <= {Status.SUCCEEDED, Status.INTERRUPTED}


def test_while_one_run_is_alive_another_is_skipped_and_names_it(sandbox: Sandbox, tmp_path: Path) -> None:
    env = environment(tmp_path, sandbox.environment())
    sandbox.fault("medusa", "slow", seconds=3, nth=2)
    first = start(RUN, env)
    wait_for_requests(sandbox, 2, first)
    code, skipped = run(env)
    assert (code, skipped["status"]) == (1, "skipped")
    output, _ = first.communicate(timeout=60)
    done = json.loads(output)
    assert done["status"] == "succeeded"
    assert skipped["blocked_by"] == done["id"]
    assert done["id"] in skipped["reason"]


def test_one_tick_delivered_to_two_processes_at_once_runs_once(sandbox: Sandbox, tmp_path: Path) -> None:
    env = environment(tmp_path, sandbox.environment())
    workers = [start((*RUN, *SLOT), env) for _ in range(3)]
    outputs = [worker.communicate(timeout=60)[0] for worker in workers]
    records = [json.loads(output) for output in outputs]
    assert sum(record.get("status") == "succeeded" for record in records) == 1
    assert sandbox.state().target_products == 60
    code, again = run(env, *SLOT)
    assert (code, again["status"], again["reason"]) == (0, "skipped", "duplicate")
