"""The rules of the claim, by themselves: the table that holds the adapters holds them too."""

from __future__ import annotations

import pytest

from nightshift.state.claiming import Form, grant, is_own, judge
from nightshift.state.models import ClaimRequest, Control, Counts, JobKey, Refusal, Refused, RunId
from support.claim_cases import CASES, DEAD, ClaimCase
from support.driving import LEASE, at, slot

KEY = JobKey("sync-products", "main")
NEW = RunId("new")


def ask(case: ClaimCase) -> ClaimRequest:
    return ClaimRequest(KEY, NEW, at(5), at(5) + LEASE, case.of, case.max_executions)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_claim_is_judged_as_the_table_says(case: ClaimCase) -> None:
    verdict = judge(case.control, ask(case))
    if isinstance(case.expected, Form):
        assert verdict is case.expected
    else:
        assert verdict == Refused(case.expected, case.control, case.blocker)


def test_the_table_has_every_answer() -> None:
    assert {case.expected for case in CASES} == {*Form, *Refusal}


def test_a_grant_takes_the_lease_and_keeps_what_is_not_the_runs_own() -> None:
    before = Control(
        fence=7,
        owner=DEAD,
        run=DEAD,
        run_slot=slot(2),
        lease_until=at(4),
        cursor={"seen": 3},
        slots={"default": at(2), "nightly": at(0)},
        done={"default": at(0)},
        overrides={"batch_size": "5"},
        progress=Counts(read=9),
        quarantined=2,
        rechecks=2,
        rechecked=1,
        idle_runs=4,
        last_idle_at=at(1),
    )
    granted = grant(before, ClaimRequest(KEY, NEW, at(5), at(15), slot(4)), Form.FIRST)
    assert granted.lease.fence == 8
    assert (granted.lease.key, granted.lease.run, granted.lease.until) == (KEY, NEW, at(15))
    assert granted.control == Control(
        fence=8,
        owner=NEW,
        run=NEW,
        run_slot=slot(4),
        lease_until=at(15),
        previous_run=DEAD,
        previous_progress=Counts(read=9),
        cursor={"seen": 3},
        slots={"default": at(4), "nightly": at(0)},
        done={"default": at(0)},
        overrides={"batch_size": "5"},
        quarantined=2,
        rechecks=2,
        rechecked=1,
        idle_runs=4,
        last_idle_at=at(1),
    )


@pytest.mark.parametrize(
    ("form", "limit", "counted"),
    [(Form.FIRST, 5, 3), (Form.AGAIN, 5, 2), (Form.FIRST, None, 2), (Form.AGAIN, None, 2)],
)
def test_only_the_first_claim_of_a_slot_with_a_limit_counts(
    form: Form, limit: int | None, counted: int
) -> None:
    before = Control(executions={"default": 2})
    granted = grant(before, ClaimRequest(KEY, NEW, at(5), at(15), slot(4), limit), form)
    assert granted.control.executions == {"default": counted}


def test_a_claim_is_the_runs_own_only_while_it_owns_the_job() -> None:
    asked = ClaimRequest(KEY, NEW, at(5), at(15), slot(4))
    assert is_own(Control(owner=NEW), asked)
    assert not is_own(Control(owner=DEAD), asked)
    assert not is_own(Control(), asked)
    assert not is_own(Control(last_run=NEW), asked)
