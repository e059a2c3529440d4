"""The manifest's params against what each job's code says of them: only the code knows which there are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from nightshift.batch_jobs.errors import BatchJobError
from nightshift.batch_jobs.handler import BatchJobHandler
from nightshift.errors import ConfigurationError
from nightshift.manifest import JobEntry, parse_manifest
from nightshift.settings import type_params
from nightshift_tools.local.handlers import load_handler
from nightshift_tools.local.project import Project
from nightshift_tools.manifest import Manifest, Problem, compile_manifest
from nightshift_tools.manifest.values import Path

_NAMED = re.compile(r"param (?:'(?P<quoted>[^']+)'|(?P<bare>\w+))")


def param_problems(project: Project, manifest: Manifest) -> list[Problem]:
    """Every param that a job's code refuses, and every job whose code cannot be imported.

    The code of an external job is not here to be asked.
    """
    compiled = parse_manifest(compile_manifest(manifest), manifest.file)
    here = [entry for entry in compiled.jobs.values() if not manifest.jobs[entry.name].is_external]
    found = {problem for entry in here for problem in _job(project, manifest, entry)}
    return sorted(found)


def _job(project: Project, manifest: Manifest, entry: JobEntry) -> Iterator[Problem]:
    path: Path = ("jobs", entry.name)
    try:
        handler = load_handler(project.functions, entry)
        params = handler.spec.params
    except ConfigurationError as error:
        yield _problem(manifest, str(error), (path,))
        return
    if not entry.schedules:
        for name, message in _refused(entry, params, entry.params):
            yield _problem(manifest, message, ((*path, "params", name), path))
    if isinstance(handler, BatchJobHandler):
        yield from _batch_requests(manifest, entry, handler)
    for place, schedule in enumerate(entry.schedules):
        of_schedule = ("schedules", place) if (*path, "schedules") in manifest.places.keys else ("schedule",)
        for name, message in _refused(entry, params, {**entry.params, **schedule.params}):
            own: Path = (*path, *of_schedule, "params", name)
            yield _problem(manifest, message, (own, (*path, "params", name), path))


def _batch_requests(manifest: Manifest, entry: JobEntry, handler: BatchJobHandler) -> Iterator[Problem]:
    """Every batch job of a schedule that its type's strategy refuses, or of which there is no type."""
    path: Path = ("jobs", entry.name)
    for place, schedule in enumerate(entry.schedules):
        of_schedule = ("schedules", place) if (*path, "schedules") in manifest.places.keys else ("schedule",)
        if schedule.batch is None:
            continue
        try:
            handler.strategies.find(schedule.batch.type).prepare(schedule.batch.context)
        except BatchJobError as error:
            own: Path = (*path, *of_schedule, "batch")
            yield _problem(manifest, f"{entry.name}, {schedule.name}: {error}", (own, path))


def _refused(
    entry: JobEntry, params: type[object], values: Mapping[str, object]
) -> Iterator[tuple[str, str]]:
    """Names and messages, one after the other: what is refused is left out of the next try."""
    rest = dict(values)
    while True:
        try:
            type_params(entry.name, params, rest)
        except ConfigurationError as error:
            named = _NAMED.search(str(error))
            name = (named["quoted"] or named["bare"]) if named else ""
            yield name, str(error)
            if name not in rest:
                return
            del rest[name]
        else:
            return


def _problem(manifest: Manifest, message: str, paths: tuple[Path, ...]) -> Problem:
    """A problem at the first of these paths that the file has."""
    known = [path for path in paths if path in manifest.places.keys]
    at = manifest.places.of_key(known[0] if known else ())
    return Problem(manifest.file, at.line, at.column, message)
