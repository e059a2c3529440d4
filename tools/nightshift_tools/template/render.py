"""The generated region: all jobs of a manifest as text of template.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import indent

from nightshift_tools.manifest import Job, Manifest
from nightshift_tools.template import batch_api, batch_jobs, dashboard, scheduler, watchdog
from nightshift_tools.template.job import render, uses_scheduler
from nightshift_tools.template.needs import Needs


def generate(manifest: Manifest, needs: Mapping[str, Needs]) -> str:
    """The region between the markers, jobs sorted by name. A job that is not in `needs` needs nothing."""
    jobs = [manifest.jobs[name] for name in sorted(manifest.jobs)]
    blocks = [render(job, needs.get(job.name, Needs())) for job in jobs]
    if by_scheduler := _by_scheduler(jobs):
        blocks.append(scheduler.render_scheduler_role(by_scheduler))
    if resumed := _resumed(jobs):
        blocks.append(watchdog.render_resumes(resumed))
    if shown := _shown(jobs):
        blocks.append(dashboard.render_dashboard(manifest, shown))
    for job in jobs:
        if batch_jobs.has_batch_jobs(job):
            blocks += [batch_jobs.render_batch_jobs(job), batch_api.render_batch_api(manifest.api)]
    return "\n".join(indent(block, "  ") for block in blocks if block)


def shared_ids(manifest: Manifest) -> list[str]:
    """The resources that are made once, for all jobs."""
    jobs = list(manifest.jobs.values())
    return [
        *([scheduler.LOGICAL_ID] if _by_scheduler(jobs) else []),
        *([watchdog.LOGICAL_ID] if _resumed(jobs) else []),
        *([dashboard.LOGICAL_ID] if _shown(jobs) else []),
        *(_of_batch_jobs(manifest) if any(map(batch_jobs.has_batch_jobs, jobs)) else []),
    ]


def _of_batch_jobs(manifest: Manifest) -> list[str]:
    return [*batch_jobs.LOGICAL_IDS, *batch_api.logical_ids(manifest.api)]


def _by_scheduler(jobs: list[Job]) -> list[Job]:
    return [job for job in jobs if uses_scheduler(job)]


def _resumed(jobs: list[Job]) -> list[Job]:
    return [job for job in jobs if watchdog.is_resumed(job)]


def _shown(jobs: list[Job]) -> list[Job]:
    """Those whose metrics are known: what an external function tells is its own affair."""
    return [job for job in jobs if not job.is_external]
