"""The life cycle of a batch job: pure. Each step gives the next revision, or says why it cannot be.

Source of the guards: Medusa v1's BatchJobService. Instants are never taken back, so that a batch job that was
cancelled and fails is failed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from nightshift.batch_jobs.errors import WrongStateError
from nightshift.batch_jobs.model import BatchJob, Place, Result, Status

KEPT = timedelta(days=30)
"""How long a batch job is kept after its last change."""

_MAX_ERRORS = 20
_MAX_ERROR = 2_000


@dataclass(frozen=True, slots=True)
class Tenure:
    """The right to work on a batch job: the fence that says whose it is, and until when."""

    worker: str
    fence: int


def pre_processed(job: BatchJob, now: datetime) -> BatchJob:
    """The plan is made; without `dry_run` it is confirmed at once. Nothing where it was made before."""
    if job.status is Status.PRE_PROCESSED:
        return job
    if job.status is not Status.CREATED:
        raise WrongStateError("Cannot mark a batch job as pre processed if it is not created", job.status)
    after = _next(job, now, pre_processed_at=now, place={})
    return after if job.dry_run else replace(after, confirmed_at=now)


def confirmed(job: BatchJob, now: datetime) -> BatchJob:
    """The plan is to be carried out."""
    if job.status is not Status.PRE_PROCESSED:
        raise WrongStateError(
            "Cannot confirm processing for a batch job that is not pre processed", job.status
        )
    return _next(job, now, confirmed_at=now)


def processing(job: BatchJob, now: datetime) -> BatchJob:
    """A worker begins to carry it out."""
    if job.status is not Status.CONFIRMED:
        raise WrongStateError(
            "Cannot mark a batch job as processing if the status is different that confirmed", job.status
        )
    result = replace(job.result, advancement_count=0)
    return _next(job, now, processing_at=now, place={}, result=result)


def completed(job: BatchJob, now: datetime) -> BatchJob:
    """All of it is done."""
    if job.status is not Status.PROCESSING:
        raise WrongStateError("Cannot complete a batch job: the batch job must be processing", job.status)
    return _next(job, now, completed_at=now)


def canceled(job: BatchJob, now: datetime) -> BatchJob:
    """No more of it is to be done. What was done stays. Nothing where it was cancelled before."""
    if job.completed_at is not None:
        raise WrongStateError("Cannot cancel completed batch job", Status.COMPLETED)
    return job if job.canceled_at is not None else _next(job, now, canceled_at=now)


def failed(job: BatchJob, now: datetime, error: str | None = None) -> BatchJob:
    """It cannot be done, from whatever state; `error` is added to what went wrong."""
    errors = job.result.errors
    if error is not None and len(errors) < _MAX_ERRORS:
        errors = (*errors, error[:_MAX_ERROR])
    return _next(job, now, failed_at=job.failed_at or now, result=replace(job.result, errors=errors))


def taken(
    job: BatchJob, worker: str, now: datetime, until: datetime, *, is_owner_dead: bool
) -> BatchJob | None:
    """The batch job in the hands of a worker; None where there is nothing to do, or somebody is on it.

    `is_owner_dead` says that whoever holds the lease is known to be gone.
    """
    if not job.is_open or (job.is_leased(now) and not is_owner_dead):
        return None
    attempts = job.attempts + 1
    return _next(job, now, worker=worker, lease_until=until, fence=job.fence + 1, attempts=attempts)


def advanced(job: BatchJob, result: Result, place: Place, now: datetime, until: datetime) -> BatchJob:
    """A batch is done: absolute values, so that a repetition changes nothing. What a person decided stays."""
    return _next(job, now, result=result, place=place, lease_until=until, attempts=0)


def let_go(job: BatchJob, now: datetime) -> BatchJob:
    """Nobody works on it."""
    return _next(job, now, worker=None, lease_until=None)


def holds(job: BatchJob, tenure: Tenure) -> bool:
    """The batch job is still in the hands of this worker."""
    return job.fence == tenure.fence and job.worker == tenure.worker


def _next(job: BatchJob, now: datetime, **changes: object) -> BatchJob:
    kept = {"revision": job.revision + 1, "updated_at": now, "expires_at": now + KEPT}
    return replace(job, **kept, **changes)  # type: ignore[arg-type]
