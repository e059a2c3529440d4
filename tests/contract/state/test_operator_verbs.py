"""What an operator sets at any moment, while a run works too: it holds, and touches nothing of the run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from nightshift.errors import LostLeaseError
from nightshift.state.models import Control, JobKey, Pause, Refusal
from nightshift.state.ports import ControlStore
from support.driving import Job, at, slot

PAUSE = Pause("stock-taking", at(1))

VERBS: dict[str, tuple[Callable[[ControlStore, JobKey], None], Callable[[Control], Control]]] = {
    "pause": (
        lambda control, key: control.pause(key, PAUSE),
        lambda control: replace(control, pause=PAUSE),
    ),
    "resume": (
        lambda control, key: control.resume(key, at(3)),
        lambda control: replace(control, pause=None, resumed_at=at(3)),
    ),
    "set": (
        lambda control, key: control.override(key, "log_level", "DEBUG"),
        lambda control: replace(control, overrides={**control.overrides, "log_level": "DEBUG"}),
    ),
    "change a setting": (
        lambda control, key: control.override(key, "batch_size", "20"),
        lambda control: replace(control, overrides={**control.overrides, "batch_size": "20"}),
    ),
    "drop a setting": (
        lambda control, key: control.override(key, "batch_size", None),
        lambda control: replace(control, overrides={}),
    ),
    "drop a setting that is not set": (
        lambda control, key: control.override(key, "retention_days", None),
        lambda control: control,
    ),
    "recheck": (
        lambda control, key: control.request_recheck(key),
        lambda control: replace(control, rechecks=control.rechecks + 1),
    ),
}


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_changes_its_own_part_only_and_the_run_goes_on(job: Job, verb: str) -> None:
    act, expected = VERBS[verb]
    job.store.state.control.override(job.key, "batch_size", "15")
    job.succeed("before", slot(0), max_executions=9)
    lease = job.commit(job.granted("during", slot(2), max_executions=9).lease, 4)
    before = job.control()

    act(job.store.state.control, job.key)

    assert job.control() == expected(before)
    lease = job.commit(lease, 5)
    job.release(lease, cursor=5)
    after = job.control()
    assert (after.pause, after.overrides) == (expected(before).pause, expected(before).overrides)
    assert after.is_recheck_due is expected(before).is_recheck_due


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_works_on_a_job_that_never_ran(job: Job, verb: str) -> None:
    act, expected = VERBS[verb]
    act(job.store.state.control, job.key)
    assert job.control() == expected(Control())


def test_a_pause_holds_from_the_next_tick_until_it_is_lifted(job: Job) -> None:
    lease = job.granted("during", slot(0)).lease
    job.store.state.control.pause(job.key, PAUSE)
    job.release(job.commit(lease, 1))

    refused = job.refused("next", slot(2))
    assert (refused.refusal, refused.control.pause) == (Refusal.PAUSED, PAUSE)
    job.store.state.control.resume(job.key, at(1))
    assert job.granted("after", slot(2)).control.pause is None


def test_a_setting_whose_name_needs_care_is_kept_apart_from_the_record(job: Job) -> None:
    for name in ("fence", "run", "slot:default", "a.b", "#x", "set:set"):
        job.store.state.control.override(job.key, name, "1")
    job.succeed("run", slot(0))
    assert sorted(job.control().overrides) == ["#x", "a.b", "fence", "run", "set:set", "slot:default"]
    assert job.control().fence == 1


def test_the_cursor_is_not_reset_while_a_run_is_alive(job: Job) -> None:
    lease = job.commit(job.granted("alive", slot(0)).lease, 4)
    before = job.control()
    assert not job.store.state.control.reset_cursor(job.key, {"seen": 0}, at(2))
    assert job.control() == before
    assert job.commit(lease, 5).fence == lease.fence


def test_a_reset_moves_the_cursor_and_the_fence_and_nothing_else(job: Job) -> None:
    job.store.state.control.override(job.key, "batch_size", "15")
    job.release(job.granted("run", slot(0), max_executions=3).lease, cursor=8, idle_runs=2)
    before = job.control()

    assert job.store.state.control.reset_cursor(job.key, {"seen": 2}, at(3))

    assert job.control() == replace(before, cursor={"seen": 2}, fence=before.fence + 1)
    assert job.granted("next", slot(2)).control.cursor == {"seen": 2}


def test_a_reset_to_nothing_empties_the_cursor(job: Job) -> None:
    job.release(job.granted("run", slot(0)).lease, cursor=8)
    assert job.store.state.control.reset_cursor(job.key, {}, at(3))
    assert job.control().cursor == {}


def test_a_job_that_never_ran_may_be_given_a_cursor(job: Job) -> None:
    assert job.store.state.control.reset_cursor(job.key, {"seen": 2}, at(3))
    assert job.granted("first", slot(4)).control.cursor == {"seen": 2}


def test_a_run_thought_dead_cannot_commit_over_a_reset(job: Job) -> None:
    stale = job.commit(job.granted("stale", slot(0)).lease, 4)
    job.store.state.abandon(stale)
    assert job.store.state.control.reset_cursor(job.key, {"seen": 1}, at(60))
    with pytest.raises(LostLeaseError):
        job.commit(stale, 5, now=61)
    granted = job.granted("heir", slot(2), now=62)
    assert (granted.control.cursor, granted.control.previous_run) == ({"seen": 1}, "stale")
