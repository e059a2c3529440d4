"""The compiled manifest: what the runtime reads of it, as JSON."""

from __future__ import annotations

from dataclasses import asdict

from nightshift.manifest import VERSION
from nightshift.times import to_text
from nightshift_tools.manifest.model import Entry, Job, Manifest
from nightshift_tools.manifest.rules import function_name, rules_of


def compile_manifest(manifest: Manifest) -> dict[str, object]:
    """The document of `functions/manifest.json`. Jobs are sorted by name, schedules as they are written."""
    jobs = {name: _job(manifest.jobs[name]) for name in sorted(manifest.jobs)}
    budgets = {name: asdict(manifest.budgets[name]) for name in sorted(manifest.budgets)}
    return {"version": VERSION, **({"budgets": budgets} if budgets else {}), "jobs": jobs}


def _job(job: Job) -> dict[str, object]:
    return {
        "description": job.description,
        # Of an external function there is neither here.
        "handler": "" if job.is_external else job.handler,
        "function": "" if job.is_external else function_name(job.name),
        "enabled": job.enabled,
        "batch_size": {"default": job.batch_size, "max": job.max_batch_size},
        "max_retries": job.max_retries,
        "max_executions": job.max_executions,
        "retention_days": job.retention_days,
        "log_level": job.log_level,
        "max_failed_ratio": job.max_failed_ratio,
        "storefronts": list(job.storefronts),
        "timeout": job.timeout,
        "memory": job.memory,
        "alarms": job.has_alarms,
        "params": dict(job.params),
        "schedules": [_schedule(job, entry) for entry in job.schedules],
    }


def _schedule(job: Job, entry: Entry) -> dict[str, object]:
    bounds = {
        "not_before": entry.start and to_text(entry.start),
        "not_after": entry.end and to_text(entry.end),
        "window_minutes": entry.window_minutes,
    }
    return {
        "name": entry.name,
        "source": entry.source,
        "timezone": entry.zone,
        "enabled": entry.enabled,
        "batch_size": entry.batch_size,
        "max_retries": entry.max_retries,
        "max_executions": entry.max_executions,
        "params": dict(entry.params),
        "storefronts": list(entry.storefronts),
        "aws": list(entry.expressions),
        "normal": entry.schedule.to_json(),
        "rules": [rule.name for rule in rules_of(job, entry)],
        **{key: value for key, value in bounds.items() if value is not None},
        **({"batch": asdict(entry.batch)} if entry.batch else {}),
    }
