"""Open slots: begun, and not succeeded. Which of them are to be resumed, and when."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import TypeAlias

from nightshift.manifest import CompiledManifest, JobEntry
from nightshift.state.models import Control, JobKey, Slot, Status
from nightshift.state.watches import Look
from nightshift.watch.keys import firing

IsAlive: TypeAlias = Callable[[JobKey, Control, datetime], bool]
"""A run works on a job. Its lease tells on AWS, on one machine its lock."""

LEAST_WAIT = timedelta(minutes=5)
"""After a failure: Lambda tries the same event again by itself, after one minute and after two more."""


def leased(key: JobKey, control: Control, now: datetime) -> bool:
    """A run is alive as far as its lease tells."""
    return control.is_leased(now)


def open_slots(entry: JobEntry, key: JobKey, control: Control) -> list[Slot]:
    """The slots that began and have not succeeded, oldest first. A later slot of a schedule replaces one.

    What the manifest no longer fires is not among them: it would be refused. Whether `max_executions` is used
    up does not matter, because a slot that began has been counted.
    """
    begun = [
        Slot(schedule.name, control.slots[schedule.name])
        for schedule in firing(entry, key)
        if schedule.name in control.slots
    ]
    open_ = [slot for slot in begun if not _is_done(control, slot)]
    return sorted(open_, key=lambda slot: (slot.minute, slot.schedule))


def due_slots(
    manifest: CompiledManifest, look: Look, now: datetime, is_alive: IsAlive = leased
) -> Iterator[tuple[JobKey, Slot]]:
    """What is to be resumed now. At most one slot of a job and storefront: two would only meet each other."""
    for key, control in look.controls.items():
        slots = [
            slot for slot in open_slots(manifest.job(key.job), key, control) if _is_due(slot, control, now)
        ]
        if slots and control.pause is None and not is_alive(key, control, now):
            yield key, slots[0]


def _is_done(control: Control, slot: Slot) -> bool:
    done = control.done.get(slot.schedule)
    return done is not None and slot.minute <= done


def _is_due(slot: Slot, control: Control, now: datetime) -> bool:
    """A run that was killed or stopped in time is resumed at once, a failure after ever longer waits.

    The wait is as long as all that came before it, so that it doubles, and nobody has to count.
    """
    ended = control.last_ended_at
    has_died = control.run is not None
    if has_died or ended is None or control.last_status is not Status.FAILED:
        return True
    return now - ended >= max(LEAST_WAIT, ended - slot.minute)
