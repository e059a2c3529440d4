"""Looking back: runs by a part of their id, and log records across runs, as far as retention shows them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from heapq import merge

from nightshift.logs.records import Level, LogRecord
from nightshift.logs.retention import visible_since
from nightshift.settings import resolve_settings
from nightshift.state.models import Control, JobKey, RunId, RunRecord
from nightshift.state.ports import State
from nightshift_tools.local.composition import Local

_LOOKED_AT = 1000
"""How many runs of a job are searched: at two minutes' distance more than a day of them."""


def find_runs(state: State, keys: Sequence[JobKey], text: str, now: datetime) -> list[RunRecord]:
    """The run of that id, or those among the latest whose id, or its random end, begins so."""
    exact = [state.runs.get(key, RunId(text), now) for key in keys]
    found = [record for record in exact if record is not None]
    if found:
        return found
    latest = (record for key in keys for record in state.runs.latest(key, _LOOKED_AT, now))
    return [record for record in latest if any(part.startswith(text) for part in _parts(record.id))]


def _parts(run: RunId) -> tuple[str, str]:
    return run, run.rpartition("-")[2]


def log_of(local: Local, record: RunRecord, now: datetime) -> Iterator[LogRecord]:
    """The log records of a run, oldest first."""
    return local.stores.logs.of_run(record.id, oldest_shown(local, record.key, now))


def log_since(local: Local, key: JobKey, since: datetime, level: Level, now: datetime) -> Iterator[LogRecord]:
    """The log records of a job from an instant on, at this level or above, oldest first."""
    since = max(since, oldest_shown(local, key, now))
    if level >= Level.WARNING:
        found = local.stores.logs.troubles(key, since, now)
    else:
        found = merge(*_logs(local, key, since, now), key=lambda record: (record.at, record.sequence))
    return (record for record in found if record.level >= level)


def oldest_shown(local: Local, key: JobKey, now: datetime) -> datetime:
    """The instant before which the job's retention hides everything."""
    control = local.stores.state.control.read(key) or Control()
    settings = resolve_settings(
        local.manifest.job(key.job),
        None,
        by_hand={},
        overrides=control.overrides,
        environment=local.environment,
    )
    return visible_since(now, settings.retention_days)


def _logs(local: Local, key: JobKey, since: datetime, now: datetime) -> Iterator[Iterator[LogRecord]]:
    for record in local.stores.state.runs.latest(key, _LOOKED_AT, now):
        if (record.ended_at or now) + timedelta(seconds=1) >= since:
            yield local.stores.logs.of_run(record.id, since)
