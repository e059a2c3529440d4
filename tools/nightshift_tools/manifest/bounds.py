"""From when until when a schedule fires, and how much later a firing may come: its own, or its job's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from nightshift.schedule import AnySchedule, At, Schedule
from nightshift_tools.manifest.checking import Checking
from nightshift_tools.manifest.edge import JobModel, ScheduleModel
from nightshift_tools.manifest.moments import read_end, read_start
from nightshift_tools.manifest.validate import shown
from nightshift_tools.manifest.values import Path

_JUST_BEFORE = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Bounds:
    """First and last instant, both included, in UTC; minutes that a firing may come later."""

    start: datetime | None = None
    end: datetime | None = None
    window_minutes: int | None = None


def read_bounds(path: Path, entry: ScheduleModel, job: JobModel, zone: str, checking: Checking) -> Bounds:
    """The bounds of the schedule at a path; what is wrong is told, and left out."""
    start = _moment(path, "not_before", entry, job, zone, read_start, checking)
    end = _moment(path, "not_after", entry, job, zone, read_end, checking)
    if start is not None and end is not None and end < start:
        place = _place(path, "not_after", entry)
        checking.wrong(place, "this is before not_before, so nothing would ever run; write a later one")
        start = end = None
    window = job.window_minutes if entry.window_minutes is None else entry.window_minutes
    return Bounds(start, end, window)


def check_bounds(
    path: Path, entry: ScheduleModel, schedule: AnySchedule, bounds: Bounds, checking: Checking
) -> None:
    """What a schedule and its bounds are together."""
    key = "not_after" if bounds.end is not None else "not_before"
    place = _place(path, key, entry)
    if bounds.start is None and bounds.end is None:
        return
    if isinstance(schedule, At):
        checking.wrong(place, "the schedule is a single instant, which has no bounds; take it away")
    elif isinstance(schedule, Schedule):
        begin = bounds.start or datetime.fromisoformat("1970-01-01T00:00:00+00:00")
        first = next(schedule.firings(begin - _JUST_BEFORE), None)
        if first is None or (bounds.end is not None and first > bounds.end):
            checking.wrong(place, "the schedule never fires within its bounds; widen them, or take it away")


def _moment(
    path: Path,
    key: str,
    entry: ScheduleModel,
    job: JobModel,
    zone: str,
    read: Callable[[str, str], datetime],
    checking: Checking,
) -> datetime | None:
    own: str | None = getattr(entry, key)
    text: str | None = getattr(job, key) if own is None else own
    if text is None:
        return None
    try:
        return read(text, zone)
    except (ValueError, OverflowError) as error:
        checking.wrong(_place(path, key, entry), f"{shown(text)}: {error}")
        return None


def _place(path: Path, key: str, entry: ScheduleModel) -> Path:
    """Where a bound of a schedule is written: at the schedule itself, or at its job."""
    return (*path, key) if getattr(entry, key) is not None else (*path[:2], key)
