"""Slots of a schedule as a person means them: the last one that has come, or one by its time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import takewhile

from nightshift.errors import ConfigurationError
from nightshift.manifest import JobEntry, ScheduleEntry
from nightshift.state.models import JobKey, Slot
from nightshift.times import to_minute, to_text
from nightshift_tools.local.firings import minutes_of

_LOOK_BACK = (1, 8, 32, 367)
"""Days, tried one after the other: few schedules are as rare as the last."""


def schedule_of_job(entry: JobEntry, name: str | None) -> ScheduleEntry:
    """The schedule of that name, or the only one, or `default`; ConfigurationError with those there are."""
    names = [schedule.name for schedule in entry.schedules]
    wanted = name or (names[0] if len(names) == 1 else "default")
    found = entry.schedule(wanted)
    if found is not None:
        return found
    if not names:
        raise ConfigurationError(f"{entry.name} has no schedule, so no slots: it is run by hand")
    said = f"no schedule {name!r}" if name else "several schedules: say which with --schedule"
    raise ConfigurationError(f"{entry.name} has {said}; it has: {', '.join(names)}")


def last_slot(entry: JobEntry, schedule: ScheduleEntry, now: datetime) -> Slot:
    """The last slot that has come; ConfigurationError where none has within a year."""
    for days in _LOOK_BACK:
        begin = now - timedelta(days=days)
        minutes = list(takewhile(lambda minute: minute <= now, minutes_of(schedule, begin)))
        if minutes:
            return Slot(schedule.name, minutes[-1])
    raise ConfigurationError(
        f"{entry.name}: the schedule {schedule.name} has not fired within a year: name the slot with --at"
    )


def is_firing(schedule: ScheduleEntry, instant: datetime) -> bool:
    """The schedule fires in this minute. That of a rate is its own affair: it counts from its deploy."""
    minute = to_minute(instant)
    if any(expression.startswith("rate(") for expression in schedule.aws):
        return True
    return next(minutes_of(schedule, minute - timedelta(seconds=1)), None) == minute


def raw_event(entry: JobEntry, key: JobKey, slot: Slot, stack: str) -> Mapping[str, object]:
    """EventBridge's own event, as a rule without an input transformer passes it on.

    ConfigurationError for a job with storefronts, which that event does not name, and for a schedule that is
    Scheduler's, which sends no such event.
    """
    schedule = entry.schedule(slot.schedule)
    if key.storefront is not None:
        raise ConfigurationError(f"{entry.name} has storefronts, and EventBridge's own event names none")
    if schedule is None or not schedule.rules or schedule.timezone != "UTC":
        raise ConfigurationError(f"{entry.name}: {slot.schedule} is no rule of EventBridge")
    return {
        "version": "0",
        "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "123456789012",
        "time": to_text(slot.minute),
        "region": "eu-central-1",
        "resources": [f"arn:aws:events:eu-central-1:123456789012:rule/{stack}-{schedule.rules[0]}"],
        "detail": {},
    }
