"""The compiled manifest as the runtime reads it: plain JSON, made by `nightshift generate`.

What a person writes is `schedules.yaml`; its checks and its dialects are on the tools' side.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import orjson

from nightshift.errors import ConfigurationError
from nightshift.state.models import JobKey
from nightshift.times import from_text

VERSION = 1


@dataclass(frozen=True, slots=True)
class BatchRequest:
    """The batch job that a schedule creates at each slot. With `review` it waits for a person."""

    type: str
    context: Mapping[str, object] = field(default_factory=dict)
    review: bool = False


@dataclass(frozen=True, slots=True)
class ScheduleEntry:
    """One schedule of a job. None means: as the job says. `rules` are names without the stack's prefix.

    It fires from `not_before` to `not_after`, both included, and may come up to `window_minutes` later.
    """

    name: str
    batch_size: int | None = None
    max_retries: int | None = None
    max_executions: int | None = None
    enabled: bool = True
    storefronts: tuple[str, ...] = ()
    params: Mapping[str, object] = field(default_factory=dict)
    source: str = ""
    timezone: str = "UTC"
    aws: tuple[str, ...] = ()
    normal: object = None
    rules: tuple[str, ...] = ()
    not_before: datetime | None = None
    not_after: datetime | None = None
    window_minutes: int | None = None
    batch: BatchRequest | None = None

    def covers(self, instant: datetime) -> bool:
        """An instant lies within the schedule's bounds."""
        is_early = self.not_before is not None and instant < self.not_before
        is_late = self.not_after is not None and instant > self.not_after
        return not (is_early or is_late)


@dataclass(frozen=True, slots=True)
class JobEntry:
    """One job as the manifest describes it. `max_batch_size` None means that any size is allowed.

    `function` is the name of its function, without the stack's before it. A job whose function is not of this
    project has neither `handler` nor `function`. `alarms` says whether there are alarms for it.
    """

    name: str
    handler: str
    batch_size: int
    max_batch_size: int | None = None
    description: str = ""
    function: str = ""
    enabled: bool = True
    max_retries: int = 2
    max_executions: int | None = None
    retention_days: int = 30
    log_level: str = "INFO"
    max_failed_ratio: float = 0.5
    storefronts: tuple[str, ...] = ()
    timeout: int = 300
    params: Mapping[str, object] = field(default_factory=dict)
    schedules: tuple[ScheduleEntry, ...] = ()
    alarms: bool = True

    @property
    def keys(self) -> list[JobKey]:
        """Whose control records, runs and logs there are: of each storefront, or of the one job."""
        return [JobKey(self.name, storefront) for storefront in self.storefronts] or [JobKey(self.name)]

    def schedule(self, name: str) -> ScheduleEntry | None:
        return next((schedule for schedule in self.schedules if schedule.name == name), None)


@dataclass(frozen=True, slots=True)
class Budget:
    """What one API key may be asked, and the part of it that each job has, by name; they add up to at most
    1."""

    requests_per_second: float
    shares: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class CompiledManifest:
    """All jobs and request budgets by name."""

    jobs: Mapping[str, JobEntry]
    budgets: Mapping[str, Budget] = field(default_factory=dict)

    @property
    def keys(self) -> list[JobKey]:
        """Those of all jobs, in the manifest's order."""
        return [key for job in self.jobs.values() for key in job.keys]

    def job(self, name: str) -> JobEntry:
        """ConfigurationError where there is no such job, with those there are."""
        found = self.jobs.get(name)
        if found is None:
            known = ", ".join(sorted(self.jobs)) or "none"
            raise ConfigurationError(f"there is no job {name!r}; the manifest has: {known}")
        return found

    def rate(self, budget: str, job: str) -> float | None:
        """Requests a second that one run of a job may send within a budget; None where there is no such
        budget, and so no limit.

        A job runs for all its storefronts at once, so its share is divided among them. ConfigurationError
        where the budget gives the job nothing: what it sent would be taken from the others.
        """
        found = self.budgets.get(budget)
        if found is None:
            return None
        share = found.shares.get(job)
        if share is None:
            raise ConfigurationError(
                f"{job} has no share of the request budget {budget!r}, which it uses: give it one in the "
                f"manifest, under budgets.{budget}.shares"
            )
        return found.requests_per_second * share / max(1, len(self.job(job).storefronts))


def read_manifest(path: Path) -> CompiledManifest:
    """ConfigurationError where the file is missing, is no JSON, or is of another version."""
    try:
        document = orjson.loads(path.read_bytes())
    except OSError as error:
        raise ConfigurationError(
            f"{path} cannot be read ({error.strerror}): run `nightshift generate`"
        ) from error
    except orjson.JSONDecodeError as error:
        raise ConfigurationError(f"{path} is no JSON ({error}): run `nightshift generate`") from error
    return parse_manifest(document, str(path))


def parse_manifest(document: object, where: str) -> CompiledManifest:
    """The manifest from its JSON document."""
    version = document.get("version") if isinstance(document, dict) else None
    if version != VERSION:
        raise ConfigurationError(
            f"{where} has version {version}, expected {VERSION}: run `nightshift generate`"
        )
    whole = cast(dict[str, Any], document)
    return CompiledManifest(
        {name: _job(name, entry) for name, entry in whole["jobs"].items()},
        {name: Budget(**_plain(Budget, entry)) for name, entry in whole.get("budgets", {}).items()},
    )


def _job(name: str, entry: Mapping[str, Any]) -> JobEntry:
    plain = _plain(JobEntry, entry) | {"name": name}
    return JobEntry(
        **plain
        | {
            "batch_size": entry["batch_size"]["default"],
            "max_batch_size": entry["batch_size"]["max"],
            "storefronts": tuple(entry["storefronts"]),
            "schedules": tuple(_schedule(schedule) for schedule in entry["schedules"]),
        }
    )


def _schedule(entry: Mapping[str, Any]) -> ScheduleEntry:
    lists = {name: tuple(entry.get(name, ())) for name in ("storefronts", "aws", "rules")}
    bounds = {name: from_text(entry[name]) for name in ("not_before", "not_after") if entry.get(name)}
    batch = {"batch": BatchRequest(**entry["batch"])} if entry.get("batch") else {}
    return ScheduleEntry(**_plain(ScheduleEntry, entry) | lists | bounds | batch)


def _plain(
    cls: type[JobEntry] | type[ScheduleEntry] | type[Budget], entry: Mapping[str, Any]
) -> dict[str, Any]:
    known = {f.name for f in fields(cls)}
    return {name: value for name, value in entry.items() if name in known}
