"""The manifest of a run on this machine: compiled from `schedules.yaml` anew, so that an edit holds."""

from __future__ import annotations

from collections.abc import Mapping

from nightshift.manifest import CompiledManifest, parse_manifest
from nightshift_tools.local.project import Project


def read_compiled(project: Project, environment: Mapping[str, str]) -> CompiledManifest:
    """ManifestError, with all its problems, where the manifest cannot be used."""
    from nightshift_tools.manifest import compile_manifest, load  # pydantic and YAML weigh

    compiled = compile_manifest(load(project.manifest, environment))
    return parse_manifest(compiled, str(project.manifest))
