"""When a schedule of `schedules.yaml` fires, worked out from its text by croniter: a second opinion.

Nothing of Nightshift is used. Wall times are walked without a zone, and put into it here: one that no clock
shows is left out, one that comes twice counts where it comes first, as EventBridge Scheduler has it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from croniter import croniter


def five_fields(form: str | Mapping[str, object]) -> str:
    """A form of the manifest as Unix cron; KeyError or ValueError for one that is none."""
    if isinstance(form, str):
        return form
    for name in ("cron", "quartz", "every_minutes", "hourly", "daily", "weekly", "monthly"):
        if name in form:
            return _FORMS[name](form[name])
    raise ValueError(f"{form} cannot be said in five fields")


def ticks(expression: str, zone: str, begin: datetime, end: datetime) -> Iterator[datetime]:
    """The instants in UTC from `begin` to before `end`."""
    there, a_day = ZoneInfo(zone), timedelta(days=1)
    walls = croniter(expression, begin.replace(tzinfo=None) - a_day, day_or=True)
    while (wall := walls.get_next(datetime)) < end.replace(tzinfo=None) + a_day:
        instant = wall.replace(tzinfo=there).astimezone(UTC)
        is_shown = instant.astimezone(there).replace(tzinfo=None) == wall
        if is_shown and begin <= instant < end:
            yield instant


def _quartz(text: object) -> str:
    seconds, *rest = str(text).split()
    if seconds != "0" or rest[4] not in ("?", "*") or rest[5:] not in ([], ["*"]):
        raise ValueError(f"{text} is more than five fields say")
    return " ".join(rest[:5]).replace("?", "*")


def _at(text: object) -> str:
    hour, minute = str(text).split(":")
    return f"{int(minute)} {int(hour)}"


_FORMS = {
    "cron": str,
    "quartz": _quartz,
    "every_minutes": lambda n: f"*/{n} * * * *" if n < 60 else f"0 */{n // 60} * * *",
    "hourly": lambda minute: f"{minute} * * * *",
    "daily": lambda at: f"{_at(at)} * * *",
    "weekly": lambda form: f"{_at(form['at'])} * * {form['day']}",
    "monthly": lambda form: f"{_at(form['at'])} {str(form['day']).replace('last', 'l')} * *",
}
