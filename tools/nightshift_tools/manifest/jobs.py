"""What a manifest's keys mean together: from the edge models to complete jobs."""

from __future__ import annotations

from typing import Any

from nightshift_tools.manifest import names
from nightshift_tools.manifest.checking import Checking
from nightshift_tools.manifest.edge import DEFAULT_BATCH_SIZE, DefaultsModel, JobModel, ManifestModel
from nightshift_tools.manifest.entries import read_entries
from nightshift_tools.manifest.model import Job

_INHERITED = ("max_retries", "retention_days", "log_level", "max_failed_ratio", "memory", "timeout")


def read_jobs(model: ManifestModel, checking: Checking) -> dict[str, Job]:
    """All jobs by name, each with every default filled in; what is wrong is told."""
    checking.zone(("defaults",), model.defaults.timezone)
    return {name: _job(name, job, model.defaults, checking) for name, job in model.jobs.items()}


def _job(name: str, model: JobModel, defaults: DefaultsModel, checking: Checking) -> Job:
    path = ("jobs", name)
    try:
        names.check_job(name)
    except ValueError as error:
        checking.wrong_key(path, str(error))
    checking.zone(path, model.timezone)
    checking.storefronts((*path, "storefronts"), model.storefronts)
    most = model.batch_size.max
    size = model.batch_size.default
    if size is None:
        size = DEFAULT_BATCH_SIZE if most is None else min(DEFAULT_BATCH_SIZE, most)
    checking.size((*path, "batch_size", "default"), size, most)
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
        schedules=read_entries(path, model, checking),
        **inherited,
    )


def _own_or_default(model: JobModel, defaults: DefaultsModel, key: str) -> object:
    own = getattr(model, key)
    return getattr(defaults, key) if own is None else own
