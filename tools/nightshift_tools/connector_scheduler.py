"""`ConnectorScheduler`: schedules said in Python, in the way of the Salesforce connector's scheduler.

    ConnectorScheduler.fulfill_line_items.with_size(50).every_minutes(5)

adds to the manifest what `{every_minutes: 5, batch_size: 50}` says there; comments and layout stay.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from nightshift.errors import ConfigurationError
from nightshift_tools.local.project import Project
from nightshift_tools.manifest.editing import ManifestFile
from nightshift_tools.manifest.model import Entry, Job
from nightshift_tools.manifest.values import Plain


class UnknownJobError(ConfigurationError, AttributeError):
    """The manifest has no job of that name."""


@dataclass(frozen=True, slots=True)
class JobScheduler:
    """The schedules of one job. Each verb writes one and returns what it means.

    A schedule that is there already is not written again, so that a script may run
    twice. ConfigurationError where its name is taken by another, or where the manifest would not be right;
    then nothing is written.
    """

    file: ManifestFile
    job: str
    size: int | None = None
    zone: str | None = None

    def with_size(self, size: int) -> JobScheduler:
        """The same job, in batches of this many records. It holds for what is scheduled through it only."""
        return replace(self, size=size)

    def in_zone(self, zone: str) -> JobScheduler:
        """The same job, its times in this zone."""
        return replace(self, zone=zone)

    def every_minutes(self, minutes: int) -> Entry:
        return self._add({"every_minutes": minutes})

    def hourly(self, minute: int = 0) -> Entry:
        return self._add({"hourly": minute})

    def daily(self, hour: int, minute: int = 0) -> Entry:
        return self._add({"daily": f"{hour:02d}:{minute:02d}"})

    def weekly(self, day: str, hour: int = 0, minute: int = 0) -> Entry:
        """On a day such as `MON`."""
        return self._add({"weekly": {"day": day, "at": f"{hour:02d}:{minute:02d}"}})

    def monthly(self, day: int | str, hour: int = 0, minute: int = 0) -> Entry:
        """On a day from 1 to 31, or on the `last`."""
        return self._add({"monthly": {"day": day, "at": f"{hour:02d}:{minute:02d}"}})

    def cron(self, name: str, expression: str) -> Entry:
        """By a Quartz expression of six or seven fields, as Salesforce takes it, under this name."""
        return self._add({"name": name, "quartz": expression})

    def _add(self, schedule: Mapping[str, Plain]) -> Entry:
        settings: dict[str, Plain | None] = {"timezone": self.zone, "batch_size": self.size}
        whole = {**schedule, **{key: value for key, value in settings.items() if value is not None}}
        there = self._there(whole)
        if there is not None:
            return there
        added = self.file.add(self.job, whole)
        self.file.save()
        return added

    def _there(self, schedule: Mapping[str, Plain]) -> Entry | None:
        """The schedule of the job that is just this one, if there is one."""
        found = self.file.same(self.job, schedule)
        name = schedule.get("name")
        return found if found is not None and name in (None, found.name) else None


class _ByName(type):
    """`ConnectorScheduler.fulfill_line_items`: of the project that the current folder is in."""

    def __getattr__(cls, name: str) -> JobScheduler:
        if name.startswith("_"):
            raise AttributeError(name)
        project = Project.find(Path.cwd(), os.environ)
        return _job(project.manifest, os.environ, name)


class ConnectorScheduler(metaclass=_ByName):
    """The jobs of a manifest by their names in snake_case: `scheduler.fulfill_line_items`.

    `ConnectorScheduler(path)` takes the manifest in a file; the class itself takes the project's. A name that
    is no job's is refused with the nearest known.
    """

    def __init__(self, path: str | Path, environment: Mapping[str, str] | None = None) -> None:
        self._path = Path(path)
        self._environment = os.environ if environment is None else environment

    def __getattr__(self, name: str) -> JobScheduler:
        if name.startswith("_"):
            raise AttributeError(name)
        return _job(self._path, self._environment, name)


def _job(path: Path, environment: Mapping[str, str], name: str) -> JobScheduler:
    """The manifest is read each time: what an editor wrote meanwhile is kept."""
    file = ManifestFile(path, dict(environment))
    try:
        found: Job = file.job(name.replace("_", "-"))
    except ConfigurationError as error:
        raise UnknownJobError(str(error)) from None
    return JobScheduler(file, found.name)
