"""What is left after a purge, looked up anew: counted, not concluded."""

from __future__ import annotations

from collections.abc import Callable

from nightshift.archive import RunRecord
from purge_logs.plan import Plan
from purge_logs.tally import Left

RUNS_LOOKED_AT = 100
"""Young runs of a job that are looked through at most for the oldest log record that is left."""


def what_is_left(plan: Plan, has_time: Callable[[], bool]) -> Left | None:
    """All runs that are old by any retention, and young ones up to the first with a log; None where time is
    up before."""
    left = Left()
    for key in plan.archive.keys:
        cutoff, young, has_log = plan.retention(key).latest_cutoff(plan.now), 0, False
        for record in plan.archive.runs(key, plan.now):
            if not has_time():
                return None
            young += record.started_at >= cutoff
            if young > RUNS_LOOKED_AT or (young and has_log):
                break
            if not plan.leaves_alone(key, record.id):
                has_log = _look_at(plan, record, left) or has_log
    return left


def _look_at(plan: Plan, record: RunRecord, left: Left) -> bool:
    """Note what is left of a run; True where it has a log."""
    has_log = False
    for item in plan.archive.log_of(record.id):
        has_log = True
        left.add_log(item, plan.records_due(item))
    left.add_run(record, is_due=not has_log and plan.is_due(record))
    return has_log
