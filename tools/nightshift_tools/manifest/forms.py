"""The forms in which a manifest says when: each is read by its own dialect."""

from __future__ import annotations

from nightshift.schedule import Schedule
from nightshift_tools.manifest.edge import ScheduleModel
from nightshift_tools.schedule import ScheduleError, daily, every_minutes, from_unix, hourly

FORMS = ("cron", "every_minutes", "hourly", "daily")


def forms_of(entry: ScheduleModel) -> list[str]:
    """The forms that an entry gives; there should be one."""
    return [form for form in FORMS if getattr(entry, form) is not None]


def read_form(entry: ScheduleModel) -> tuple[str, Schedule]:
    """What the manifest has, as text, and what it means. ScheduleError says what to write instead."""
    if entry.cron is not None:
        return entry.cron, from_unix(entry.cron)
    if entry.every_minutes is not None:
        return f"every_minutes: {entry.every_minutes}", every_minutes(entry.every_minutes)
    if entry.hourly is not None:
        return f"hourly: {entry.hourly}", hourly(entry.hourly)
    if entry.daily is not None:
        return f'daily: "{entry.daily}"', daily(entry.daily)
    raise ScheduleError("schedule", "it says nothing of when", f"write one of {', '.join(FORMS)}")
