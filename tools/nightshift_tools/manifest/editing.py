"""Edits of `schedules.yaml` by commands: checked as a whole, and then written at once."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path

from nightshift.errors import ConfigurationError
from nightshift_tools.manifest.adding import with_job, with_schedule
from nightshift_tools.manifest.errors import ManifestError, Problem
from nightshift_tools.manifest.load import load, parse
from nightshift_tools.manifest.model import Entry, Job, Manifest
from nightshift_tools.manifest.names import free_name
from nightshift_tools.manifest.removing import without_schedule
from nightshift_tools.manifest.validate import shown
from nightshift_tools.manifest.values import Plain
from nightshift_tools.manifest.written import flow

_BOM = "\ufeff"


class ManifestFile:
    """A manifest on disk that commands change: only where they must, all else byte for byte.

    Each edit is checked as a whole: ManifestError or ConfigurationError where the result would not be right,
    or where the file cannot be read. Nothing is written before `save`. A schedule is given by the manifest's
    own keys: `{"every_minutes": 5, "batch_size": 50}`.
    """

    def __init__(self, path: Path, environment: Mapping[str, str]) -> None:
        self._path = path.resolve()
        self._environment = environment
        self.manifest = load(self._path, environment)
        data = self._path.read_bytes().decode("utf-8")
        self._mark = _BOM if data.startswith(_BOM) else ""
        self._text = data.removeprefix(_BOM)

    def job(self, name: str) -> Job:
        """ConfigurationError with the nearest known name where there is no such job."""
        found = self.manifest.jobs.get(name)
        if found is None:
            near = get_close_matches(name, self.manifest.jobs, 1, 0.5)
            known = ", ".join(sorted(self.manifest.jobs)) or "none"
            hint = f"did you mean {near[0]}?" if near else f"{self.manifest.file} has: {known}"
            raise ConfigurationError(f"there is no job {shown(name)}; {hint}")
        return found

    def add(self, job: str, schedule: Mapping[str, Plain], remarks: Sequence[str] = ()) -> Entry:
        """Add a schedule to a job, and return what it means.

        A second one without a name gets one that is made of its form. ConfigurationError where the name is
        taken.
        """
        known = self.job(job)
        named = _named(known, schedule)
        self._edit(lambda text: with_schedule(text, job, named, remarks), job)
        return self.job(job).schedules[-1]

    def remove(self, job: str, name: str | None) -> Entry:
        """Take a schedule away, and return what it was; a job with a single one needs no name."""
        known = self.job(job)
        place = _place(known, name)
        self._edit(lambda text: without_schedule(text, job, place), job)
        return known.schedules[place]

    def add_job(self, name: str, lines: Sequence[str]) -> Job:
        """Add a job, last; its lines are the YAML below its name."""
        self._edit(lambda text: with_job(text, name, lines), name)
        return self.job(name)

    def same(self, job: str, schedule: Mapping[str, Plain]) -> Entry | None:
        """The schedule of a job that already fires as this one would, in batches of the same size."""
        known = self.job(job)
        head = f"version: 1\ndefaults: {{timezone: {known.zone}}}\njobs:\n  given:\n    schedule: "
        unnamed = {key: value for key, value in schedule.items() if key != "name"}
        try:
            manifest = parse(f"{head}{flow(unnamed)}\n", self._environment, self.manifest.file)
        except ManifestError:
            return None  # adding it says what is wrong
        (given,) = manifest.jobs["given"].schedules
        wanted = (given.schedule, given.batch_size)
        return next((each for each in known.schedules if (each.schedule, each.batch_size) == wanted), None)

    def save(self) -> None:
        """Write the file as it now is, as a whole. ConfigurationError where that cannot be done."""
        _replace(self._path, (self._mark + self._text).encode())

    def _edit(self, edit: Callable[[str], str], job: str) -> None:
        try:
            edited = edit(self._text)
        except ValueError as error:
            raise ConfigurationError(f"{self.manifest.file} was not changed: {error}") from error
        try:
            after = parse(edited, self._environment, self.manifest.file)
        except ManifestError as error:
            raise ManifestError(_as_one(problem, edited) for problem in error.problems) from error
        _check_the_rest(self.manifest, after, job)
        self._text, self.manifest = edited, after


def _named(job: Job, schedule: Mapping[str, Plain]) -> dict[str, Plain]:
    taken = {entry.name for entry in job.schedules}
    name = schedule.get("name")
    if name is None and taken:
        return {"name": free_name(name_of_form(schedule), taken), **schedule}
    if name in taken:
        raise ConfigurationError(
            f"{job.name} has a schedule {shown(name)} already; remove it first, or name the new one otherwise"
        )
    return dict(schedule)


def name_of_form(schedule: Mapping[str, Plain]) -> str:
    """What a schedule is called that nobody named: `every-5-minutes`, `hourly`, `cron`."""
    if "every_minutes" in schedule:
        return f"every-{schedule['every_minutes']}-minutes"
    forms = ("hourly", "daily", "weekly", "monthly", "rate", "quartz", "aws")
    return next((form for form in forms if form in schedule), "cron")


def _place(job: Job, name: str | None) -> int:
    names = [entry.name for entry in job.schedules]
    if not names:
        raise ConfigurationError(f"{job.name} has no schedule: it runs by hand only")
    if name is None and len(names) > 1:
        raise ConfigurationError(
            f"{job.name} has several schedules: {', '.join(names)}; name the one to remove"
        )
    if name is not None and name not in names:
        raise ConfigurationError(f"{job.name} has no schedule {shown(name)}; it has: {', '.join(names)}")
    return 0 if name is None else names.index(name)


def _as_one(problem: Problem, text: str) -> Problem:
    """A problem of text that is not in the file: with the line that would have been written."""
    lines = text.splitlines()
    line = lines[problem.line - 1].strip() if problem.line <= len(lines) else ""
    message = f"{problem.message} (nothing was written; the line would have been `{line}`)"
    return Problem(problem.file, problem.line, problem.column, message)


def _check_the_rest(before: Manifest, after: Manifest, job: str) -> None:
    """An edit of one job leaves all others as they were; what else it does is a fault, and is not written."""
    for name in {*before.jobs, *after.jobs} - {job}:
        if before.jobs.get(name) != after.jobs.get(name):
            raise ConfigurationError(
                f"{before.file} is laid out in a way that cannot be edited safely: {name} would change too; "
                "nothing was written, edit it by hand"
            )


def _replace(path: Path, data: bytes) -> None:
    """The file as a whole, or not at all: a reader never sees half of it."""
    try:
        mode = path.stat().st_mode & 0o777
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(name).chmod(mode)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink()
            raise
    except OSError as error:
        raise ConfigurationError(f"{path.name} cannot be written: {error.strerror}") from error
