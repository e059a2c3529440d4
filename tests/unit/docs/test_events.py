"""`events/` has what each function is given: by its schedules, for each storefront, by hand, as a dry run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nightshift.manifest import read_manifest
from nightshift.trigger import Kind, Trigger, parse_trigger
from nightshift_tools.local.slots import is_firing

ROOT = Path(__file__).resolve().parents[3]
MANIFEST = read_manifest(ROOT / "functions" / "manifest.json")
FILES = sorted((ROOT / "events").glob("*.json"))
OF_NO_JOB = {"watchdog-by-hand", "watchdog-scheduled", "run-batch-job-message"}
"""Of the engine's own function, and of the queue of batch jobs. `batch-api-…` is of the HTTP API."""


def events_of(job: str) -> dict[str, Any]:
    """The events of a job's files by what stands after its name."""
    others = [name for name in MANIFEST.jobs if name.startswith(f"{job}-")]
    return {
        path.stem.removeprefix(f"{job}-"): json.loads(path.read_text())
        for path in FILES
        if path.stem.startswith(f"{job}-")
        and path.stem not in OF_NO_JOB
        and not any(path.stem.startswith(f"{name}-") for name in others)
    }


def triggers_of(job: str) -> dict[str, Trigger]:
    return {name: parse_trigger(event, MANIFEST.job(job)) for name, event in events_of(job).items()}


@pytest.mark.parametrize("job", MANIFEST.jobs)
def test_each_storefront_has_a_scheduled_event(job: str) -> None:
    triggers = triggers_of(job)
    scheduled = {trigger.key for trigger in triggers.values() if trigger.kind is Kind.SCHEDULE}
    if MANIFEST.job(job).schedules:
        assert scheduled == set(MANIFEST.job(job).keys)


@pytest.mark.parametrize("job", MANIFEST.jobs)
def test_each_can_be_run_by_hand_and_dry(job: str) -> None:
    triggers = triggers_of(job)
    assert triggers["by-hand"].kind is Kind.BY_HAND
    assert not triggers["by-hand"].settings.get("dry_run")
    assert triggers["dry-run"].settings["dry_run"] is True


@pytest.mark.parametrize("job", MANIFEST.jobs)
def test_a_slot_in_a_file_is_one_at_which_its_schedule_fires(job: str) -> None:
    for name, trigger in triggers_of(job).items():
        if trigger.slot is not None:
            schedule = MANIFEST.job(job).schedule(trigger.slot.schedule)
            assert schedule is not None
            assert is_firing(schedule, trigger.slot.minute), name


def test_there_is_no_event_of_nobody() -> None:
    known = {f"{job}-{name}" for job in MANIFEST.jobs for name in events_of(job)} | OF_NO_JOB
    unknown = {path.stem for path in FILES} - known
    assert {name for name in unknown if not name.startswith("batch-api-")} == set()
