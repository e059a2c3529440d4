"""The life cycle is a table: from which state which step leads where, and what is said where none does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest

from nightshift.batch_jobs import life_cycle
from nightshift.batch_jobs.errors import WrongStateError
from nightshift.batch_jobs.life_cycle import Tenure
from nightshift.batch_jobs.model import BatchJob, Result, Status
from support.batch_jobs import batch_job
from support.driving import at

NEW = batch_job(dry_run=True)
PLANNED = life_cycle.pre_processed(NEW, at(1))
CONFIRMED = life_cycle.confirmed(PLANNED, at(2))
PROCESSING = life_cycle.processing(CONFIRMED, at(3))
COMPLETED = life_cycle.completed(PROCESSING, at(4))
CANCELED = life_cycle.canceled(PROCESSING, at(4))
FAILED = life_cycle.failed(PROCESSING, at(4), "the shop is gone")
STATES = {
    Status.CREATED: NEW,
    Status.PRE_PROCESSED: PLANNED,
    Status.CONFIRMED: CONFIRMED,
    Status.PROCESSING: PROCESSING,
    Status.COMPLETED: COMPLETED,
    Status.CANCELED: CANCELED,
    Status.FAILED: FAILED,
}
STEPS: dict[Callable[[BatchJob, datetime], BatchJob], tuple[set[Status], Status]] = {
    life_cycle.pre_processed: ({Status.CREATED, Status.PRE_PROCESSED}, Status.PRE_PROCESSED),
    life_cycle.confirmed: ({Status.PRE_PROCESSED}, Status.CONFIRMED),
    life_cycle.processing: ({Status.CONFIRMED}, Status.PROCESSING),
    life_cycle.completed: ({Status.PROCESSING}, Status.COMPLETED),
    life_cycle.canceled: (set(Status) - {Status.COMPLETED}, Status.CANCELED),
    life_cycle.failed: (set(Status), Status.FAILED),
}


@pytest.mark.parametrize("status", Status)
def test_a_status_follows_from_the_instants(status: Status) -> None:
    assert STATES[status].status is status


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__)
@pytest.mark.parametrize("status", Status)
def test_a_step_is_made_from_the_states_that_allow_it(
    step: Callable[[BatchJob, datetime], BatchJob], status: Status
) -> None:
    job = STATES[status]
    allowed, leads_to = STEPS[step]
    if status not in allowed:
        with pytest.raises(WrongStateError, match=f": it is {status.value}$") as refusal:
            step(job, at(9))
        assert refusal.value.status is status
        return
    after = step(job, at(9))
    # A batch job that failed is failed whatever a person does to it.
    assert after.status is (Status.FAILED if status is Status.FAILED else leads_to)
    assert after == job or (after.revision, after.updated_at) == (job.revision + 1, at(9))


def test_without_a_review_the_plan_is_confirmed_at_once() -> None:
    after = life_cycle.pre_processed(replace(NEW, dry_run=False), at(1))
    assert (after.status, after.pre_processed_at, after.confirmed_at) == (Status.CONFIRMED, at(1), at(1))


@pytest.mark.parametrize("status", [Status.CANCELED, Status.PRE_PROCESSED])
def test_what_has_been_done_is_not_done_again(status: Status) -> None:
    step = {Status.CANCELED: life_cycle.canceled, Status.PRE_PROCESSED: life_cycle.pre_processed}[status]
    assert step(STATES[status], at(9)) is STATES[status]


def test_failed_beats_all_and_canceled_beats_completed() -> None:
    both = replace(COMPLETED, canceled_at=at(5))
    assert both.status is Status.CANCELED
    assert life_cycle.failed(both, at(6)).status is Status.FAILED


def test_errors_are_added_and_bounded() -> None:
    job = NEW
    for number in range(50):
        job = life_cycle.failed(job, at(number), f"error {number} " + "x" * 5000)
    assert len(job.result.errors) == 20
    assert all(len(error) <= 2000 for error in job.result.errors)
    assert job.failed_at == at(0)


@pytest.mark.parametrize("status", [Status.PRE_PROCESSED, Status.COMPLETED, Status.CANCELED, Status.FAILED])
def test_there_is_nothing_to_take_where_nothing_is_to_do(status: Status) -> None:
    assert life_cycle.taken(STATES[status], "w", at(9), at(14), is_owner_dead=True) is None


def test_a_batch_job_has_one_worker_until_its_lease_is_over() -> None:
    first = life_cycle.taken(CONFIRMED, "first", at(9), at(14), is_owner_dead=False)
    assert first is not None
    assert life_cycle.taken(first, "second", at(14), at(20), is_owner_dead=False) is None
    second = life_cycle.taken(first, "second", at(14.1), at(20), is_owner_dead=False)
    assert second is not None
    assert second.fence == first.fence + 1
    assert not life_cycle.holds(second, Tenure("first", first.fence))
    assert life_cycle.holds(second, Tenure("second", second.fence))


def test_a_worker_that_is_known_to_be_dead_holds_nothing_up() -> None:
    first = life_cycle.taken(CONFIRMED, "first", at(9), at(14), is_owner_dead=False)
    assert first is not None
    assert life_cycle.taken(first, "second", at(10), at(20), is_owner_dead=True) is not None


def test_progress_ends_the_count_of_vain_attempts_and_leaves_what_a_person_decided() -> None:
    taken = life_cycle.taken(PROCESSING, "w", at(9), at(14), is_owner_dead=False)
    assert taken is not None
    assert taken.attempts == 1
    canceled = life_cycle.canceled(taken, at(10))
    after = life_cycle.advanced(canceled, Result(count=10, advancement_count=5), {"row": 5}, at(11), at(16))
    assert (after.attempts, after.status, after.result.progress) == (0, Status.CANCELED, 0.5)


def test_progress_is_nothing_before_the_count_is_known_and_all_where_there_is_nothing() -> None:
    assert Result().progress == 0.0
    assert Result(count=0).progress == 1.0
