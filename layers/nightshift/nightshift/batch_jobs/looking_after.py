"""Which batch jobs a worker must be told of again: open, and in nobody's hands."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from nightshift.batch_jobs.model import BatchJob
from nightshift.batch_jobs.ports import BatchJobQueue, BatchJobStore

FRESH = timedelta(minutes=2)
"""One that was just created or confirmed has its message on the way."""

_FIRST_WAIT, _LONGEST_WAIT = timedelta(minutes=5), timedelta(hours=1)


def due(store: BatchJobStore, now: datetime) -> Iterator[BatchJob]:
    """Those that are open and in nobody's hands, oldest first.

    One whose worker was killed or ran out of time goes on at once, one whose workers came to nothing after
    ever longer waits.
    """
    for job in store.unfinished(now):
        if not job.is_leased(now) and now - job.updated_at >= _wait(job):
            yield job


def send_due(store: BatchJobStore, queue: BatchJobQueue, now: datetime) -> list[BatchJob]:
    """Tell a worker of each that is due. TryLaterError where the queue takes none."""
    found = list(due(store, now))
    for job in found:
        queue.send(job.id)
    return found


def _wait(job: BatchJob) -> timedelta:
    if job.attempts:
        # A worker that was killed leaves its lease, which is over by now: then nothing more is waited for.
        if job.lease_until is not None:
            return timedelta(0)
        return min(_FIRST_WAIT * (1 << min(job.attempts - 1, 8)), _LONGEST_WAIT)
    return timedelta(0) if job.fence else FRESH
