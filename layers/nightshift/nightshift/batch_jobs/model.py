"""A batch job as it is kept: whose it is, what it does, how far it has come, who works on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType, TypeAlias

BatchJobId = NewType("BatchJobId", str)

Context: TypeAlias = Mapping[str, object]
"""What a batch job is to do, in the words of its strategy. JSON."""

Place: TypeAlias = Mapping[str, "str | int | bool | None"]
"""How far a phase has come, in the words of its strategy: where to go on after a crash."""

JOB = "run-batch-job"
"""The job that works batch jobs off."""

QUEUE = "batch-jobs"
"""The name of its queue, after the stack's and a '-'."""

MAX_ROW_ERRORS = 10_000
"""Rows that may fail in one phase. A file with more is not what it should be, and its batch job fails."""


class Status(StrEnum):
    """Where a batch job stands. It follows from its instants: the last of these that it has counts."""

    CREATED = "created"
    PRE_PROCESSED = "pre_processed"
    CONFIRMED = "confirmed"
    PROCESSING = "processing"
    COMPLETED = "completed"
    CANCELED = "canceled"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Stat:
    """One line of the plan that pre-processing makes: Medusa's `stat_descriptors`."""

    key: str
    name: str
    message: str


@dataclass(frozen=True, slots=True)
class Result:
    """What has come of a batch job so far. `count` is None until it is known.

    `count` and `advancement_count` are what a progress bar shows: rows of an import, records of an export.
    `errors` are those of the whole batch job, in words; `row_errors` counts rows that failed, each of which
    is in the error file. Keys of files are of the files port.
    """

    count: int | None = None
    advancement_count: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    row_errors: int = 0
    errors: tuple[str, ...] = ()
    stat_descriptors: tuple[Stat, ...] = ()
    file_key: str | None = None
    file_size: int | None = None
    error_file_key: str | None = None

    @property
    def progress(self) -> float:
        """From 0 to 1."""
        if not self.count:
            return 0.0 if self.count is None else 1.0
        return min(1.0, self.advancement_count / self.count)


@dataclass(frozen=True, slots=True)
class BatchJob:
    """One batch job. `dry_run` keeps Medusa's meaning: stop after pre-processing and wait for a confirmation.

    Each write of it is a move to the next `revision`, from 1; of two at once, one is made. `worker` is who
    has it until `lease_until`, and `fence` counts the workers it has had. `attempts` counts those that came
    to nothing since the last progress.
    """

    id: BatchJobId
    type: str
    created_by: str
    created_at: datetime
    updated_at: datetime
    expires_at: datetime
    context: Context = field(default_factory=dict)
    dry_run: bool = False
    batch_size: int = 100
    revision: int = 1
    pre_processed_at: datetime | None = None
    confirmed_at: datetime | None = None
    processing_at: datetime | None = None
    completed_at: datetime | None = None
    canceled_at: datetime | None = None
    failed_at: datetime | None = None
    result: Result = Result()
    place: Place = field(default_factory=dict)
    fence: int = 0
    worker: str | None = None
    lease_until: datetime | None = None
    attempts: int = 0

    @property
    def status(self) -> Status:
        """Failed beats all, and canceled beats completed (Medusa v1)."""
        for status, instant in (
            (Status.FAILED, self.failed_at),
            (Status.CANCELED, self.canceled_at),
            (Status.COMPLETED, self.completed_at),
            (Status.PROCESSING, self.processing_at),
            (Status.CONFIRMED, self.confirmed_at),
            (Status.PRE_PROCESSED, self.pre_processed_at),
        ):
            if instant is not None:
                return status
        return Status.CREATED

    @property
    def is_open(self) -> bool:
        """There is something to do for a worker."""
        return self.status in (Status.CREATED, Status.CONFIRMED, Status.PROCESSING)

    @property
    def is_over(self) -> bool:
        """Nothing more will be done."""
        return self.status in (Status.COMPLETED, Status.CANCELED, Status.FAILED)

    def is_leased(self, now: datetime) -> bool:
        """Somebody may be at work on it."""
        return self.lease_until is not None and self.lease_until >= now

    def is_live(self, now: datetime) -> bool:
        """It has not expired, whether or not TTL has removed it yet."""
        return self.expires_at > now


@dataclass(frozen=True, slots=True)
class RowError:
    """One row that was not applied: where it stands in the file, what stands there, and why not.

    `line` counts from 1, the header's line included. `column` is empty where the whole row is meant.
    """

    line: int
    column: str
    value: str
    reason: str
