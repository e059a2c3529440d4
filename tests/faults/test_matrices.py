"""Every fault at every request of a run, to the state and to each upstream; every pause while another takes
over. The undisturbed state is reached within two clean ticks, and nothing that must never happen happened."""

from __future__ import annotations

import pytest

from nightshift_tools.sandbox.server import Sandbox
from support import fault_dynamodb, fault_sqlite
from support.fault_gate import STATE
from support.fault_matrix import (
    KILLS,
    UPSTREAM_MODES,
    UPSTREAMS,
    Breach,
    Tally,
    state_faults,
    upstream_faults,
)
from support.fault_world import EDITED, FIRST, SITUATIONS, THERE_AND_BACK, Backend
from support.fault_zombies import SLOTS, zombies

pytestmark = pytest.mark.faults


def held(breaches: list[Breach], tally: Tally) -> None:
    assert [str(breach) for breach in breaches] == []
    assert tally.cases > 2


@pytest.mark.parametrize("mode", fault_sqlite.MODES)
@pytest.mark.parametrize("situation", SITUATIONS)
def test_faults_at_every_statement_to_sqlite(
    sandbox: Sandbox, sqlite: Backend, situation: str, mode: str
) -> None:
    tally = Tally()
    held(list(state_faults(sandbox, sqlite, SITUATIONS[situation], mode, tally)), tally)


@pytest.mark.parametrize("mode", fault_dynamodb.MODES)
def test_faults_at_every_request_to_dynamodb(sandbox: Sandbox, dynamodb: Backend, mode: str) -> None:
    tally = Tally()
    held(list(state_faults(sandbox, dynamodb, EDITED, mode, tally)), tally)


@pytest.mark.parametrize("mode", ["ended after", "lost after its effect, once"])
def test_faults_at_every_request_of_a_first_run_to_dynamodb(
    sandbox: Sandbox, dynamodb: Backend, mode: str
) -> None:
    tally = Tally()
    held(list(state_faults(sandbox, dynamodb, FIRST, mode, tally)), tally)


@pytest.mark.parametrize("mode", UPSTREAM_MODES)
@pytest.mark.parametrize("site", UPSTREAMS)
@pytest.mark.parametrize("situation", SITUATIONS)
def test_faults_at_every_request_to_an_upstream(
    sandbox: Sandbox, sqlite: Backend, situation: str, site: str, mode: str
) -> None:
    tally = Tally()
    held(list(upstream_faults(sandbox, sqlite, SITUATIONS[situation], site, mode, tally)), tally)


@pytest.mark.parametrize("mode", [*KILLS, "dropped after, from then on"])
@pytest.mark.parametrize("site", UPSTREAMS)
def test_faults_at_every_request_to_an_upstream_with_the_state_on_dynamodb(
    sandbox: Sandbox, dynamodb: Backend, site: str, mode: str
) -> None:
    tally = Tally()
    held(list(upstream_faults(sandbox, dynamodb, EDITED, site, mode, tally)), tally)


@pytest.mark.parametrize("slot", SLOTS)
@pytest.mark.parametrize("site", [STATE, *UPSTREAMS])
@pytest.mark.parametrize("situation", [FIRST.name, EDITED.name, THERE_AND_BACK.name])
def test_a_pause_at_every_request_while_another_takes_over_on_sqlite(
    sandbox: Sandbox, sqlite: Backend, situation: str, site: str, slot: str
) -> None:
    tally = Tally()
    held(list(zombies(sandbox, sqlite, SITUATIONS[situation], site, slot, tally)), tally)


@pytest.mark.parametrize("slot", SLOTS)
@pytest.mark.parametrize("site", [STATE, "medusa"])
def test_a_pause_at_every_request_while_another_takes_over_on_dynamodb(
    sandbox: Sandbox, dynamodb: Backend, site: str, slot: str
) -> None:
    tally = Tally()
    held(list(zombies(sandbox, dynamodb, EDITED, site, slot, tally)), tally)
