"""Batch jobs: work that a person, a program or a schedule asks for, with a plan, progress and an end.

A batch job is not a batch (a group of records) of a run. Its life cycle, guards and fields are those of
Medusa v1's batch jobs; what each type does is a strategy.
"""

from __future__ import annotations

from nightshift.batch_jobs.errors import (
    BatchJobError,
    ContextError,
    FieldProblem,
    FileError,
    UnknownBatchJobError,
    UnknownTypeError,
    WrongStateError,
)
from nightshift.batch_jobs.model import BatchJob, BatchJobId, Result, RowError, Stat, Status

__all__ = [
    "BatchJob",
    "BatchJobError",
    "BatchJobId",
    "ContextError",
    "FieldProblem",
    "FileError",
    "Result",
    "RowError",
    "Stat",
    "Status",
    "UnknownBatchJobError",
    "UnknownTypeError",
    "WrongStateError",
]
