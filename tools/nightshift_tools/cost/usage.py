"""What the runs of a job use in a month: the model, with every number it assumes in one place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from math import ceil

from nightshift_tools.cost import units
from nightshift_tools.cost.ticks import ticks_a_year
from nightshift_tools.manifest import Job
from nightshift_tools.template.alarms import MISSING_RUNS, alarms_of
from nightshift_tools.template.watchdog import is_watched

MONTHS, HOURS = 12, 730
"""Of a year, and of a month."""

LOOKS, WATCHDOG_MEMORY = 12 * HOURS, 256
"""Of a month, and of the watchdog's function in MB."""


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

    look_seconds: float = 0.03
    """A look of the watchdog, every five minutes."""

    look_log_bytes: int = 450
    """What each look sends to CloudWatch Logs."""

    told_log_bytes: int = 260
    """What it adds to that for each job whose missing runs it tells."""

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


def watchdog_usage(jobs: Sequence[Job], assumed: Assumptions = ASSUMPTIONS) -> Usage:
    """The usage of the watchdog that looks after these jobs, in a month in which all is well."""
    own = [job for job in jobs if is_watched(job)]
    records = 1 + sum(len(job.storefronts) or 1 for job in own)
    told = sum(MISSING_RUNS in alarms_of(job) for job in own)
    return Usage(
        runs=LOOKS,
        busy_runs=0,
        by_scheduler=0,
        gb_seconds=LOOKS * assumed.look_seconds * WATCHDOG_MEMORY / 1024,
        write_units=0,
        read_units=LOOKS * records / 2,
        log_bytes=LOOKS * (assumed.look_log_bytes + told * assumed.told_log_bytes),
        hours_with_runs=HOURS,
    )


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
