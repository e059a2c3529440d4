"""Missing runs: a firing that must have been seen by now, and left no trace."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

from nightshift.manifest import JobEntry, ScheduleEntry
from nightshift.schedule import AnySchedule, Rate, from_json
from nightshift.state.models import Control, JobKey, RunId, RunRecord, Slot, Status
from nightshift.state.watches import Watched
from nightshift.trigger import Kind
from nightshift.watch.keys import firing, most_executions

LONGEST_WAIT = timedelta(hours=1)
"""A tick may be late until the next one comes, which makes up for it; but no longer than this."""

DELIVERY = timedelta(minutes=5)
"""How long a tick may be on its way without being late."""

LOOK_BACK = 100
"""How many run records of a suspected job are read: more than the skips of an hour."""

_JUST_BEFORE = timedelta(microseconds=1)


def suspects(
    entry: JobEntry, key: JobKey, control: Control, watched: Mapping[str, Watched], now: datetime
) -> Iterator[Slot]:
    """The last slot of each schedule that was due and was never claimed, as far as the control record tells.

    Nothing is expected of a pause, and of a schedule that is not watched or has run as often as it may. A run
    that was at work when the slot came explains it. A skip in the run records may do so too: `seen_until`.
    """
    for schedule in firing(entry, key):
        known = watched.get(schedule.name)
        if known is None or control.pause is not None or _is_exhausted(entry, schedule, control):
            continue
        since = max(known.since, control.resumed_at or known.since)
        minute = overdue(schedule, now)
        if minute is None or minute <= since:
            continue
        begun = control.slots.get(schedule.name)
        if (begun is None or begun < minute) and not _was_at_work(control, minute, now):
            yield Slot(schedule.name, minute)


def seen_until(slot: Slot, records: Iterable[RunRecord]) -> datetime | None:
    """The instant up to which run records answer for a slot of which no claim tells; None where none does.

    It came and was skipped, or a later one; or somebody has run the job by hand since, and it succeeded.
    """
    answers = []
    for record in records:
        if record.slot is not None and record.slot.schedule == slot.schedule:
            answers.append(record.slot.minute)
        elif record.trigger == Kind.BY_HAND and record.status is Status.SUCCEEDED:
            answers.append(record.started_at)
    return max((answer for answer in answers if answer >= slot.minute), default=None)


def overdue(entry: ScheduleEntry, now: datetime) -> datetime | None:
    """The last firing of which a run should be seen by now; None where there was none yet.

    It should be seen when the next firing has come as well, or after an hour where that takes longer: one
    late tick is none that is missing. Of a rate it is the begin of the period in which it must have fired.
    """
    schedule = from_json(entry.normal, entry.timezone)
    latest = now - DELIVERY - timedelta(minutes=entry.window_minutes or 0)
    if isinstance(schedule, Rate):
        return _last(entry, schedule, latest - min(schedule.period, LONGEST_WAIT))
    found = _last(entry, schedule, latest)
    if found is not None and found > latest - LONGEST_WAIT:
        return _last(entry, schedule, found - _JUST_BEFORE)
    return found


def _last(entry: ScheduleEntry, schedule: AnySchedule, at: datetime) -> datetime | None:
    """The last firing at or before an instant within the schedule's bounds."""
    found = schedule.previous(min(at, entry.not_after or at))
    return found if found is not None and entry.covers(found) else None


def _is_exhausted(entry: JobEntry, schedule: ScheduleEntry, control: Control) -> bool:
    most = most_executions(entry, schedule)
    return most is not None and control.executions.get(schedule.name, 0) >= most


def _was_at_work(control: Control, minute: datetime, now: datetime) -> bool:
    """A run of the job spans a minute: its tick met it, and was skipped."""
    current, last = _began(control.run), _began(control.last_run)
    if current is not None and current <= minute and control.is_leased(now):
        return True
    ended = control.last_ended_at
    return last is not None and ended is not None and last <= minute <= ended


def _began(run: RunId | None) -> datetime | None:
    """When a run began, which its id begins with; None for an id that is of no engine's making."""
    try:
        return datetime.strptime((run or "")[:15], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
