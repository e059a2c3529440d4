"""Which jobs, storefronts and schedules the watchdog looks after, and what it remembers of each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256

import orjson

from nightshift.manifest import CompiledManifest, JobEntry, ScheduleEntry
from nightshift.state.models import JobKey
from nightshift.state.watches import Watched, Watches
from nightshift.times import to_text


def watched_keys(manifest: CompiledManifest) -> list[JobKey]:
    """Every job and storefront with a schedule. Of an external job nothing is known here."""
    return [
        JobKey(entry.name, storefront)
        for entry in manifest.jobs.values()
        if entry.function and entry.schedules
        for storefront in (entry.storefronts or (None,))
    ]


def firing(entry: JobEntry, key: JobKey) -> Iterator[ScheduleEntry]:
    """The schedules that wake a job for a storefront, by the manifest."""
    for schedule in entry.schedules:
        is_here = not schedule.storefronts or key.storefront in schedule.storefronts
        if entry.enabled and schedule.enabled and is_here:
            yield schedule


def remembered(manifest: CompiledManifest, known: Watches, now: datetime) -> Watches:
    """What is to be remembered of a manifest's schedules, given what is.

    A schedule that is new, changed or enabled again is watched from now on: what it might have fired before,
    no rule knew of.
    """
    found: dict[JobKey, dict[str, Watched]] = {}
    for key in watched_keys(manifest):
        entry, before = manifest.job(key.job), known.get(key, {})
        for schedule in firing(entry, key):
            watched = before.get(schedule.name)
            meaning = _meaning(entry, schedule)
            if watched is None or watched.meaning != meaning:
                watched = Watched(meaning, now)
            found.setdefault(key, {})[schedule.name] = watched
    return found


def most_executions(entry: JobEntry, schedule: ScheduleEntry) -> int | None:
    """How often a schedule may run a job; None for no limit."""
    return entry.max_executions if schedule.max_executions is None else schedule.max_executions


def _meaning(entry: JobEntry, schedule: ScheduleEntry) -> str:
    """A digest of all that says when a schedule fires."""
    bounds = [moment and to_text(moment) for moment in (schedule.not_before, schedule.not_after)]
    limits = [schedule.window_minutes, most_executions(entry, schedule)]
    said = orjson.dumps([schedule.normal, schedule.timezone, bounds, limits], option=orjson.OPT_SORT_KEYS)
    return sha256(said).hexdigest()[:8]
