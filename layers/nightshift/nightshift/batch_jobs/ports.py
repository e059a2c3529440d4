"""What batch jobs need of the outside: where they are kept, and how a worker hears of one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Protocol

from nightshift.batch_jobs.model import BatchJob, BatchJobId, RowError
from nightshift.times import to_text


class BatchJobStore(Protocol):
    """Batch jobs and their row errors. Every adapter passes one contract suite."""

    def get(self, batch_job: BatchJobId, now: datetime) -> BatchJob | None:
        """The batch job, strongly consistent; None where there is none, or it has expired."""
        ...

    def move(self, job: BatchJob, now: datetime) -> bool:
        """Write a batch job, in one conditional write, over the revision before it or, as revision 1, anew.

        False, and nothing changed, where somebody else has moved it. Repeating a move is harmless.
        """
        ...

    def latest(
        self, now: datetime, *, since: datetime | None = None, until: datetime | None = None, after: str = ""
    ) -> Iterator[BatchJob]:
        """Batch jobs by creation, newest first, created from `since` to `until`, a page at a time.

        `after` is the `place_of` of the last one that the caller has seen.
        """
        ...

    def unfinished(self, now: datetime) -> Iterator[BatchJob]:
        """Batch jobs with something to do for a worker, oldest first. Eventually consistent."""
        ...

    def put_errors(self, job: BatchJob, phase: int, row: int, errors: Sequence[RowError]) -> None:
        """Keep the errors of the batch that begins at a row. Written again, they replace what was there."""
        ...

    def drop_errors(self, job: BatchJob, phase: int, row: int) -> None:
        """Forget the errors of batches that begin at this row or behind it: they are done again."""
        ...

    def errors(self, batch_job: BatchJobId) -> Iterator[RowError]:
        """Every row error, of the first phase before the second, in the order of rows, a page at a time."""
        ...


class BatchJobQueue(Protocol):
    """How a worker is told that there is something to do. It may be told twice, late, or not at all: the
    watchdog tells it again."""

    def send(self, batch_job: BatchJobId) -> None:
        """TryLaterError where it cannot be sent now."""
        ...


def message_of(batch_job: BatchJobId) -> str:
    """The body of a message that names a batch job."""
    return f'{{"batch_job": "{batch_job}"}}'


def place_of(job: BatchJob) -> str:
    """Where a batch job stands among all: a text that sorts by creation, and is never given twice."""
    return f"{to_text(job.created_at)}#{job.id}"
