"""Writing a new job into a project: all of it, or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from nightshift.errors import ConfigurationError
from nightshift_tools.manifest.editing import ManifestFile
from nightshift_tools.newjob.files import job_files
from nightshift_tools.newjob.model import NewJob
from nightshift_tools.template import plan, write

_BEFORE_THE_EXAMPLE = datetime(2026, 11, 20, 22, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Planned:
    """The files of a new job by their path within the project, and the manifest with its entry, not saved."""

    root: Path
    files: Mapping[str, str]
    manifest: ManifestFile


def planned(root: Path, job: NewJob, environment: Mapping[str, str]) -> Planned:
    """What would be written; nothing is.

    ConfigurationError or ManifestError where the name is taken, a file is in the way, or the manifest would
    not be right.
    """
    manifest = ManifestFile(root / "schedules.yaml", environment)
    if job.name in manifest.manifest.jobs:
        raise ConfigurationError(f"{manifest.manifest.file} has a job {job.name} already: take another name")
    (entry,) = manifest.add_job(job.name, job.manifest_lines).schedules
    slot = next(entry.schedule.firings(_BEFORE_THE_EXAMPLE), _BEFORE_THE_EXAMPLE)
    files = job_files(job, slot)
    taken = [name for name in (*files, f"functions/{job.package}") if (root / name).exists()]
    if taken:
        raise ConfigurationError(f"{taken[0]} is there already: move it away, or take another name")
    return Planned(root, files, manifest)


def make(new: Planned, environment: Mapping[str, str]) -> list[str]:
    """Write it, and what `nightshift generate` makes of it; the names of all files that were written.

    TemplateError where the template cannot be generated with it; then everything is as it was.
    """
    root = new.root
    with ExitStack() as undo:
        for name, text in new.files.items():
            undo.callback(_remove, root / name, root)
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text, "utf-8")
        manifest = root / "schedules.yaml"
        undo.callback(manifest.write_bytes, manifest.read_bytes())
        new.manifest.save()
        changes = plan(root, environment)
        write(root, changes)
        undo.pop_all()
    return [*new.files, manifest.name, *(change.name for change in changes)]


def _remove(path: Path, root: Path) -> None:
    """A file and the folders that are empty without it."""
    path.unlink(missing_ok=True)
    for folder in path.parents:
        if folder == root or any(folder.iterdir()):
            return
        folder.rmdir()
