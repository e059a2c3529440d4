"""Commit and release: a run writes while its fence is the highest, and not once after that."""

from __future__ import annotations

import pytest

from nightshift.errors import LostLeaseError
from nightshift.state.models import Commit, Counts, JobKey, Lease, Refusal, RunId, Status
from support.driving import LEASE, Job, at, slot


def overtaken(job: Job) -> Lease:
    """The lease of a run that was thought dead, and whose job another run has taken over."""
    stale = job.granted("stale", slot(0)).lease
    job.store.state.abandon(stale)
    job.commit(job.granted("heir", slot(2), now=60).lease, 5, now=60)
    return stale


def test_a_commit_sets_cursor_progress_and_lease(job: Job) -> None:
    lease = job.granted("run", slot(0)).lease

    renewed = job.commit(lease, 7, now=3)

    assert renewed == Lease(job.key, lease.run, lease.fence, at(3) + LEASE, slot(0))
    control = job.control()
    assert control.cursor == {"seen": 7}
    assert control.progress == Counts(read=7, created=7)
    assert control.quarantined == 7
    assert control.lease_until == at(3) + LEASE
    assert (control.run, control.run_slot, control.fence) == ("run", slot(0), lease.fence)


def test_a_commit_repeated_changes_nothing(job: Job) -> None:
    lease = job.granted("run", slot(0)).lease
    job.commit(lease, 7)
    before = job.control()
    job.commit(lease, 7)
    assert job.control() == before


def test_a_cursor_keeps_its_values_and_their_types(job: Job) -> None:
    cursor = {"updated_at": "2026-11-20T22:00:00.000Z", "id": 1, "all": True, "page": None}
    lease = job.granted("run", slot(0)).lease
    job.store.state.control.commit(lease, Commit(cursor, Counts(), 0, at(9)))
    assert repr(sorted(job.control().cursor.items())) == repr(sorted(cursor.items()))


def test_a_commit_keeps_the_job_from_others_beyond_the_first_lease(job: Job) -> None:
    lease = job.granted("slow", slot(0)).lease
    job.commit(lease, 1, now=9)

    refused = job.refused("other", slot(2), now=15)

    assert (refused.refusal, refused.blocker) == (Refusal.OVERLAP, "slow")


def test_a_run_whose_lease_ran_out_may_go_on_while_nobody_has_taken_over(job: Job) -> None:
    lease = job.granted("slow", slot(0)).lease
    assert job.commit(lease, 1, now=60).until == at(60) + LEASE


def test_a_run_that_was_overtaken_cannot_commit(job: Job) -> None:
    stale = overtaken(job)
    before = job.control()
    with pytest.raises(LostLeaseError, match=r"stale.*heir"):
        job.commit(stale, 99, now=61)
    assert job.control() == before


def test_a_run_that_was_overtaken_cannot_release(job: Job) -> None:
    stale = overtaken(job)
    before = job.control()
    with pytest.raises(LostLeaseError, match=r"stale.*heir"):
        job.release(stale, cursor=99, now=61)
    assert job.control() == before


def test_a_run_that_was_overtaken_cannot_release_after_its_heir_did(job: Job) -> None:
    stale = job.granted("stale", slot(0)).lease
    job.store.state.abandon(stale)
    job.release(job.granted("heir", slot(2), now=60).lease, cursor=5, now=61)
    with pytest.raises(LostLeaseError):
        job.release(stale, cursor=99, now=62)
    assert job.control().cursor == {"seen": 5}


def test_a_released_run_cannot_commit(job: Job) -> None:
    lease = job.granted("run", slot(0)).lease
    job.release(lease, cursor=3)
    before = job.control()
    with pytest.raises(LostLeaseError):
        job.commit(lease, 99)
    assert job.control() == before


def test_a_lease_of_a_job_without_record_is_lost(job: Job) -> None:
    lease = Lease(JobKey(f"{job.key.job}-never-ran"), RunId("run"), 1, at(10))
    with pytest.raises(LostLeaseError):
        job.commit(lease, 1)
    assert job.store.state.control.read(lease.key) is None


def test_success_closes_the_slot_and_frees_the_job(job: Job) -> None:
    lease = job.granted("run", slot(0)).lease
    job.release(lease, now=2, cursor=9)

    control = job.control()
    assert control.done == {"default": at(0)}
    assert (control.owner, control.run, control.run_slot, control.lease_until) == (None, None, None, None)
    assert control.cursor == {"seen": 9}
    assert control.quarantined == 9
    assert control.fence == lease.fence
    assert (control.last_run, control.last_status) == ("run", Status.SUCCEEDED)
    assert control.last_ended_at == at(2)
    assert job.refused("again", slot(0)).refusal is Refusal.DUPLICATE
    assert job.granted("next", slot(2)).lease.fence == lease.fence + 1


@pytest.mark.parametrize("status", [Status.FAILED, Status.INCOMPLETE])
def test_a_run_that_did_not_succeed_leaves_its_slot_open(job: Job, status: Status) -> None:
    job.release(job.granted("first", slot(0)).lease, status)

    assert job.control().done == {}
    assert job.control().last_status is status
    assert job.granted("again", slot(0)).control.previous_run is None


def test_a_release_repeated_after_its_answer_was_lost_is_harmless(job: Job) -> None:
    lease = job.granted("run", slot(0)).lease
    job.release(lease, cursor=3, idle_runs=1)
    before = job.control()
    job.release(lease, cursor=3, idle_runs=1)
    assert job.control() == before


def test_a_release_repeated_after_another_run_has_begun_changes_nothing(job: Job) -> None:
    lease = job.granted("run", slot(0)).lease
    job.release(lease, cursor=3)
    job.granted("next", slot(2))
    before = job.control()
    job.release(lease, cursor=3)
    assert job.control() == before


def test_an_idle_run_is_counted_where_it_says_so(job: Job) -> None:
    job.release(job.granted("idle", slot(0)).lease, now=2, idle_runs=4)
    assert (job.control().idle_runs, job.control().last_idle_at) == (4, at(2))
    job.release(job.granted("busy", slot(3), now=3).lease, now=5)
    assert (job.control().idle_runs, job.control().last_idle_at) == (4, at(2))


@pytest.mark.parametrize("rechecked", [1, None])
def test_a_release_ends_the_request_to_recheck_only_where_it_says_so(job: Job, rechecked: int | None) -> None:
    job.store.state.control.request_recheck(job.key)
    job.release(job.granted("run").lease, rechecked=rechecked)
    assert job.control().is_recheck_due is (rechecked is None)


def test_a_request_to_recheck_made_while_a_run_does_one_is_left_for_the_next(job: Job) -> None:
    job.store.state.control.request_recheck(job.key)
    granted = job.granted("run")
    job.store.state.control.request_recheck(job.key)
    job.release(granted.lease, rechecked=granted.control.rechecks)
    again = job.granted("next")
    assert again.control.is_recheck_due
    job.release(again.lease, rechecked=again.control.rechecks)
    assert not job.control().is_recheck_due


def test_a_release_by_hand_closes_no_slot(job: Job) -> None:
    job.fail("first", slot(0))
    job.succeed("by hand")
    assert job.control().done == {}
    assert job.granted("again", slot(0)).lease.slot == slot(0)
