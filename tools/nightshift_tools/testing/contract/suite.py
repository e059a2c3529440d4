"""The contract as a person uses it: a class for a test runner, or one call that gives a report."""

from __future__ import annotations

import unittest
import warnings
from collections.abc import Callable, Mapping
from typing import ClassVar

from nightshift_tools.testing.contract import promises as promise
from nightshift_tools.testing.contract.cases import Cases
from nightshift_tools.testing.contract.faults import (
    check_cursors,
    check_deadlines,
    check_kills,
    check_lost_answers,
)
from nightshift_tools.testing.contract.findings import Findings, Promise, Report, Verdict
from nightshift_tools.testing.contract.records import check_cures, check_poison
from nightshift_tools.testing.contract.repeats import (
    check_dry_runs,
    check_overlaps,
    check_repeating,
    check_world,
)
from nightshift_tools.testing.world import JobWorld

CHECKS: Mapping[Promise, Callable[[Cases], Findings]] = {
    promise.FAIR_WORLD: check_world,
    promise.REPEATING: check_repeating,
    promise.KILLS: check_kills,
    promise.LOST_ANSWERS: check_lost_answers,
    promise.DRY_RUNS: check_dry_runs,
    promise.DEADLINES: check_deadlines,
    promise.CURSORS: check_cursors,
    promise.POISON: check_poison,
    promise.CURES: check_cures,
    promise.OVERLAPS: check_overlaps,
}


def check_job(world: Callable[[], JobWorld]) -> Report:
    """Hold a job to its contract; the report names every promise, those that could not be checked too."""
    cases = Cases(world)
    return Report([check(cases) for check in CHECKS.values()])


class JobContract:
    """The contract as tests: subclass it as `Test…` and set `world`. pytest runs it as it is, unittest beside
    `unittest.TestCase`. What the world does not offer is skipped, or warned of, by name."""

    world: ClassVar[Callable[[], JobWorld]]

    def test_the_world_gives_the_job_something_to_do(self) -> None:
        self._hold(promise.FAIR_WORLD)

    def test_repeating_is_harmless(self) -> None:
        self._hold(promise.REPEATING)

    def test_a_kill_at_any_write_converges_within_two_clean_ticks(self) -> None:
        self._hold(promise.KILLS)

    def test_a_lost_answer_is_made_good(self) -> None:
        self._hold(promise.LOST_ANSWERS)

    def test_a_dry_run_writes_nothing_and_says_what_it_would_do(self) -> None:
        self._hold(promise.DRY_RUNS)

    def test_the_deadline_is_honoured(self) -> None:
        self._hold(promise.DEADLINES)

    def test_the_cursor_never_goes_back(self) -> None:
        self._hold(promise.CURSORS)

    def test_a_poisoned_record_is_set_aside_and_holds_up_nobody(self) -> None:
        self._hold(promise.POISON)

    def test_a_record_goes_through_once_it_is_good_again(self) -> None:
        self._hold(promise.CURES)

    def test_ticks_that_overlap_run_once(self) -> None:
        self._hold(promise.OVERLAPS)

    def _hold(self, promised: Promise) -> None:
        found = CHECKS[promised](Cases(type(self).world))
        if found.verdict is Verdict.SKIPPED:
            raise unittest.SkipTest(str(found))
        if found.verdict is Verdict.BROKEN:
            raise AssertionError(str(found))
        for reason in found.skipped:
            warnings.warn(f"{found.promise.name}: not checked {reason}", stacklevel=2)
