"""How long run and log records are kept and shown: one rule for whoever reads and whoever removes them.

Of a job's days the first that is set holds: its own at run time, those of purge-logs at run time, which are
everybody's, its own in the manifest. A level of log records may have days of its own: params of purge-logs.

DynamoDB removes a record by the time written into it, at the cap, which is twice the manifest's retention. So
a retention can be shortened and lengthened again without touching a record, up to the cap and no further.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from nightshift.errors import ConfigurationError
from nightshift.logs.records import Level
from nightshift.manifest import CompiledManifest, JobEntry
from nightshift.state.models import JobKey

PURGE_JOB = "purge-logs"
SETTING = "retention_days"

_CAP_FACTOR = 2
_MOST_DAYS = 3653
_RUNS_OUTLIVE_LOGS = timedelta(days=30)
_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Retention:
    """Days that a job's records are kept: run records, and log records by level. `source` says who set them.

    A record is kept while it is no older than that; `cap_days` is when DynamoDB removes it by itself.
    """

    days: int
    levels: Mapping[Level, int]
    cap_days: int
    source: str

    def cutoff(self, now: datetime) -> datetime:
        """Run records that began before this instant are hidden, and purged."""
        return _cutoff(now, self.days)

    def log_cutoff(self, level: Level, now: datetime) -> datetime:
        """Log records of a level from before this instant are hidden, and purged."""
        return _cutoff(now, self.levels[level])

    def latest_cutoff(self, now: datetime) -> datetime:
        """What is not older than this has nothing to be purged."""
        return _cutoff(now, min(self.days, *self.levels.values()))


def retention_of(
    key: JobKey, manifest: CompiledManifest, overrides: Callable[[JobKey], Mapping[str, str]]
) -> Retention:
    """The retention that holds for a job; `overrides` tells what is set for one at run time.

    A job that the manifest has no more goes by purge-logs. ConfigurationError where a retention that is
    needed is not set or cannot be read: nothing is taken for old then.
    """
    purge_set, purge = overrides(JobKey(PURGE_JOB)), manifest.jobs.get(PURGE_JOB)
    job = manifest.jobs.get(key.job) or manifest.job(PURGE_JOB)
    candidates = (
        (overrides(key).get(SETTING), f"set for {key}"),
        (purge_set.get(SETTING), f"set for {PURGE_JOB}"),
        (job.retention_days, "the manifest"),
    )
    days, source = next((found for found in candidates if found[0] is not None), (None, ""))
    if days is None:
        raise ConfigurationError(
            f"{key} has no {SETTING}, so nothing can be shown or purged: add it to the manifest, or run "
            f"`nightshift set {PURGE_JOB} {SETTING}=30`"
        )
    own = _days(days, job.name, SETTING, source)
    levels = {level: _of_level(level, purge, purge_set) or own for level in Level}
    return Retention(own, levels, cap_days(job), source)


def check_cap(key: JobKey, retention: Retention) -> None:
    """ConfigurationError where more is asked for than is kept."""
    asked = {SETTING: retention.days} | {
        _level_setting(level): days for level, days in retention.levels.items() if days != retention.days
    }
    for name, days in asked.items():
        beyond = days - retention.cap_days
        if beyond > 0:
            raise ConfigurationError(
                f"{name} = {days} is more than the {retention.cap_days} days that records of {key} are kept, "
                f"twice the {SETTING} of the manifest: those of the {beyond} day{'s' * (beyond > 1)} beyond "
                f"are gone or about to go. Set {retention.cap_days} or less, or put "
                f"{SETTING}: {-(-days // _CAP_FACTOR)} into schedules.yaml and deploy: that holds for "
                "records written from then on"
            )


def cap_days(job: JobEntry) -> int:
    """Days after which DynamoDB removes a job's log records, whatever is set at run time.

    ConfigurationError where the manifest has no retention.
    """
    return _CAP_FACTOR * _days(job.retention_days, job.name, SETTING, "the manifest")


def expiry(now: datetime, job: JobEntry) -> datetime:
    """When DynamoDB may remove a log record of a job that is written now."""
    return now + timedelta(days=cap_days(job))


def run_expiry(now: datetime, job: JobEntry) -> datetime:
    """As `expiry`, for run records, which outlive their logs, so that a purge finds the logs by them."""
    return expiry(now, job) + _RUNS_OUTLIVE_LOGS


def _cutoff(now: datetime, days: int) -> datetime:
    """To the millisecond, as instants are kept: so a reader and a purge that follows agree on the border."""
    instant = now - timedelta(days=days)
    return instant - (instant - datetime.min.replace(tzinfo=instant.tzinfo)) % _MILLISECOND


def _of_level(level: Level, purge: JobEntry | None, overrides: Mapping[str, str]) -> int | None:
    name = _level_setting(level)
    value: object = overrides.get(f"params.{name}")
    source = f"set for {PURGE_JOB}"
    if value is None and purge is not None:
        value, source = purge.params.get(name), "the manifest"
    return None if value is None else _days(value, PURGE_JOB, name, source)


def _level_setting(level: Level) -> str:
    return f"{SETTING}_{level.name.lower()}"


def _days(value: object, job: str, name: str, source: str) -> int:
    text = str(value)
    is_number = not isinstance(value, bool) and text.isascii() and text.isdecimal() and len(text) < 9
    if not is_number or not 1 <= int(text) <= _MOST_DAYS:
        raise ConfigurationError(
            f"{job}: {name} = {value!r} ({source}) is no number of days, so nothing can be shown or purged: "
            f"set a whole number from 1 to {_MOST_DAYS}, as in `nightshift set {job} {name}=30`"
        )
    return int(text)
