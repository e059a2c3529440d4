"""What a worker leaves behind of its work on a message: a run record, its log, its metrics."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from nightshift.admission import new_run_id
from nightshift.batch_jobs.model import JOB, BatchJob, BatchJobId, Status
from nightshift.batch_jobs.strategy import Strategies
from nightshift.batch_jobs.worker import End, Hold, NoHold, Worker, nobody_watches
from nightshift.logs.buffer import LogBuffer
from nightshift.logs.records import Level
from nightshift.logs.retention import expiry, run_expiry
from nightshift.services import Services
from nightshift.state.models import Counts, JobKey, RunFailure, RunRecord
from nightshift.state.models import Status as RunStatus

MESSAGE = "batch job"
"""What a run record says of its trigger."""


def work_recorded(
    batch_job: BatchJobId,
    services: Services,
    strategies: Strategies,
    seconds_left: float | None,
    *,
    hold: Hold | None = None,
    observe: Callable[[BatchJob], None] = nobody_watches,
) -> End:
    """As `Worker.work`; what it did is a run of `run-batch-job`, with its log. Nothing of a message that was
    not needed."""
    clock, entry = services.clock, services.manifest.job(JOB)
    began, run = clock.now(), new_run_id(services)
    key = JobKey(JOB)
    before = services.state.batch_jobs.get(batch_job, began)
    buffer = LogBuffer(run, key, Level[entry.log_level], clock.now)
    services.logger.addHandler(buffer)
    try:
        end = Worker(run, services, strategies, hold or NoHold(), observe).work(batch_job, seconds_left)
    finally:
        services.logger.removeHandler(buffer)
    if end is End.NOTHING or before is None:
        return end
    after = services.state.batch_jobs.get(batch_job, clock.now()) or before
    record = RunRecord(
        id=run,
        key=key,
        trigger=MESSAGE,
        status=_status(after, end),
        started_at=began,
        fence=after.fence,
        ended_at=clock.now(),
        reason=f"{batch_job} ({after.type}): {after.status}",
        counts=_counts(before, after),
        batch_size=after.batch_size,
        results={"batch_job": batch_job, "type": after.type},
        state=services.meter.usage(),
        failure=_failure(after),
        expires_at=run_expiry(began, entry),
    )
    services.state.runs.put(record)
    buffer.write(buffer.take(), services.logs, expiry(clock.now(), entry))
    services.observer.ended(replace(record, ended_at=clock.now()))
    return end


def _status(job: BatchJob, end: End) -> RunStatus:
    if job.status is Status.FAILED:
        return RunStatus.FAILED
    return RunStatus.INCOMPLETE if end is End.LATER else RunStatus.SUCCEEDED


def _failure(job: BatchJob) -> RunFailure | None:
    errors = job.result.errors
    return RunFailure("BatchJobFailed", errors[-1]) if job.status is Status.FAILED and errors else None


def _counts(before: BatchJob, after: BatchJob) -> Counts:
    """What this worker did. Row errors are told as records set aside: each waits for a person."""
    created, updated, unchanged, failed = (
        max(0, getattr(after.result, name) - getattr(before.result, name))
        for name in ("created", "updated", "unchanged", "row_errors")
    )
    return Counts(created + updated + unchanged + failed, created, updated, unchanged, failed)
