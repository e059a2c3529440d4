"""Looking back: runs by a part of their id, and log records across runs, as far as retention shows them.

What is on legal hold is shown however old it is: nobody could look at it otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from heapq import merge

from nightshift.archive import Hold, holding
from nightshift.logs.records import Level, LogRecord
from nightshift.logs.retention import Retention, retention_of
from nightshift.state.models import JobKey, RunId, RunRecord
from nightshift_tools.local.composition import Local

_LOOKED_AT = 1000
"""How many runs of a job are searched: at two minutes' distance more than a day of them."""

_EVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Sight:
    """What may be seen of one job at an instant."""

    key: JobKey
    now: datetime
    retention: Retention
    holds: Sequence[Hold]

    @classmethod
    def of(cls, local: Local, key: JobKey, now: datetime) -> Sight:
        """ConfigurationError where the job's retention is not set or cannot be read."""
        archive = local.stores.archive
        holds = [hold for hold in archive.holds() if hold.key in (key, JobKey(key.job))]
        return cls(key, now, retention_of(key, local.manifest, archive.overrides), holds)

    @property
    def since(self) -> datetime:
        """Nothing older than this can be seen, whatever its level."""
        if self.holds:
            return _EVER
        return min(self.retention.log_cutoff(level, self.now) for level in Level)

    def shows_run(self, record: RunRecord) -> bool:
        is_recent = record.started_at >= self.retention.cutoff(self.now)
        return is_recent or self._is_held(record.id)

    def shows_log(self, record: LogRecord) -> bool:
        return record.at >= self.retention.log_cutoff(record.level, self.now) or self._is_held(record.run)

    def _is_held(self, run: RunId) -> bool:
        return holding(self.holds, self.key, run) is not None


def find_runs(local: Local, keys: Sequence[JobKey], text: str, now: datetime) -> list[RunRecord]:
    """The run of that id, or those among the latest whose id, or its random end, begins so."""
    runs = local.stores.state.runs
    exact = [record for key in keys if (record := runs.get(key, RunId(text), now)) is not None]
    found = [record for record in exact if Sight.of(local, record.key, now).shows_run(record)]
    if found:
        return found
    latest = (record for key in keys for record in latest_runs(local, key, _LOOKED_AT, now))
    return [record for record in latest if any(part.startswith(text) for part in _parts(record.id))]


def latest_runs(local: Local, key: JobKey, limit: int, now: datetime) -> list[RunRecord]:
    """The newest runs of a job that may be seen, newest first."""
    sight = Sight.of(local, key, now)
    return [record for record in local.stores.state.runs.latest(key, limit, now) if sight.shows_run(record)]


def log_of(local: Local, record: RunRecord, now: datetime) -> Iterator[LogRecord]:
    """The log records of a run, oldest first."""
    sight = Sight.of(local, record.key, now)
    return filter(sight.shows_log, local.stores.logs.of_run(record.id, sight.since, now))


def log_since(local: Local, key: JobKey, since: datetime, level: Level, now: datetime) -> Iterator[LogRecord]:
    """The log records of a job from an instant on, at this level or above, oldest first."""
    sight = Sight.of(local, key, now)
    since = max(since, sight.since)
    found: Iterable[LogRecord]
    if level >= Level.WARNING:
        found = local.stores.logs.troubles(key, since, now)
    else:
        found = merge(*_logs(local, sight, since), key=lambda record: (record.at, record.sequence))
    return (record for record in found if record.level >= level and sight.shows_log(record))


def _logs(local: Local, sight: Sight, since: datetime) -> Iterator[Iterator[LogRecord]]:
    # Of all runs: those that are hidden by now may have log records of a level that is kept for longer.
    for record in local.stores.state.runs.latest(sight.key, _LOOKED_AT, sight.now):
        if (record.ended_at or sight.now) + timedelta(seconds=1) >= since:
            yield local.stores.logs.of_run(record.id, since, sight.now)


def _parts(run: RunId) -> tuple[str, str]:
    return run, run.rpartition("-")[2]
