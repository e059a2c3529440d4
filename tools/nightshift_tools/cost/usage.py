"""What the runs of a job use in a month: the model, with every number it assumes in one place."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import datetime
from math import ceil

from nightshift_tools.cost import units
from nightshift_tools.cost.ticks import ticks_a_year
from nightshift_tools.manifest import Job

MONTHS, HOURS = 12, 730
"""Of a year, and of a month."""


@dataclass(frozen=True, slots=True)
class Assumptions:
    """Measured on runs of the engine, or counted from the requests that it sends."""

    changed_a_day: int = 100
    """Records of a job and storefront that change in a day, spread evenly over its ticks."""

    idle_seconds: float = 0.124
    """A run that finds nothing."""

    batch_seconds: float = 0.48
    """What each batch adds."""

    idle_writes: int = field(default_factory=units.idle_writes)
    """Write units of a run that finds nothing."""

    busy_writes: int = field(default_factory=units.run_writes)
    """Write units of a run that finds something, beside those of its batches."""

    batch_writes: int = field(default_factory=units.batch_writes)
    """Write units that each batch adds."""

    reads: float = field(default_factory=units.reads)
    """Read units of a run, and of each batch."""

    idle_log_bytes: int = 1200
    """What a run sends to CloudWatch Logs."""

    batch_log_bytes: int = 280
    """What each batch adds to it."""

    @property
    def lines(self) -> list[str]:
        """Each as a line of text, `name: value`."""
        return [f"{one.name}: {getattr(self, one.name)}" for one in fields(self)]


ASSUMPTIONS = Assumptions()


@dataclass(frozen=True, slots=True)
class Usage:
    """Of one job in an average month, all its storefronts together."""

    runs: float
    busy_runs: float
    by_scheduler: float
    gb_seconds: float
    write_units: float
    read_units: float
    log_bytes: float
    hours_with_runs: float


def usage_of(job: Job, since: datetime, assumed: Assumptions = ASSUMPTIONS) -> Usage:
    """The usage of a job whose year begins at an aware instant; an external function's is not known."""
    by_rule = by_scheduler = 0.0
    for entry in job.schedules:
        if job.enabled and entry.enabled:
            ticks = ticks_a_year(entry, since) * (len(entry.storefronts) or 1) / MONTHS
            by_scheduler += ticks if entry.needs_scheduler else 0
            by_rule += 0 if entry.needs_scheduler else ticks
    runs = by_rule + by_scheduler
    if job.is_external or not runs:
        return Usage(runs, 0, by_scheduler, 0, 0, 0, 0, 0)
    changed = assumed.changed_a_day * 365 / MONTHS * (len(job.storefronts) or 1)
    # A run without a change is idle; where there are more changes than runs, each run has its share.
    busy = min(runs, changed)
    batches = busy * ceil(changed / busy / job.batch_size) if busy else 0
    seconds = runs * assumed.idle_seconds + batches * assumed.batch_seconds
    return Usage(
        runs=runs,
        busy_runs=busy,
        by_scheduler=by_scheduler,
        gb_seconds=seconds * job.memory / 1024,
        write_units=(runs - busy) * assumed.idle_writes
        + busy * assumed.busy_writes
        + batches * assumed.batch_writes,
        read_units=(runs + batches) * assumed.reads,
        log_bytes=runs * assumed.idle_log_bytes + batches * assumed.batch_log_bytes,
        hours_with_runs=min(runs, HOURS),
    )
