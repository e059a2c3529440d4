"""What a second evaluator says of the manifest's five-field schedules; `nightshift check` asks it."""

from __future__ import annotations

from datetime import datetime

from nightshift_tools.manifest import Manifest, Problem
from nightshift_tools.schedule.second_opinion import disagreement


def opinion_problems(manifest: Manifest, now: datetime) -> list[Problem]:
    """Every schedule of which croniter expects other firings than Nightshift does."""
    found = []
    for job in manifest.jobs.values():
        for entry in job.schedules:
            message = disagreement(entry.source, entry.schedule, now)
            if message is not None:
                at = manifest.places.of_key(("jobs", job.name))
                found.append(Problem(manifest.file, at.line, at.column, f"{job.name}: {message}"))
    return found
