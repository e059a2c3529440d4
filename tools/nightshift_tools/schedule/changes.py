"""What clock changes do to a schedule: wall times that are skipped, and wall times that come twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Literal

from nightshift.schedule import AnySchedule, Schedule, zone_of
from nightshift.schedule.firings import wall_times

_STRIDE, _FINEST = timedelta(hours=6), timedelta(seconds=1)
_ZERO = timedelta(0)


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """A slot that a clock change touches: `wall` is naive, in the schedule's zone.

    A skipped one never fires; a doubled one fires once, at the first of the two passings.
    """

    wall: datetime
    kind: Literal["skipped", "doubled"]


@dataclass(frozen=True, slots=True)
class Shift:
    """One clock change: the naive wall times from `start` to before `end` are skipped or come twice."""

    start: datetime
    end: datetime
    kind: Literal["skipped", "doubled"]


def changes(schedule: AnySchedule, start: datetime, end: datetime) -> list[Change]:
    """The slots that the clock changes between two aware instants skip or double, ascending."""
    if not isinstance(schedule, Schedule):
        return []
    found = {
        Change(wall, shift.kind)
        for shift in shifts(zone_of(schedule.zone), start, end)
        for form in schedule.forms
        for wall in wall_times(form, shift.start, shift.end)
    }
    return sorted(found)


def shifts(zone: tzinfo, start: datetime, end: datetime) -> Iterator[Shift]:
    """The clock changes of a zone between two aware instants, ascending.

    Two changes within six hours that undo each other would not be seen; no zone has had such.
    """
    if zone is UTC:
        return
    before = start.astimezone(UTC)
    last = end.astimezone(UTC)
    while before < last:
        after = min(before + _STRIDE, last)
        old, new = _offset(before, zone), _offset(after, zone)
        if old != new:
            moment = _moment(before, after, zone)
            walls = sorted((moment + _offset(before, zone), moment + _offset(after, zone)))
            yield Shift(
                walls[0].replace(tzinfo=None),
                walls[1].replace(tzinfo=None),
                "skipped" if new > old else "doubled",
            )
        before = after


def _moment(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """The first second of the new offset, which two instants enclose."""
    old = _offset(before, zone)
    while after - before > _FINEST:
        middle = (before + (after - before) / 2).replace(microsecond=0)
        if middle <= before:
            break
        if _offset(middle, zone) == old:
            before = middle
        else:
            after = middle
    return after


def _offset(instant: datetime, zone: tzinfo) -> timedelta:
    return instant.astimezone(zone).utcoffset() or _ZERO
