"""Which slots are open, and when each is due to be resumed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from nightshift.manifest import CompiledManifest, JobEntry, ScheduleEntry
from nightshift.state.models import Control, JobKey, Pause, RunId, Slot, Status
from nightshift.state.watches import Look
from nightshift.watch.open import due_slots, open_slots
from support.driving import at, slot

KEY = JobKey("sync")
ENTRY = JobEntry(
    "sync", "handler", 10, function="sync", schedules=(ScheduleEntry("default"), ScheduleEntry("nightly"))
)


def resumed(control: Control, now: float, entry: JobEntry = ENTRY) -> list[Slot]:
    manifest = CompiledManifest({"sync": entry})
    return [found for _, found in due_slots(manifest, Look({KEY: control}, {}), at(now))]


def ended(status: Status, minute: float, **more: object) -> Control:
    """The slot of minute 0 began, and its last run ended at another."""
    values: dict[str, object] = {
        "slots": {"default": at(0)},
        "last_status": status,
        "last_ended_at": at(minute),
    }
    return Control(**values | more)  # type: ignore[arg-type]


def test_a_slot_is_open_from_its_claim_until_it_succeeds() -> None:
    assert open_slots(ENTRY, KEY, Control()) == []
    begun = Control(slots={"default": at(2)}, done={"default": at(0)})
    assert open_slots(ENTRY, KEY, begun) == [slot(2)]
    assert open_slots(ENTRY, KEY, replace(begun, done={"default": at(2)})) == []
    assert open_slots(ENTRY, KEY, replace(begun, done={})) == [slot(2)]


def test_the_oldest_open_slot_comes_first_and_alone() -> None:
    both = ended(Status.INCOMPLETE, 1, slots={"nightly": at(-5), "default": at(0)})
    assert open_slots(ENTRY, KEY, both) == [slot(-5, "nightly"), slot(0)]
    assert resumed(both, 6) == [slot(-5, "nightly")]


@pytest.mark.parametrize(
    "entry",
    [
        replace(ENTRY, enabled=False),
        replace(ENTRY, schedules=(ScheduleEntry("default", enabled=False),)),
        replace(ENTRY, schedules=(ScheduleEntry("renamed"),)),
        replace(ENTRY, schedules=(ScheduleEntry("default", storefronts=("main",)),)),
    ],
)
def test_what_the_manifest_no_longer_fires_is_not_resumed(entry: JobEntry) -> None:
    assert resumed(ended(Status.INCOMPLETE, 1), 6) == [slot(0)]
    assert resumed(ended(Status.INCOMPLETE, 1), 6, entry) == []


def test_while_it_is_paused_nothing_is_resumed() -> None:
    assert resumed(ended(Status.INCOMPLETE, 1, pause=Pause("why", at(2))), 6) == []


def test_a_live_run_is_left_alone_and_a_dead_one_is_taken_up_at_once() -> None:
    working = ended(Status.FAILED, -3, run=RunId("run"), run_slot=slot(0), lease_until=at(5))
    assert resumed(working, 5) == []
    assert resumed(working, 5.1) == [slot(0)]


@pytest.mark.parametrize("status", [Status.INCOMPLETE, Status.SUCCEEDED, Status.INTERRUPTED])
def test_what_did_not_fail_is_resumed_at_the_next_look(status: Status) -> None:
    # A success is another schedule's or a person's: the slot's own run was stopped before it.
    assert resumed(ended(status, 1), 1.1) == [slot(0)]


def test_a_failure_waits_as_long_as_all_that_came_before_it_and_five_minutes_at_least() -> None:
    assert resumed(ended(Status.FAILED, 3), 7.9) == []
    assert resumed(ended(Status.FAILED, 3), 8) == [slot(0)]
    assert resumed(ended(Status.FAILED, 20), 39.9) == []
    assert resumed(ended(Status.FAILED, 20), 40) == [slot(0)]


def test_a_slot_that_fails_for_ever_is_tried_a_dozen_times_a_day_and_not_each_time() -> None:
    tries, last, now = 0, 0.0, 0.0
    while now < timedelta(days=1) / timedelta(minutes=1):
        now += 5
        if resumed(ended(Status.FAILED, last), now):
            tries, last = tries + 1, now
    assert tries == 9


def test_a_slot_that_was_counted_is_resumed_though_no_execution_is_left() -> None:
    entry = replace(ENTRY, max_executions=1)
    assert resumed(ended(Status.INCOMPLETE, 1, executions={"default": 1}), 6, entry) == [slot(0)]
