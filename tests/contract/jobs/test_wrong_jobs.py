"""Each promise has jobs that break it: the contract must find them, and say which promise and where."""

from __future__ import annotations

import pytest

from nightshift_tools.testing import JobWorld
from nightshift_tools.testing.contract import Verdict
from nightshift_tools.testing.contract import promises as promise
from nightshift_tools.testing.contract.cases import Cases
from nightshift_tools.testing.contract.findings import Promise
from nightshift_tools.testing.contract.suite import CHECKS
from support import wrong_jobs as wrong

CASES: list[tuple[type[JobWorld], Promise, str]] = [
    (wrong.NothingToDo, promise.FAIR_WORLD, "`effects` is empty"),
    (wrong.WritesEachTime, promise.REPEATING, "it did a at the target"),
    (wrong.CommitsBeforeItWrites, promise.KILLS, "killed after control.commit (state write"),
    (wrong.RemembersInMemory, promise.KILLS, "killed before POST /letters (upstream call"),
    (wrong.GoesOnWhenKilled, promise.KILLS, "the ended process went on to upstream POST /sorry"),
    (wrong.SendsWithoutLooking, promise.KILLS, "done 2 times at the target"),
    (wrong.SendsAgainWithoutAnAnswer, promise.LOST_ANSWERS, "the answer was lost of POST /mails/"),
    (wrong.WritesInDryRuns, promise.DRY_RUNS, "it did a at the target"),
    (
        wrong.WritesStateInDryRuns,
        promise.DRY_RUNS,
        "it wrote to the state or the log: JOB#copy-letters",
    ),
    (wrong.SaysNothingInDryRuns, promise.DRY_RUNS, "it named 0 records as created"),
    (wrong.KnowsNoDeadline, promise.DEADLINES, "upstream calls were begun after it"),
    (wrong.NeverGetsThrough, promise.DEADLINES, "10 runs in a row did not come to the end"),
    (wrong.GoesBack, promise.CURSORS, "control.commit put it from"),
    (wrong.StopsAtPoison, promise.POISON, "the target refused the batch"),
    (wrong.SwallowsPoison, promise.POISON, "c is not set aside"),
    (wrong.GivesNoReason, promise.POISON, "c is set aside without a reason"),
    (wrong.NeverSeesTheCure, promise.CURES, "c is still set aside"),
    (wrong.RunsBesideItself, promise.OVERLAPS, "a tick beside it came to succeeded"),
]


@pytest.mark.parametrize(("world", "broken", "text"), CASES, ids=lambda case: getattr(case, "__name__", ""))
def test_a_job_that_breaks_a_promise_is_told_which_and_where(
    world: type[JobWorld], broken: Promise, text: str
) -> None:
    found = CHECKS[broken](Cases(world))
    assert found.verdict is Verdict.BROKEN
    assert found.promise is broken
    assert any(text in str(breach) for breach in found.breaches), str(found)
    assert broken.advice in str(found)


def test_every_promise_has_a_job_that_breaks_it() -> None:
    all_of_them = {each for each in vars(promise).values() if isinstance(each, Promise)}
    assert {broken for _, broken, _ in CASES} == set(CHECKS) == all_of_them
