"""From usage to dollars: per job what its runs and what its being there cost, and what the stack costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from nightshift_tools.cost.prices import PRICES, Prices
from nightshift_tools.cost.usage import ASSUMPTIONS, HOURS, Assumptions, Usage, usage_of, watchdog_usage
from nightshift_tools.manifest import Job, Manifest
from nightshift_tools.template.alarms import MISSING_RUNS, alarms_of
from nightshift_tools.template.needs import Needs

RUN_METRICS = 3
"""FailedRuns, QuarantinedRecords, RunDuration: told by each run, and paid for by the hour that has any."""

QUEUE_ALARMS = 3
MILLION, GB = 1_000_000, 1_000_000_000


@dataclass(frozen=True, slots=True)
class JobCost:
    """One job's month: dollars, beside what they are for."""

    job: str
    usage: Usage
    compute: float
    state: float
    logs: float
    watching: float

    @property
    def total(self) -> float:
        return self.compute + self.state + self.logs + self.watching


@dataclass(frozen=True, slots=True)
class Bill:
    """A stack's month. `shared` is what is there once: secrets, alarms of the queues, the dashboard."""

    jobs: tuple[JobCost, ...]
    watchdog: JobCost
    shared: float

    @property
    def total(self) -> float:
        return self.shared + self.watchdog.total + sum(job.total for job in self.jobs)


def cost(
    manifest: Manifest,
    needs: Mapping[str, Needs],
    since: datetime,
    prices: Prices = PRICES,
    assumed: Assumptions = ASSUMPTIONS,
    *,
    customer_key: bool = False,
) -> Bill:
    """What a manifest costs in an average month of the year that begins at an aware instant."""
    jobs = [manifest.jobs[name] for name in sorted(manifest.jobs)]
    secrets = {secret for job in jobs if job.name in needs for secret in needs[job.name].secrets.values()}
    shared = QUEUE_ALARMS * prices.alarm_month + len(secrets) * prices.secret_month
    shared += prices.dashboard_month if any(not job.is_external for job in jobs) else 0
    shared += prices.key_month if customer_key else 0
    return Bill(
        tuple(_job(job, needs.get(job.name, Needs()), usage_of(job, since, assumed), prices) for job in jobs),
        _runs("watchdog", watchdog_usage(jobs, assumed), prices, waking=0, watching=0),
        shared,
    )


def _job(job: Job, needs: Needs, usage: Usage, prices: Prices) -> JobCost:
    waking = usage.by_scheduler / MILLION * prices.scheduler_million
    if job.is_external:
        return JobCost(job.name, usage, waking, 0, 0, 0)
    watching = _watching(alarms_of(job, needs.alarms), usage, prices)
    return _runs(job.name, usage, prices, waking=waking, watching=watching)


def _runs(name: str, usage: Usage, prices: Prices, *, waking: float, watching: float) -> JobCost:
    runs = usage.runs / MILLION
    return JobCost(
        job=name,
        usage=usage,
        compute=waking
        + usage.gb_seconds * prices.lambda_gb_second
        + runs * prices.lambda_million_requests
        + runs * prices.xray_million_traces,
        state=usage.write_units / MILLION * prices.dynamodb_million_writes
        + usage.read_units / MILLION * prices.dynamodb_million_reads,
        logs=usage.log_bytes / GB * prices.logs_gb,
        watching=watching,
    )


def _watching(alarms: Sequence[str], usage: Usage, prices: Prices) -> float:
    """Alarms, and metrics: those of runs by the hour, the watchdog's all the time."""
    metrics = RUN_METRICS * usage.hours_with_runs / HOURS + (1 if MISSING_RUNS in alarms else 0)
    return len(alarms) * prices.alarm_month + metrics * prices.metric_month
