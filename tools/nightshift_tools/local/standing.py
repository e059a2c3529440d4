"""How a job stands, told from its control record: what `status` shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from nightshift.manifest import JobEntry
from nightshift.state.models import Control, JobKey, Status
from nightshift.state.ports import State
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
    """A job of one storefront, with its control record."""

    key: JobKey
    standing: Standing
    control: Control
    next_firing: datetime | None

    @property
    def last_run_at(self) -> datetime | None:
        """When the last run ended, an idle one included."""
        return self.control.last_ended_at


def read_status(entry: JobEntry, key: JobKey, state: State, now: datetime) -> JobStatus:
    control = state.control.read(key) or Control()
    standing = _standing(entry, control, is_alive=_is_alive(state, key, control, now))
    return JobStatus(key, standing, control, next_firing(entry, now))


def _standing(entry: JobEntry, control: Control, *, is_alive: bool) -> Standing:
    if is_alive:
        return Standing.RUNNING
    if control.run is not None:
        return Standing.INTERRUPTED
    if control.pause is not None:
        return Standing.PAUSED
    if entry.schedules and not enabled_schedules(entry):
        return Standing.DISABLED
    return Standing.FAILED if control.last_status is Status.FAILED else Standing.IDLE


def _is_alive(state: State, key: JobKey, control: Control, now: datetime) -> bool:
    """A run works on it: on this machine its lock tells, elsewhere its lease."""
    if isinstance(state, SqliteState):
        return control.run is not None and state.control.is_worked_on(key, now)
    return control.is_leased(now)
