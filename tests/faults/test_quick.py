"""The heart of the matrices, on SQLite, for every run of the tests; `make faults` runs them whole."""

from __future__ import annotations

import pytest

from support.fault_gate import STATE
from support.fault_matrix import Tally, state_faults, upstream_faults
from support.fault_situations import EDITED
from support.fault_stage import Stage
from support.fault_zombies import zombies


@pytest.mark.xdist_group("faults")
@pytest.mark.parametrize("mode", ["ended after", "disk broken"])
def test_a_fault_at_any_statement_of_a_run_is_made_good_in_two_ticks(sqlite: Stage, mode: str) -> None:
    tally = Tally()
    assert list(map(str, state_faults(sqlite, EDITED, mode, tally))) == []
    assert tally.cases > 60


@pytest.mark.xdist_group("faults")
@pytest.mark.parametrize("mode", ["ended after", "500 after its effect, once", "503, from then on"])
def test_a_fault_at_any_request_to_the_target_is_made_good_in_two_ticks(sqlite: Stage, mode: str) -> None:
    tally = Tally()
    assert list(map(str, upstream_faults(sqlite, EDITED, "medusa", mode, tally))) == []
    assert tally.cases > 12


@pytest.mark.xdist_group("faults")
def test_a_run_that_was_overtaken_changes_nothing_of_the_run_that_overtook_it(sqlite: Stage) -> None:
    tally = Tally()
    assert list(map(str, zombies(sqlite, EDITED, STATE, "of the next slot", tally))) == []
    assert tally.cases > 10
