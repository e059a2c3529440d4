"""Settings at run time, checked before they are written: a wrong one would fail every run from then on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from difflib import get_close_matches

from nightshift.errors import ConfigurationError
from nightshift.logs.retention import PURGE_JOB, SETTING, check_cap, retention_of
from nightshift.settings import AT_RUN_TIME, resolve_settings, type_params
from nightshift.state.models import JobKey
from nightshift_tools.local.composition import Local

_PARAM = "params."


def check_overrides(
    local: Local, key: JobKey, present: Mapping[str, str], changes: Mapping[str, str | None]
) -> None:
    """ConfigurationError for a name that cannot be set, or a value that any run of the job would refuse.

    A change of None drops a setting. A retention beyond what is kept is refused as well.
    """
    entry = local.manifest.job(key.job)
    params = local.handler(entry).spec.params
    settable = [*AT_RUN_TIME, *(f"{_PARAM}{field.name}" for field in fields(params))]
    for name, value in changes.items():
        if name not in settable and not (value is None and name in present):
            raise ConfigurationError(f"{entry.name}: {name!r} cannot be set; {_hint(name, settable)}")
    after = {name: value for name, value in {**present, **changes}.items() if value is not None}
    for schedule in (None, *entry.schedules):
        settings = resolve_settings(
            entry, schedule, by_hand={}, overrides=after, environment=local.environment
        )
        type_params(entry.name, params, settings.params)
    if any(SETTING in name for name in changes):
        _check_retention(local, key, after)


def _check_retention(local: Local, key: JobKey, after: Mapping[str, str]) -> None:
    """What is set for purge-logs holds for all jobs."""

    def overrides(of: JobKey) -> Mapping[str, str]:
        return after if of == key else local.stores.archive.overrides(of)

    affected = local.manifest.keys if key.job == PURGE_JOB else [key]
    for each in affected:
        check_cap(each, retention_of(each, local.manifest, overrides))


def _hint(name: str, settable: list[str]) -> str:
    near = get_close_matches(name, settable, 1, 0.5)
    if f"{_PARAM}{name}" in settable:
        near = [f"{_PARAM}{name}"]
    return f"did you mean {near[0]!r}?" if near else f"these can: {', '.join(settable)}"
