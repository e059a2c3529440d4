"""Weeks of dropped ticks, dead runs, pauses and deploys hold what is promised; and a broken rule shows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from nightshift.state.models import JobKey, Slot
from nightshift.watch import keys, missing, watchdog
from nightshift.watch import open as open_
from support.watch_checks import broken_promises
from support.watch_story import days, weeks
from support.watch_world import World, open_now

DAYS_OF_A_MUTANT = 9
"""In so many days, three deploys among them, each mutant shows."""


def breaches(world: World) -> list[str]:
    return broken_promises(world.truth, world.clock.now())


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.faults)])
def test_every_open_slot_ends_no_slot_succeeds_twice_and_what_is_missing_is_told_and_nothing_else(
    seed: int,
) -> None:
    world = weeks(seed)
    assert breaches(world) == []
    assert open_now(world) == []
    # There was something to find.
    assert world.truth.resumed > 50
    assert len({(watched, slot) for _, watched, slot in world.truth.reported}) > 10
    assert world.truth.dead_letters


def _with_the_time_of_the_look(self: Any, key: JobKey, slot: Slot) -> bool:
    minute = self.clock.now().replace(second=0, microsecond=0)
    return bool(RESUME(self, key, Slot(slot.schedule, minute)))


RESUME, SUSPECTS, DUE, OVERDUE = watchdog.Watchdog._resume, missing.suspects, open_._is_due, missing.overdue

MUTANTS: dict[str, tuple[object, str, object]] = {
    "a pause is not waited for": (
        watchdog,
        "suspects",
        lambda entry, key, control, *rest: SUSPECTS(entry, key, replace(control, pause=None), *rest),
    ),
    "the end of a pause is forgotten": (
        watchdog,
        "suspects",
        lambda entry, key, control, *rest: SUSPECTS(entry, key, replace(control, resumed_at=None), *rest),
    ),
    "a slot is resumed as another": (watchdog.Watchdog, "_resume", _with_the_time_of_the_look),
    "nothing is resumed": (watchdog, "due_slots", lambda *of: iter(())),
    "what failed is never resumed": (
        open_,
        "_is_due",
        lambda slot, control, now: control.run is not None or control.last_status != "failed",
    ),
    "a late tick is missing at once": (missing, "LONGEST_WAIT", timedelta(0)),
    "a tick on its way is missing": (missing, "DELIVERY", timedelta(seconds=-1)),
    "a day is waited for": (missing, "LONGEST_WAIT", timedelta(days=1)),
    "what was deployed just now is watched from the beginning": (
        keys,
        "Watched",
        lambda meaning, since: WATCHED(meaning, since - timedelta(days=2)),
    ),
    "skips are not asked for": (watchdog, "seen_until", lambda slot, records: None),
    "any run records answer": (watchdog, "seen_until", lambda slot, records: slot.minute),
    "a run that has ended since answers": (
        missing,
        "_was_at_work",
        lambda control, minute, now: control.last_ended_at is not None and control.last_ended_at >= minute,
    ),
    "max_executions is not heeded": (missing, "_is_exhausted", lambda entry, schedule, control: False),
}
WATCHED = keys.Watched


@pytest.mark.faults
def test_on_no_day_of_a_mutant_anything_shows_where_nothing_is_broken() -> None:
    for world in days(1, DAYS_OF_A_MUTANT):
        assert breaches(world) == []


@pytest.mark.faults
@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_broken_rule_shows(monkeypatch: pytest.MonkeyPatch, mutant: str) -> None:
    module, name, broken = MUTANTS[mutant]
    monkeypatch.setattr(module, name, broken)
    assert any(breaches(world) for world in days(1, DAYS_OF_A_MUTANT))
