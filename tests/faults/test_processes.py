"""Real processes, killed with SIGKILL at chosen statements and requests to their state: the next delivery of
the tick makes good. The matrices do the same at every place, inside one process."""

from __future__ import annotations

import signal
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from nightshift.state.models import JobKey, Status
from nightshift_tools.sandbox.server import Sandbox
from nightshift_tools.testing.dynamodb_local import client
from nightshift_tools.testing.tables import create_tables
from support.fault_gate import STATE, Gate
from support.fault_world import PRODUCTS
from support.mortal_worker import ENDS, open_state, run
from support.processes import python_module
from support.shop import START

pytestmark = pytest.mark.faults

KEY = JobKey("sync-products")
PARTS = 5


@pytest.fixture(params=["sqlite", "dynamodb"])
def new_place(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], list[str]]:
    """Where a state is, a new one each time."""
    if request.param == "sqlite":
        return lambda: [str(tmp_path / uuid4().hex / "state.db")]
    endpoint: str = request.getfixturevalue("dynamodb_endpoint")

    def new_tables() -> list[str]:
        own = client(endpoint)
        tables = create_tables(own, f"killed-{uuid4().hex[:8]}")
        own.close()
        return [endpoint, tables.state, tables.log]

    return new_tables


@pytest.mark.parametrize("when", ENDS)
def test_a_process_killed_at_its_state_is_made_good_by_the_next(
    sandbox: Sandbox, new_place: Callable[[], list[str]], when: str
) -> None:
    undisturbed = Gate()
    sandbox.reset()
    run(*open_state(new_place(), undisturbed), sandbox.environment())
    requests = undisturbed.seen[STATE]
    for at in range(0, requests, requests // PARTS):
        where = new_place()
        sandbox.reset()
        with python_module("support.mortal_worker", at, when, *where, **sandbox.environment()) as worker:
            assert worker.wait(timeout=120) == -signal.SIGKILL
        _make_good(sandbox, where)


def _make_good(sandbox: Sandbox, where: list[str]) -> None:
    state, logs = open_state(where, Gate())
    for minutes in (60, 61):  # the lease of the killed run has ended by then
        ended = run(state, logs, sandbox.environment(), minutes)
        assert ended.record.status in (Status.SUCCEEDED, Status.SKIPPED), ended
    found = sandbox.state()
    assert (found.target_products, found.duplicates) == (PRODUCTS, {})
    statuses = [record.status for record in state.runs.latest(KEY, 9, START + timedelta(minutes=62))]
    assert statuses.count(Status.SUCCEEDED) == 1
    assert Status.RUNNING not in statuses
