"""Entries of the manifest, for tests."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from nightshift.manifest import JobEntry
from nightshift_tools.local.manifest import read_compiled
from nightshift_tools.local.project import Project


def entry_of(job: str, folder: Path | None = None, **changes: Any) -> JobEntry:
    """The entry of a job in the `schedules.yaml` of the project that `folder` is in, by default the current
    folder, with these fields changed; `params` are laid over those of the manifest.

    ManifestError or ConfigurationError where it cannot be read.
    """
    entry = read_compiled(Project.find(folder or Path.cwd(), {}), {}).job(job)
    params = {**entry.params, **changes.pop("params", {})}
    return replace(entry, params=params, **changes)
