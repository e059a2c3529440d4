"""Short words for tests of batch jobs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from nightshift.batch_jobs.life_cycle import KEPT
from nightshift.batch_jobs.model import BatchJob, BatchJobId
from support.driving import at


def batch_job(name: str = "batch_1", *, created: float = 0, **changes: Any) -> BatchJob:
    """A batch job as it is created, at a minute after START."""
    instant = at(created)
    job = BatchJob(BatchJobId(name), "product-import", "anna", instant, instant, instant + KEPT)
    return replace(job, **changes)
