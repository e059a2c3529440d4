"""A job's `properties`: what is added to its function, and never instead of what the generator sets."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import NoReturn

from nightshift_tools.manifest import Job
from nightshift_tools.template.errors import TemplateError

_KEYS_OF_THE_MANIFEST = {
    "Description": "`description`",
    "MemorySize": "`memory`",
    "Timeout": "`timeout`",
    "Handler": "the job's name",
}
_OURS_ALONE = "what keeps failed runs and logs is the same for all jobs"


@dataclass(frozen=True, slots=True)
class Added:
    """Properties by name, and variables for the environment beside those of the job."""

    properties: Mapping[str, object]
    variables: Mapping[str, object]


def read_properties(job: Job, ours: Collection[str], variables: Collection[str]) -> Added:
    """What a job adds to its function. TemplateError where a property or a variable is set already."""
    own = dict(job.properties)
    environment = own.pop("Environment", {})
    if not isinstance(environment, dict) or set(environment) - {"Variables"}:
        _refuse(job, "Environment", "it takes Variables with names and values, and nothing else")
    added = environment.get("Variables") or {}
    if not isinstance(added, dict):
        _refuse(job, "Environment.Variables", "it takes names with values")
    for name in added:
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", str(name)):
            _refuse(job, f"Environment.Variables.{name}", "a variable is letters, digits and _")
        if name in variables:
            _refuse(job, f"Environment.Variables.{name}", "the template sets it already; take it away")
    for name in own:
        if not re.fullmatch(r"[A-Z][A-Za-z0-9]*", name):
            _refuse(job, name, "properties are named as CloudFormation does, as in EphemeralStorage")
        if name in ours:
            cure = _KEYS_OF_THE_MANIFEST.get(name)
            _refuse(
                job,
                name,
                f"the template sets it; it comes from {cure}"
                if cure
                else f"the template sets it: {_OURS_ALONE}",
            )
    return Added(own, added)


def _refuse(job: Job, name: str, reason: str) -> NoReturn:
    raise TemplateError(f"jobs.{job.name}.properties.{name}: {reason}")
