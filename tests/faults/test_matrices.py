"""Every fault at every request of a run, to the state and to each upstream; every pause while another takes
over. The undisturbed state is reached within two clean ticks, and nothing that must never happen happened."""

from __future__ import annotations

import pytest

from nightshift.connectors.medusa import batch_write
from support import fault_dynamodb, fault_sqlite
from support.fault_gate import STATE
from support.fault_matrix import (
    KILLS,
    UPSTREAM_MODES,
    UPSTREAMS,
    Breach,
    Tally,
    deadlines,
    state_faults,
    upstream_faults,
)
from support.fault_situations import CUT_SHORT, EDITED, FIRST, SITUATIONS, THERE_AND_BACK
from support.fault_stage import Stage
from support.fault_zombies import SLOTS, zombies

pytestmark = pytest.mark.faults


def held(breaches: list[Breach], tally: Tally) -> None:
    assert [str(breach) for breach in breaches] == []
    assert tally.cases > 1  # a run that is short of time reads two pages


@pytest.mark.parametrize("mode", fault_sqlite.MODES)
@pytest.mark.parametrize("situation", SITUATIONS)
def test_faults_at_every_statement_to_sqlite(sqlite: Stage, situation: str, mode: str) -> None:
    tally = Tally()
    held(list(state_faults(sqlite, SITUATIONS[situation], mode, tally)), tally)


@pytest.mark.parametrize("mode", fault_dynamodb.MODES)
def test_faults_at_every_request_to_dynamodb(dynamodb: Stage, mode: str) -> None:
    tally = Tally()
    held(list(state_faults(dynamodb, EDITED, mode, tally)), tally)
    if "every try" in mode:
        assert tally.failed > tally.cases / 2  # else the client has more tries than this spoils


@pytest.mark.parametrize("mode", ["ended after", "lost after its effect, once"])
def test_faults_at_every_request_of_a_first_run_to_dynamodb(dynamodb: Stage, mode: str) -> None:
    tally = Tally()
    held(list(state_faults(dynamodb, FIRST, mode, tally)), tally)


@pytest.mark.parametrize("mode", ["ended after", "lost after its effect, once", "500, at every try"])
def test_faults_at_every_request_of_a_run_short_of_time_to_dynamodb(dynamodb: Stage, mode: str) -> None:
    tally = Tally()
    held(list(state_faults(dynamodb, CUT_SHORT, mode, tally)), tally)


@pytest.mark.parametrize("situation", [FIRST.name, EDITED.name, THERE_AND_BACK.name])
def test_a_time_limit_at_every_request(sqlite: Stage, situation: str) -> None:
    tally = Tally()
    held(list(deadlines(sqlite, SITUATIONS[situation], tally)), tally)


def test_a_time_limit_at_every_request_with_the_state_on_dynamodb(dynamodb: Stage) -> None:
    tally = Tally()
    held(list(deadlines(dynamodb, EDITED, tally)), tally)


@pytest.mark.parametrize("mode", UPSTREAM_MODES)
@pytest.mark.parametrize("site", UPSTREAMS)
@pytest.mark.parametrize("situation", SITUATIONS)
def test_faults_at_every_request_to_an_upstream(sqlite: Stage, situation: str, site: str, mode: str) -> None:
    tally = Tally()
    held(list(upstream_faults(sqlite, SITUATIONS[situation], site, mode, tally)), tally)


@pytest.mark.parametrize("mode", [*KILLS, "dropped after, from then on"])
@pytest.mark.parametrize("site", UPSTREAMS)
def test_faults_at_every_request_to_an_upstream_with_the_state_on_dynamodb(
    dynamodb: Stage, site: str, mode: str
) -> None:
    tally = Tally()
    held(list(upstream_faults(dynamodb, EDITED, site, mode, tally)), tally)


@pytest.mark.parametrize("slot", SLOTS)
@pytest.mark.parametrize("site", [STATE, *UPSTREAMS])
@pytest.mark.parametrize("situation", [FIRST.name, EDITED.name, THERE_AND_BACK.name])
def test_a_pause_at_every_request_while_another_takes_over_on_sqlite(
    sqlite: Stage, situation: str, site: str, slot: str
) -> None:
    tally = Tally()
    held(list(zombies(sqlite, SITUATIONS[situation], site, slot, tally)), tally)


@pytest.mark.parametrize("slot", SLOTS)
@pytest.mark.parametrize("site", [STATE, "medusa"])
def test_a_pause_at_every_request_while_another_takes_over_on_dynamodb(
    dynamodb: Stage, site: str, slot: str
) -> None:
    tally = Tally()
    held(list(zombies(dynamodb, EDITED, site, slot, tally)), tally)


@pytest.fixture
def _two_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch goes to Medusa as two requests, on their way together."""
    monkeypatch.setattr(batch_write, "MAX_ITEMS", 2)


@pytest.mark.usefixtures("_two_at_once")
@pytest.mark.parametrize("mode", [*KILLS, "dropped after, once", "dropped after, from then on"])
@pytest.mark.parametrize("situation", [FIRST.name, EDITED.name])
def test_faults_at_every_request_to_medusa_of_which_two_are_on_their_way(
    sqlite: Stage, situation: str, mode: str
) -> None:
    tally = Tally()
    held(list(upstream_faults(sqlite, SITUATIONS[situation], "medusa", mode, tally)), tally)


@pytest.mark.usefixtures("_two_at_once")
@pytest.mark.parametrize("slot", SLOTS)
def test_a_pause_at_every_request_to_medusa_of_which_two_are_on_their_way(sqlite: Stage, slot: str) -> None:
    tally = Tally()
    held(list(zombies(sqlite, EDITED, "medusa", slot, tally)), tally)
