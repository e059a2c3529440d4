"""The claim: who is admitted, who is refused and why, and what a grant leaves behind."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nightshift.state.claiming import Form, grant
from nightshift.state.codec import CONTROL, encode_control, partition
from nightshift.state.models import ClaimRequest, Counts, Granted, Refusal, Refused, RunId
from support.claim_cases import CASES, ClaimCase
from support.driving import LEASE, Job, at, slot

NEW = RunId("20261120T220500.000Z-new")


def ask(case: ClaimCase, job: Job) -> ClaimRequest:
    return ClaimRequest(job.key, NEW, at(5), at(5) + LEASE, case.of, case.max_executions)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_claim_is_decided_as_the_table_says(job: Job, case: ClaimCase) -> None:
    expected = case.expected
    if job.store.has_locks and expected in (Refusal.OVERLAP, Refusal.SLOT_HELD):
        # No process holds this job's lock, so the owner of the lease is dead.
        expected = Form.AGAIN if expected is Refusal.SLOT_HELD else Form.FIRST
    place = (partition(job.key), CONTROL)
    job.store.raw.put(*place, encode_control(case.control))
    before = job.store.raw.get(*place)

    answer = job.store.state.control.claim(ask(case, job))

    if isinstance(expected, Form):
        assert answer == grant(case.control, ask(case, job), expected)
        assert job.control() == answer.control
    else:
        assert answer == Refused(expected, case.control, case.blocker)
        assert job.store.raw.get(*place) == before


def test_the_first_claim_of_a_job_needs_no_record(job: Job) -> None:
    assert job.store.state.control.read(job.key) is None

    granted = job.granted("first", slot(4), now=5)

    assert granted.lease.key == job.key
    assert granted.lease.run == "first"
    assert granted.lease.fence == 1
    assert granted.lease.until == at(5) + LEASE
    assert granted.lease.slot == slot(4)
    assert granted.control.previous_run is None
    assert granted.control.cursor == {}
    assert granted.control == job.control()


def test_a_grant_returns_the_cursor_and_what_the_operator_set(job: Job) -> None:
    lease = job.commit(job.granted("first", slot(0)).lease, 12)
    job.release(lease, cursor=12)
    job.store.state.control.override(job.key, "log_level", "DEBUG")
    job.store.state.control.request_recheck(job.key)

    granted = job.granted("second", slot(2))

    assert granted.control.cursor == {"seen": 12}
    assert granted.control.overrides == {"log_level": "DEBUG"}
    assert granted.control.is_recheck_due
    assert granted.control.quarantined == 12
    assert granted.control.progress == Counts()


def test_the_fence_only_grows(job: Job) -> None:
    fences = []
    for minute in range(4):
        granted = job.granted(f"run-{minute}", slot(minute) if minute != 2 else None)
        fences.append(granted.lease.fence)
        job.release(granted.lease)
    assert fences == sorted(set(fences))


def test_a_slot_is_counted_once_however_often_it_is_tried(job: Job) -> None:
    for run, minute in (("first", 0), ("again", 0), ("and again", 0), ("next", 2)):
        job.fail(run, slot(minute), max_executions=2)

    assert job.control().executions == {"default": 2}
    assert job.refused("late", slot(4), max_executions=2).refusal is Refusal.EXHAUSTED


def test_a_run_by_hand_neither_counts_nor_moves_a_slot(job: Job) -> None:
    job.succeed("by schedule", slot(2), max_executions=2)
    job.succeed("by hand", None, max_executions=2)

    assert job.control().executions == {"default": 1}
    assert job.control().slots == {"default": at(2)}
    assert job.control().done == {"default": at(2)}


def test_a_run_that_never_released_is_reported_to_its_successor_once(job: Job) -> None:
    job.store.state.abandon(job.granted("dead", slot(0)).lease)

    granted = job.granted("heir", slot(2), now=60)
    assert granted.control.previous_run == "dead"
    job.release(granted.lease)

    assert job.granted("next", slot(4), now=60).control.previous_run is None


def test_a_claim_repeated_after_its_answer_was_lost_is_the_same_grant(job: Job) -> None:
    first = job.granted("once", slot(2), max_executions=5)
    assert job.granted("once", slot(2), max_executions=5) == first
    assert job.control().executions == {"default": 1}


def test_a_claim_by_hand_repeated_after_its_answer_was_lost_is_the_same_grant(job: Job) -> None:
    assert job.granted("once") == job.granted("once")


def test_lease_and_moment_are_compared_to_the_millisecond_as_they_are_kept(job: Job) -> None:
    job.store.state.abandon(job.granted("holder", slot(0)).lease)
    moment = at(0) + LEASE + timedelta(microseconds=400)

    answer = job.store.state.control.claim(ClaimRequest(job.key, NEW, moment, moment + LEASE, slot(2)))

    expected = Granted if job.store.has_locks else Refused
    assert isinstance(answer, expected)
