"""Imported jobs as a manifest of their own, and as more of one that is there."""

from __future__ import annotations

from collections.abc import Sequence

from nightshift_tools.importers.jobs import ImportedJob, refusal, remarks
from nightshift_tools.importers.model import Found
from nightshift_tools.manifest.editing import ManifestFile
from nightshift_tools.manifest.values import Plain
from nightshift_tools.manifest.written import comment


def render(jobs: Sequence[ImportedJob], general: Sequence[str]) -> str:
    """A whole manifest. What could not be translated stands in it as comments, with the reason."""
    lines = [*map(comment, general), "version: 1"]
    if not any(job.schedules for job in jobs):
        lines.append("jobs: {}")
    else:
        lines.append("jobs:")
    for job in jobs:
        block = [f"{job.name}:", *(f"  {line}" for line in job.lines())]
        if not job.schedules:
            block = [comment(f"{job.name}:"), *(line for found in job.refused for line in refusal(found))]
        lines += [f"  {line}".rstrip() for line in block]
    return "\n".join(lines) + "\n"


def merge(jobs: Sequence[ImportedJob], file: ManifestFile) -> list[str]:
    """More of a manifest that is there; what was done is told, one line each. Nothing is written yet.

    A schedule that a job has already, in the same words, is left as it is. What could not be translated stays
    out of jobs that are there, and is told.
    """
    told: list[str] = []
    for job in jobs:
        if job.name not in file.manifest.jobs:
            if job.schedules:
                file.add_job(job.name, job.lines())
                told.append(f"{job.name}: added, with {len(job.schedules)} of its schedules")
        else:
            told += [_add(job.name, schedule, found, file) for schedule, found in job.schedules]
        told += [f"{job.name}: {found.where} was not translated: {found.reason}" for found in job.refused]
    return told


def _add(job: str, schedule: dict[str, Plain], found: Found, file: ManifestFile) -> str:
    there = file.same(job, schedule)
    if there is not None:
        return f"{job}: {found.where} is there already, as {there.name}"
    added = file.add(job, schedule, [line.removeprefix("# ") for line in remarks(found)])
    return f"{job}: schedule {added.name} added"
