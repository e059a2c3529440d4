"""Jobs of every shape keep the contract; what their worlds do not offer is named, and nothing else."""

from __future__ import annotations

import subprocess
import sys

import pytest

from nightshift_tools.testing import JobWorld, check_job
from nightshift_tools.testing.contract import Verdict
from support.job_worlds import CleanUp, Letters, Mails, Scan

NO_CURSOR = {"the cursor never goes back"}
NO_POISON = {
    "a poisoned record is set aside, and holds up nobody",
    "a record that was set aside goes through once it is good again",
}


@pytest.mark.parametrize(
    ("world", "skipped"),
    [(Letters, set()), (Scan, set()), (Mails, NO_CURSOR), (CleanUp, NO_CURSOR | NO_POISON)],
)
def test_a_right_job_keeps_every_promise_that_can_be_checked(
    world: type[JobWorld], skipped: set[str]
) -> None:
    report = check_job(world)
    assert report.is_kept, str(report)
    assert {each.promise.name for each in report.findings if each.verdict is Verdict.SKIPPED} == skipped
    for each in report.findings:
        assert (each.verdict is Verdict.SKIPPED) == bool(each.skipped), str(each)
        assert each.promise.name in str(report)


class Unchanging(Letters):
    """A world that cannot be changed."""

    change = JobWorld.change


def test_a_situation_that_a_world_cannot_be_brought_to_is_named() -> None:
    report = check_job(Unchanging)
    assert report.is_kept, str(report)
    assert "not checked: on a run after a change: write JobWorld.change" in str(report)


def test_the_contract_needs_no_test_runner() -> None:
    code = "import sys, nightshift_tools.testing; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"pytest", "_pytest", "hypothesis"} & set(done.stdout.split())
