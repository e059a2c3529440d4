"""How a job stands, told from its control record: what `status` shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from nightshift.manifest import JobEntry
from nightshift.state.models import Control, JobKey, Slot, Status
from nightshift.state.ports import State
from nightshift.state.watches import Watches
from nightshift.watch import LOOK_BACK, open_slots, seen_until, suspects
from nightshift_tools.embedded import SqliteState
from nightshift_tools.local.firings import enabled_schedules, next_firing


class Standing(StrEnum):
    """One word for a job; the first that holds, in this order."""

    RUNNING = "running"
    INTERRUPTED = "interrupted"  # its last run died; the next one takes over
    PAUSED = "paused"
    DISABLED = "disabled"  # the manifest fires none of its schedules
    FAILED = "failed"  # its last run did
    IDLE = "idle"


@dataclass(frozen=True, slots=True)
class JobStatus:
    """A job of one storefront, with its control record.

    `open_slots` began and did not succeed, and no run is at work on them; `missing` were never claimed.
    """

    key: JobKey
    standing: Standing
    control: Control
    next_firing: datetime | None
    open_slots: tuple[Slot, ...] = ()
    missing: tuple[Slot, ...] = ()

    @property
    def last_run_at(self) -> datetime | None:
        """When the last run ended, an idle one included."""
        return self.control.last_ended_at


def read_status(entry: JobEntry, key: JobKey, state: State, watches: Watches, now: datetime) -> JobStatus:
    """`watches` is what the watchdog remembers: where none has looked, nothing is missing."""
    control = state.control.read(key) or Control()
    at_work = is_alive(state, key, control, now)
    return JobStatus(
        key,
        _standing(entry, control, at_work=at_work),
        control,
        next_firing(entry, now),
        () if at_work else tuple(open_slots(entry, key, control)),
        tuple(_missing(entry, key, control, state, watches, now)),
    )


def _missing(
    entry: JobEntry, key: JobKey, control: Control, state: State, watches: Watches, now: datetime
) -> list[Slot]:
    found = list(suspects(entry, key, control, watches.get(key, {}), now))
    records = state.runs.latest(key, LOOK_BACK, now) if found else ()
    return [slot for slot in found if seen_until(slot, records) is None]


def _standing(entry: JobEntry, control: Control, *, at_work: bool) -> Standing:
    if at_work:
        return Standing.RUNNING
    if control.run is not None:
        return Standing.INTERRUPTED
    if control.pause is not None:
        return Standing.PAUSED
    if entry.schedules and not enabled_schedules(entry):
        return Standing.DISABLED
    return Standing.FAILED if control.last_status is Status.FAILED else Standing.IDLE


def is_alive(state: State, key: JobKey, control: Control, now: datetime) -> bool:
    """A run works on it: on this machine its lock tells, elsewhere its lease."""
    if isinstance(state, SqliteState):
        return control.run is not None and state.control.is_worked_on(key, now)
    return control.is_leased(now)
