"""What a schedule does that its writer may not expect. It is said, not refused."""

from __future__ import annotations

from collections.abc import Iterator

from nightshift.schedule import Schedule


def notes(schedule: Schedule) -> list[str]:
    """One sentence for each surprise; none for most schedules."""
    found: list[str] = []
    for form in schedule.forms:
        found += _uneven("minute", form.minutes, 60, "hour")
        found += _uneven("hour", form.hours, 24, "day")
    return list(dict.fromkeys(found))


def _uneven(field: str, values: tuple[int, ...], size: int, whole: str) -> Iterator[str]:
    """`*/7`: a step that does not divide its range leaves a shorter gap where the range begins anew."""
    if len(values) < 2 or values[0] != 0:
        return
    step = values[1] - values[0]
    gap = size - values[-1]
    if step > 1 and gap < step and values == tuple(range(0, size, step)):
        yield f"every {step} {field}s, but {gap} at the end of each {whole}, where cron begins anew"
