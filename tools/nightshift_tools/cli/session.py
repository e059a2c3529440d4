"""What every command begins with: the project here, and the job that is meant."""

from __future__ import annotations

import os
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nightshift.manifest import CompiledManifest, JobEntry
    from nightshift.state.models import JobKey
    from nightshift_tools.local import Local


def open_local() -> Local:
    """The project that the current folder is in, with its stores, which are those of a deployed stack where
    the command was given `--aws`; close it by `with`."""
    from nightshift_tools.cli.aws import place
    from nightshift_tools.cli.output import plain, print_note
    from nightshift_tools.local import Local

    there = place()
    if there is None:
        return Local.open(Path.cwd(), dict(os.environ))
    local = Local.deployed(Path.cwd(), dict(os.environ), there)
    for note in local.stack.notes if local.stack else ():
        print_note(plain(note))
    return local


def manifest_here() -> CompiledManifest:
    """The manifest of the project that the current folder is in, without its stores."""
    from nightshift_tools.local import Project
    from nightshift_tools.local.manifest import read_compiled

    return read_compiled(Project.find(Path.cwd(), os.environ), os.environ)


def find_job(manifest: CompiledManifest, name: str) -> JobEntry:
    """The job of that name; ConfigurationError names the nearest one."""
    from nightshift.errors import ConfigurationError

    if name in manifest.jobs:
        return manifest.jobs[name]
    near = get_close_matches(name.lower().replace("_", "-"), manifest.jobs, 1)
    known = ", ".join(sorted(manifest.jobs)) or "none"
    hint = f"did you mean {near[0]!r}?" if near else f"the manifest has: {known}"
    raise ConfigurationError(f"there is no job {name!r}; {hint}")


def find_key(entry: JobEntry, storefront: str | None) -> JobKey:
    """The one control record that is meant; ConfigurationError where the storefront is missing or unknown."""
    from nightshift.errors import ConfigurationError

    keys = find_keys(entry, storefront)
    if len(keys) > 1:
        known = ", ".join(entry.storefronts)
        raise ConfigurationError(f"{entry.name} runs for {known}: say which with --storefront")
    return keys[0]


def find_keys(entry: JobEntry, storefront: str | None) -> list[JobKey]:
    """The control records of a job, of all its storefronts or of one."""
    from nightshift.errors import ConfigurationError
    from nightshift.state.models import JobKey

    if storefront is None:
        return entry.keys
    if storefront in entry.storefronts:
        return [JobKey(entry.name, storefront)]
    if not entry.storefronts:
        raise ConfigurationError(f"{entry.name} has no storefronts: leave --storefront out")
    near = get_close_matches(storefront, entry.storefronts, 1)
    hint = f"did you mean {near[0]!r}?" if near else f"it has: {', '.join(entry.storefronts)}"
    raise ConfigurationError(f"{entry.name} has no storefront {storefront!r}; {hint}")


def all_keys(manifest: CompiledManifest, job: str | None, storefront: str | None = None) -> list[JobKey]:
    """The control records of one job, or of all in the manifest's order."""
    entries = [find_job(manifest, job)] if job else list(manifest.jobs.values())
    return [key for entry in entries for key in find_keys(entry, storefront)]


def parse_assignments(assignments: list[str]) -> dict[str, str]:
    """`name=value` pairs; ConfigurationError for what is none, and for a name that stands twice."""
    from nightshift.errors import ConfigurationError

    found: dict[str, str] = {}
    for assignment in assignments:
        name, equals, value = assignment.partition("=")
        if not equals or not name:
            raise ConfigurationError(f"{assignment!r} is no setting: write name=value")
        if name in found:
            raise ConfigurationError(f"{name} is given twice: {found[name]!r} and {value!r}")
        found[name] = value
    return found
