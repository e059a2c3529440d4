"""What comes due, and when: every firing of a manifest's schedules, as the events that rules would send."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import merge
from itertools import takewhile

from nightshift.manifest import CompiledManifest, JobEntry, ScheduleEntry
from nightshift.schedule import AnySchedule, from_json
from nightshift.state.models import JobKey, Slot
from nightshift.trigger import scheduled_event

_JUST_BEFORE = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, order=True)
class Due:
    """One firing of a schedule for one storefront, or for a job that has none; `resumed` for another try."""

    minute: datetime
    job: str
    schedule: str
    storefront: str = ""
    resumed: bool = False

    @property
    def key(self) -> JobKey:
        return JobKey(self.job, self.storefront or None)

    def event(self) -> dict[str, object]:
        """What the generated rule passes to the function, or the watchdog."""
        return scheduled_event(self.key, Slot(self.schedule, self.minute), resumed=self.resumed)


def schedule_of(entry: ScheduleEntry) -> AnySchedule:
    """The schedule as the compiled manifest keeps it."""
    return from_json(entry.normal, entry.timezone)


def minutes_of(schedule: ScheduleEntry, after: datetime) -> Iterator[datetime]:
    """The minutes at which a schedule fires strictly after an instant, within its bounds, in UTC."""
    first = schedule.not_before
    begin = after if first is None or first <= after else first - _JUST_BEFORE
    return takewhile(schedule.covers, schedule_of(schedule).firings(begin))


def firings(manifest: CompiledManifest, jobs: Collection[str], after: datetime) -> Iterator[Due]:
    """Every firing of these jobs strictly after an instant, in order; what is disabled does not fire."""
    streams = [
        _firings(entry, schedule, storefront, after)
        for entry in (manifest.job(name) for name in sorted(jobs))
        for schedule in enabled_schedules(entry)
        for storefront in (schedule.storefronts or entry.storefronts or ("",))
    ]
    return merge(*streams)


def next_firing(entry: JobEntry, after: datetime) -> datetime | None:
    """When a job fires next; None where it has no schedule that is enabled, or none that comes again."""
    firsts = (next(minutes_of(schedule, after), None) for schedule in enabled_schedules(entry))
    return min((instant for instant in firsts if instant is not None), default=None)


def enabled_schedules(entry: JobEntry) -> list[ScheduleEntry]:
    return [schedule for schedule in entry.schedules if entry.enabled and schedule.enabled]


def _firings(entry: JobEntry, schedule: ScheduleEntry, storefront: str, after: datetime) -> Iterator[Due]:
    for minute in minutes_of(schedule, after):
        yield Due(minute, entry.name, schedule.name, storefront)
