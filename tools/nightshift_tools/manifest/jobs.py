"""What a manifest's keys mean together: from the edge models to complete jobs."""

from __future__ import annotations

from typing import Any

from nightshift.schedule import UTC_ZONE
from nightshift_tools.manifest import names
from nightshift_tools.manifest.checking import Checking
from nightshift_tools.manifest.edge import DEFAULT_BATCH_SIZE, DefaultsModel, JobModel, ManifestModel
from nightshift_tools.manifest.entries import read_entries
from nightshift_tools.manifest.model import Job

_INHERITED = ("max_retries", "retention_days", "log_level", "max_failed_ratio", "memory", "timeout")


def read_jobs(model: ManifestModel, checking: Checking) -> dict[str, Job]:
    """All jobs by name, each with every default filled in; what is wrong is told."""
    zone = checking.zone(("defaults",), model.defaults.timezone) or UTC_ZONE
    return {name: _job(name, job, model.defaults, zone, checking) for name, job in model.jobs.items()}


def _job(name: str, model: JobModel, defaults: DefaultsModel, zone: str, checking: Checking) -> Job:
    path = ("jobs", name)
    try:
        names.check_job(name)
    except ValueError as error:
        checking.wrong_key(path, str(error))
    zone = checking.zone(path, model.timezone) or zone
    checking.storefronts((*path, "storefronts"), model.storefronts)
    most = model.batch_size.max
    size = model.batch_size.default
    if size is None:
        size = DEFAULT_BATCH_SIZE if most is None else min(DEFAULT_BATCH_SIZE, most)
    checking.size((*path, "batch_size", "default"), size, most)
    if model.function is not None and model.properties:
        checking.wrong_key(
            (*path, "properties"), "the function is external, so it has none here; leave them out"
        )
    inherited: dict[str, Any] = {key: _own_or_default(model, defaults, key) for key in _INHERITED}
    return Job(
        name=name,
        description=model.description,
        batch_size=size,
        max_batch_size=most,
        max_executions=model.max_executions,
        enabled=model.enabled,
        storefronts=tuple(model.storefronts),
        params=model.params,
        schedules=read_entries(path, model, zone, checking),
        zone=zone,
        has_alarms=model.alarms,
        is_external=model.function is not None,
        properties=model.properties,
        **inherited,
    )


def _own_or_default(model: JobModel, defaults: DefaultsModel, key: str) -> object:
    own = getattr(model, key)
    return getattr(defaults, key) if own is None else own
