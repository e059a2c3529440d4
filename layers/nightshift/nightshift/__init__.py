"""Nightshift: back-office jobs that run once per tick, lose no change, and cost nothing between ticks.

A job is a function of a `Run`, made a Lambda handler by `@job`. This is all of the package that a job
imports, beside the connectors. A name's module is imported when the name is first asked for: what reads a
state or a manifest needs no engine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nightshift.batch import Batch, Outcome, Removal
    from nightshift.errors import (
        ConfigurationError,
        NightshiftError,
        RecordError,
        RunError,
        TryLaterError,
        UpstreamError,
    )
    from nightshift.handler import job
    from nightshift.run import Run
    from nightshift.state.models import Cursor, Intent
else:
    from nightshift.late_names import late_names

    __getattr__ = late_names(
        globals(),
        {
            "batch": ("Batch", "Outcome", "Removal"),
            "errors": (
                "ConfigurationError",
                "NightshiftError",
                "RecordError",
                "RunError",
                "TryLaterError",
                "UpstreamError",
            ),
            "handler": ("job",),
            "run": ("Run",),
            "state.models": ("Cursor", "Intent"),
        },
    )

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
