"""All that can be said of one expression that somebody wrote."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from nightshift_tools.schedule.dialects import SALESFORCE_ZONE, Guess, read
from nightshift_tools.schedule.eventbridge import to_expressions
from nightshift_tools.schedule.notes import notes
from nightshift_tools.schedule.words import describe

_NEXT = 5


@dataclass(frozen=True, slots=True)
class Explanation:
    """What it was taken for, and what it means. `firings` are the next five, in UTC."""

    taken: Guess
    zone: str
    words: str
    expressions: tuple[str, ...]
    notes: tuple[str, ...]
    firings: tuple[datetime, ...]


def explain(taken: Guess, zone: str | None, now: datetime) -> Explanation:
    """In a zone, or in UTC where none was named. ScheduleError where it cannot be translated exactly."""
    schedule = read(taken.dialect, taken.expression, zone or "UTC")
    said = notes(schedule, now)
    if taken.dialect == "quartz" and zone is None:
        said.append(SALESFORCE_ZONE)
    return Explanation(
        taken,
        schedule.zone,
        describe(schedule),
        to_expressions(schedule),
        tuple(said),
        tuple(islice(schedule.firings(now), _NEXT)),
    )
