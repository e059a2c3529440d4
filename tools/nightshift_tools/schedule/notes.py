"""What a schedule does that its writer may not expect. It is said, not refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from nightshift.schedule import AnySchedule, At, Rate
from nightshift_tools.schedule.changes import Change, changes

YEAR = timedelta(days=365)
_SHOWN = 3


def notes(schedule: AnySchedule, now: datetime | None = None) -> list[str]:
    """One sentence for each surprise; none for most schedules.

    Clock changes of the 12 months from `now` on are told, which is the present by default.
    """
    if isinstance(schedule, At):
        return []
    if isinstance(schedule, Rate):
        return ["a rate counts from the moment of deployment, so deploying it anew moves its phase"]
    found: list[str] = []
    for form in schedule.forms:
        found += _uneven("minute", form.minutes, 0, 59, "hour")
        found += _uneven("hour", form.hours, 0, 23, "day")
        found += _uneven("day", form.days or (), 1, 31, "month")
        found += _uneven("month", form.months, 1, 12, "year")
        found += _uneven("weekday", form.weekdays or (), 1, 7, "week")
    start = datetime.now(UTC) if now is None else now
    found += _clock_changes(schedule.zone, changes(schedule, start, start + YEAR))
    return list(dict.fromkeys(found))


def _uneven(field: str, values: tuple[int, ...], low: int, high: int, whole: str) -> Iterator[str]:
    """`*/7`: a step that does not divide its range leaves a shorter gap where the range begins anew."""
    if len(values) < (2 if low == 0 else 3) or values[0] != low:
        return
    step = values[1] - values[0]
    gap = high + 1 - values[-1]
    if step > 1 and gap < step and values == tuple(range(low, high + 1, step)):
        end = f"{gap} at the end of each {whole}" if field != "day" else f"fewer at the end of a {whole}"
        yield f"every {step} {field}s, but {end}, where cron begins anew"


def _clock_changes(zone: str, found: list[Change]) -> Iterator[str]:
    skipped = [change.wall for change in found if change.kind == "skipped"]
    doubled = [change.wall for change in found if change.kind == "doubled"]
    if skipped:
        yield f"the clocks of {zone} skip {_times(skipped)} in the next 12 months: it does not fire then"
    if doubled:
        yield f"the clocks of {zone} show {_times(doubled)} twice in the next 12 months: it fires once"


def _times(walls: list[datetime]) -> str:
    shown = ", ".join(f"{wall:%Y-%m-%d %H:%M}" for wall in walls[:_SHOWN])
    more = len(walls) - _SHOWN
    return f"{shown} and {more} more" if more > 0 else shown
