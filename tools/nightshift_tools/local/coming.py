"""What comes next by the manifest, and which slots the clock changes of a year touch."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from nightshift.manifest import CompiledManifest, ScheduleEntry
from nightshift.schedule import Schedule, zone_of
from nightshift.schedule.zones import to_utc
from nightshift_tools.local.firings import Due, enabled_schedules, firings, schedule_of
from nightshift_tools.schedule import describe
from nightshift_tools.schedule.changes import Change, changes
from nightshift_tools.schedule.notes import YEAR


@dataclass(frozen=True, slots=True)
class Coming:
    """One firing, with the zone of its schedule."""

    due: Due
    zone: str


@dataclass(frozen=True, slots=True)
class Touched:
    """One slot that a clock change skips or doubles; `fires` is None for one that never comes."""

    job: str
    schedule: str
    change: Change
    zone: str
    fires: datetime | None


def coming(manifest: CompiledManifest, jobs: Collection[str], after: datetime, count: int) -> list[Coming]:
    """The next firings of these jobs together, in order."""
    found = islice(firings(manifest, jobs, after), count)
    zones = {(job, entry.name): entry.timezone for job, entry in _schedules(manifest, jobs)}
    return [Coming(due, zones[due.job, due.schedule]) for due in found]


def touched(
    manifest: CompiledManifest, jobs: Collection[str], now: datetime, zone: str | None
) -> list[Touched]:
    """The slots that the clock changes of the next 12 months touch, in order.

    With `zone`, as if all schedules were in that zone.
    """
    found = []
    for job, entry in _schedules(manifest, jobs):
        schedule = schedule_of(entry)
        if not isinstance(schedule, Schedule):
            continue
        there = replace(schedule, zone=zone or schedule.zone)
        clock = zone_of(there.zone)
        for change in changes(there, now, now + YEAR):
            if entry.covers(change.wall.replace(tzinfo=clock)):
                fires = to_utc(change.wall, clock)
                found.append(Touched(job, entry.name, change, there.zone, fires))
    return sorted(found, key=lambda slot: (slot.change, slot.job, slot.schedule))


def in_words(manifest: CompiledManifest, jobs: Collection[str]) -> Iterator[str]:
    """A line for each schedule that fires."""
    for job, entry in _schedules(manifest, jobs):
        yield f"{job}, {entry.name}: {describe(schedule_of(entry))}"


def _schedules(manifest: CompiledManifest, jobs: Collection[str]) -> Iterator[tuple[str, ScheduleEntry]]:
    for name in sorted(jobs):
        for entry in enabled_schedules(manifest.job(name)):
            yield name, entry
