"""What the state holds, as frozen values: keys, control record, leases, runs, quarantine, fingerprints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from typing import NewType, TypeAlias

from nightshift.times import to_text

RunId = NewType("RunId", str)

Cursor: TypeAlias = Mapping[str, "str | int | bool | None"]
"""How far a job has read and written: a small flat mapping that the job's way of reading defines."""


@dataclass(frozen=True, slots=True)
class JobKey:
    """A job of one storefront: the owner of a control record, runs, quarantine and fingerprints."""

    job: str
    storefront: str | None = None

    def __str__(self) -> str:
        return self.job if self.storefront is None else f"{self.job}@{self.storefront}"


@dataclass(frozen=True, slots=True)
class Slot:
    """One firing of a schedule: its name and the scheduled UTC minute."""

    schedule: str
    minute: datetime


@dataclass(frozen=True, slots=True)
class Pause:
    reason: str
    since: datetime


class Status(StrEnum):
    """How a run stands or ended."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    INCOMPLETE = "incomplete"
    FAILED = "failed"
    SKIPPED = "skipped"
    INTERRUPTED = "interrupted"


class Refusal(StrEnum):
    """Why a claim was not granted."""

    DUPLICATE = "duplicate"  # the slot succeeded before
    TOO_LATE = "too late"  # a later slot of the schedule has begun
    SLOT_HELD = "slot held"  # a live run works on this very slot
    OVERLAP = "overlap"  # a live run works on another slot, or by hand
    PAUSED = "paused"
    EXHAUSTED = "exhausted"  # max_executions is used up


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the records of a run.

    `read` counts those of which it is known: always created + updated + unchanged + quarantined.
    """

    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    quarantined: int = 0
    removed: int = 0
    pages: int = 0
    batches: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(Counts)))

    def as_dict(self) -> dict[str, int]:
        return {f.name: getattr(self, f.name) for f in fields(Counts)}


@dataclass(frozen=True, slots=True)
class Control:
    """The control record of a job: who works, how far it has come, what an operator has set.

    `slots`, `done` and `executions` are per schedule name: the last slot claimed, the last slot that
    succeeded, the slots counted against `max_executions`. `rechecks` counts the requests of operators, and
    `rechecked` those that a run has met: numbers tell a request made during a run from the one it ends.
    `resumed_at` is when the last pause ended.
    `previous_progress` is how far `previous_run` came.
    """

    fence: int = 0
    owner: RunId | None = None
    lease_until: datetime | None = None
    run: RunId | None = None
    run_slot: Slot | None = None
    previous_run: RunId | None = None
    cursor: Cursor = field(default_factory=dict)
    slots: Mapping[str, datetime] = field(default_factory=dict)
    done: Mapping[str, datetime] = field(default_factory=dict)
    executions: Mapping[str, int] = field(default_factory=dict)
    pause: Pause | None = None
    resumed_at: datetime | None = None
    overrides: Mapping[str, str] = field(default_factory=dict)
    progress: Counts = Counts()
    previous_progress: Counts = Counts()
    quarantined: int = 0
    rechecks: int = 0
    rechecked: int = 0
    idle_runs: int = 0
    last_idle_at: datetime | None = None
    last_run: RunId | None = None
    last_status: Status | None = None
    last_ended_at: datetime | None = None

    @property
    def is_recheck_due(self) -> bool:
        """An operator has asked for a recheck since the last one began."""
        return self.rechecks > self.rechecked

    def is_leased(self, now: datetime) -> bool:
        """A run holds the lease and may still be working."""
        # Compared as the record keeps instants, to the millisecond: the write that claims compares them so.
        return self.lease_until is not None and to_text(self.lease_until) >= to_text(now)


@dataclass(frozen=True, slots=True)
class ClaimRequest:
    """What a run asks for before it may work. `slot` is None for a run by hand."""

    key: JobKey
    run: RunId
    now: datetime
    lease_until: datetime
    slot: Slot | None = None
    max_executions: int | None = None


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work until `until`; every later write of the run carries its fence."""

    key: JobKey
    run: RunId
    fence: int
    until: datetime
    slot: Slot | None = None


@dataclass(frozen=True, slots=True)
class Granted:
    """The claim was granted. `control` is the record as the claim left it."""

    lease: Lease
    control: Control


@dataclass(frozen=True, slots=True)
class Refused:
    """The claim was refused, and by what. `control` is the record as it stood; nothing was changed."""

    refusal: Refusal
    control: Control
    blocker: RunId | None = None


@dataclass(frozen=True, slots=True)
class Commit:
    """What one commit sets, in absolute values: a repeated request changes nothing."""

    cursor: Cursor
    progress: Counts
    quarantined: int
    lease_until: datetime


@dataclass(frozen=True, slots=True)
class Release:
    """How a run leaves the control record. `done` marks its slot as succeeded.

    `idle_runs` and `rechecked` are new absolute counts; None leaves them.
    """

    status: Status
    ended_at: datetime
    cursor: Cursor
    quarantined: int
    done: bool
    idle_runs: int | None = None
    rechecked: int | None = None


@dataclass(frozen=True, slots=True)
class RunFailure:
    """Why a run failed: the exception's class and its text, which is written for a person."""

    kind: str
    message: str


@dataclass(frozen=True, slots=True)
class Usage:
    """What DynamoDB was asked and has charged: requests by operation, read and write units."""

    requests: Mapping[str, int]
    read_units: float
    write_units: float

    def as_dict(self) -> dict[str, object]:
        return {
            "requests": dict(self.requests),
            "read_units": self.read_units,
            "write_units": self.write_units,
        }


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run as `runs` and `show` present it.

    `trigger_reason` is why a person asked for it. `requests` counts HTTP requests by service; `results` are
    what the job itself reported, by name. `state` is what its state and its logs used, where they are
    DynamoDB's; None where nothing is charged. `invocation` is Lambda's id of the request, the same in each
    try of one event.
    """

    id: RunId
    key: JobKey
    trigger: str
    status: Status
    started_at: datetime
    slot: Slot | None = None
    fence: int = 0
    ended_at: datetime | None = None
    reason: str | None = None
    blocked_by: RunId | None = None
    counts: Counts = Counts()
    cursor_before: Cursor = field(default_factory=dict)
    cursor_after: Cursor = field(default_factory=dict)
    batch_size: int = 0
    dry_run: bool = False
    full: bool = False
    idle: bool = False
    requests: Mapping[str, int] = field(default_factory=dict)
    results: Mapping[str, str | int] = field(default_factory=dict)
    state: Usage | None = None
    failure: RunFailure | None = None
    invocation: str | None = None
    trigger_reason: str | None = None
    expires_at: datetime | None = None

    @property
    def duration_ms(self) -> int | None:
        """Milliseconds from start to end; None while it runs."""
        if self.ended_at is None:
            return None
        return round((self.ended_at - self.started_at).total_seconds() * 1000)


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A record set aside. `digest` is the fingerprint of the payload that was refused.

    It is tried again while `attempts` is at most the job's `max_retries`, or when its payload changes.
    """

    record: str
    reason: str
    attempts: int
    first_seen: datetime
    last_seen: datetime
    digest: str
    run: RunId


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """One packed range of fingerprints: `range` names it and sorts, `body` is opaque to the store."""

    range: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Intent:
    """What is to be done once outside, written down before it is done, and what came of it.

    `kind` and `key` say what it is, `state` is a word of whoever sends it, `body` what is sent. Each change
    is a move to the next `revision`, from 1; of two that move it at once, one does.
    """

    kind: str
    key: str
    revision: int
    state: str
    run: RunId
    at: datetime
    body: Mapping[str, object] = field(default_factory=dict)
    expires_at: datetime | None = None

    def is_live(self, now: datetime) -> bool:
        """It has not expired, whether or not TTL has removed it yet."""
        return self.expires_at is None or self.expires_at > now
