"""The forms in which a manifest says when: each is read by its own dialect."""

from __future__ import annotations

from nightshift.schedule import AnySchedule
from nightshift_tools.manifest.edge import ScheduleModel
from nightshift_tools.schedule import (
    ScheduleError,
    alias,
    daily,
    every_minutes,
    from_aws,
    from_quartz,
    from_unix,
    hourly,
    monthly,
    rate,
    weekly,
)

FORMS = ("cron", "quartz", "aws", "rate", "every_minutes", "hourly", "daily", "weekly", "monthly")

_AWS = ("cron(", "rate(", "at(")


def forms_of(entry: ScheduleModel) -> list[str]:
    """The forms that an entry gives; there should be one."""
    return [form for form in FORMS if getattr(entry, form) is not None]


def source_of(entry: ScheduleModel) -> str:
    """What the manifest has, as text: Unix cron as it is, every other form with its key."""
    if entry.cron is not None:
        return entry.cron
    if entry.weekly is not None:
        return f'weekly: {{day: {entry.weekly.day}, at: "{entry.weekly.at}"}}'
    if entry.monthly is not None:
        return f'monthly: {{day: {entry.monthly.day}, at: "{entry.monthly.at}"}}'
    (form,) = forms_of(entry)
    value = getattr(entry, form)
    return f'{form}: "{value}"' if form in ("quartz", "aws", "daily") else f"{form}: {value}"


def read_form(entry: ScheduleModel, zone: str) -> AnySchedule:
    """What the one form of an entry means, in a zone. ScheduleError says what to write instead."""
    if entry.cron is not None:
        return _from_text(entry.cron, zone)
    if entry.quartz is not None:
        return from_quartz(entry.quartz, zone)
    if entry.aws is not None:
        return from_aws(entry.aws, zone)
    if entry.rate is not None:
        return rate(entry.rate)
    if entry.every_minutes is not None:
        return every_minutes(entry.every_minutes, zone)
    if entry.hourly is not None:
        return hourly(entry.hourly, zone)
    if entry.daily is not None:
        return daily(entry.daily, zone)
    if entry.weekly is not None:
        return weekly(entry.weekly.day, entry.weekly.at, zone)
    if entry.monthly is not None:
        return monthly(entry.monthly.day, entry.monthly.at, zone)
    raise ScheduleError("schedule", "it says nothing of when", f"write one of {', '.join(FORMS)}")


def _from_text(text: str, zone: str) -> AnySchedule:
    """Unix cron, or an alias of one. What is another dialect's is not guessed at, but named."""
    if text.startswith("@"):
        return alias(text, zone)
    if text.lstrip().startswith(_AWS):
        raise ScheduleError(
            None, f"{text[:60]!a} is an AWS expression", f'write {{aws: "{text.strip()[:60]}"}}'
        )
    return from_unix(text, zone)
