"""Nightshift: back-office jobs that run once per tick, lose no change, and cost nothing between ticks.

A job is a function of a `Run`, made a Lambda handler by `@job`. This is all of the package that a job
imports, beside the connectors.
"""

from __future__ import annotations

from nightshift.batch import Batch, Outcome, Removal
from nightshift.errors import (
    ConfigurationError,
    NightshiftError,
    RecordError,
    RunError,
    TryLaterError,
    UpstreamError,
)
from nightshift.job import job
from nightshift.run import Run
from nightshift.state.models import Cursor, Intent

__all__ = [
    "Batch",
    "ConfigurationError",
    "Cursor",
    "Intent",
    "NightshiftError",
    "Outcome",
    "RecordError",
    "Removal",
    "Run",
    "RunError",
    "TryLaterError",
    "UpstreamError",
    "job",
]
