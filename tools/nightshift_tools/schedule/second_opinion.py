"""A second opinion on five-field cron: croniter's firings beside ours.

Two evaluators that were written apart agree, or a person is told before a rule is deployed. croniter is asked
in UTC and about five fields only: of six it takes the last for seconds.
"""

from __future__ import annotations

from datetime import datetime
from itertools import islice

from nightshift.schedule import UTC_ZONE, AnySchedule
from nightshift_tools.schedule.errors import shown

FIRINGS = 25


def disagreement(expression: str, schedule: AnySchedule, after: datetime) -> str | None:
    """The first firing after an instant on which the two differ, in words; None where they agree.

    Only what is written as five fields in UTC is compared; of anything else nothing is said.
    """
    if len(expression.split()) != 5 or schedule.zone != UTC_ZONE:
        return None
    from croniter import croniter  # only `check` pays for it

    theirs = croniter(expression, after)
    for ours in islice(schedule.firings(after), FIRINGS):
        other = theirs.get_next(datetime)
        if other != ours:
            return (
                f"{shown(expression)} fires at {ours:%Y-%m-%d %H:%M} by our reading and at "
                f"{other:%Y-%m-%d %H:%M} by croniter's; say it in another way, and report it"
            )
    return None
