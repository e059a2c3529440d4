"""The batch job that a schedule creates."""

from __future__ import annotations

from nightshift.batch_jobs.model import JOB
from nightshift.manifest import BatchRequest
from nightshift_tools.manifest.checking import Checking
from nightshift_tools.manifest.edge import ScheduleModel
from nightshift_tools.manifest.values import Path


def read_batch(path: Path, entry: ScheduleModel, checking: Checking) -> BatchRequest | None:
    """What the schedule at a path asks for: every one of run-batch-job has to, and no other may."""
    is_its_job = path[1] == JOB
    if entry.batch is None:
        if is_its_job and not checking.was_refused((*path, "batch")):
            checking.wrong(
                path, f"a schedule of {JOB} creates a batch job; write batch: {{type: product-export}}"
            )
        return None
    if not is_its_job:
        checking.wrong_key((*path, "batch"), f"only a schedule of {JOB} creates batch jobs; put it there")
        return None
    return BatchRequest(entry.batch.type, entry.batch.context, entry.batch.review)
