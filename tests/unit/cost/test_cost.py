"""The model of cost against numbers worked out by hand."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from nightshift_tools.cost import PRICES, Assumptions, Usage, cost, usage_of
from nightshift_tools.cost.ticks import ticks_a_year
from nightshift_tools.manifest import Manifest, parse
from nightshift_tools.template import Needs

SINCE = datetime(2026, 1, 1, tzinfo=UTC)
IDLE = Assumptions(changed_a_day=0)


def manifest(job: str) -> Manifest:
    return parse(f"version: 1\njobs: {{sync: {{{job}}}}}", {}, "schedules.yaml")


def usage(job: str, assumed: Assumptions = IDLE) -> Usage:
    return usage_of(manifest(job).jobs["sync"], SINCE, assumed)


@pytest.mark.parametrize(
    ("schedule", "ticks"),
    [
        ("{every_minutes: 5}", 105_120),
        ("{daily: '02:00'}", 365),
        ("'0 0 1 1 *'", 1),
        ("'0 0 29 2 *'", 0),
        ("'0 0 13 * 5'", 12 + 52),
        ("{rate: 6 hours}", 1460),
        ("{aws: 'at(2026-06-01T08:00:00)'}", 1),
        ("{aws: 'at(2027-06-01T08:00:00)'}", 0),
        ("{hourly: 0, timezone: Europe/Berlin}", 8760),
        ("{hourly: 30, not_before: 2026-12-01, not_after: 2026-12-31}", 744),
        ("{hourly: 30, not_after: 2025-12-31}", 0),
    ],
)
def test_firings_in_a_year_are_counted(schedule: str, ticks: int) -> None:
    (entry,) = manifest(f"schedule: {schedule}").jobs["sync"].schedules
    assert ticks_a_year(entry, SINCE) == ticks


def test_an_idle_job_every_five_minutes_costs_what_its_claims_cost() -> None:
    found = usage("schedule: {every_minutes: 5}")
    assert found.runs == 8760
    assert found.write_units == 17_520
    assert found.gb_seconds == pytest.approx(8760 * 0.124 / 2)
    assert found.busy_runs == 0
    (job,) = cost(manifest("schedule: {every_minutes: 5}"), {}, SINCE, assumed=IDLE).jobs
    # 17,520 writes at 0.625 and 8,760 reads at 0.125 a million.
    assert job.state == pytest.approx(0.01095 + 0.001095)
    # 543.12 GB-s, 8,760 requests and as many traces.
    assert job.compute == pytest.approx(0.0072416 + 0.001752 + 0.0438, rel=1e-4)
    assert job.logs == pytest.approx(8760 * 1200 / 1e9 * 0.5)


def test_changes_make_runs_busy_and_batches_of_them() -> None:
    # 1,200 changes a day over 24 runs are 50 in each: four batches of 15.
    found = usage("schedule: {hourly: 0}, batch_size: 15", Assumptions(changed_a_day=1200))
    assert found.busy_runs == found.runs == 730
    assert found.write_units == pytest.approx(730 * (9 + 4 * 2))
    assert found.read_units == pytest.approx(730 * (1 + 4))
    assert found.gb_seconds == pytest.approx(730 * (0.124 + 4 * 0.48) / 2)


def test_few_changes_leave_most_runs_idle() -> None:
    found = usage("schedule: {every_minutes: 5}", Assumptions(changed_a_day=12))
    assert found.busy_runs == pytest.approx(365)
    assert found.write_units == pytest.approx((8760 - 365) * 2 + 365 * 11)


def test_each_storefront_runs_for_itself() -> None:
    assert usage("schedule: {hourly: 0}, storefronts: [a, b]").runs == 1460


@pytest.mark.parametrize("job", ["enabled: false, schedule: {hourly: 0}", "description: by hand"])
def test_a_job_that_is_never_woken_costs_its_alarm(job: str) -> None:
    (found,) = cost(manifest(job), {}, SINCE).jobs
    assert (found.usage.runs, found.total) == (0, pytest.approx(0.10))


def test_metrics_are_paid_by_the_hour_in_which_there_are_any() -> None:
    (daily,) = cost(manifest("schedule: {daily: '02:00'}"), {}, SINCE).jobs
    (often,) = cost(manifest("schedule: {every_minutes: 5}"), {}, SINCE).jobs
    assert daily.watching == pytest.approx(0.20 + 0.30 * (1 + 3 * 365 / 12 / 730))
    assert often.watching == pytest.approx(0.20 + 0.30 * 4)


def test_alarms_that_are_not_there_cost_nothing() -> None:
    (found,) = cost(manifest("schedule: {every_minutes: 5}, alarms: false"), {}, SINCE).jobs
    assert found.watching == pytest.approx(0.30 * 3)


def test_memory_is_paid_by_the_second() -> None:
    small, large = (usage(f"schedule: {{hourly: 0}}, memory: {size}").gb_seconds for size in (512, 1024))
    assert large == pytest.approx(2 * small)


def test_schedulers_schedules_cost_and_rules_do_not() -> None:
    by_rule = cost(manifest("schedule: {every_minutes: 1}"), {}, SINCE, assumed=IDLE).jobs[0].compute
    zone = "schedule: {every_minutes: 1, timezone: Asia/Kolkata}"
    by_scheduler = cost(manifest(zone), {}, SINCE, assumed=IDLE).jobs[0].compute
    assert by_scheduler - by_rule == pytest.approx(43_800 / 1e6 * PRICES.scheduler_million)


def test_an_alarm_of_a_job_s_own_costs_as_any_other() -> None:
    jobs = parse("version: 1\njobs: {a: {}, b: {alarms: false}}", {}, "schedules.yaml")
    needs = {name: Needs(alarms={"Unpaid": "look"}) for name in jobs.jobs}
    with_alarms, without = cost(jobs, needs, SINCE), cost(jobs, {}, SINCE)
    more = [
        each.watching - other.watching for each, other in zip(with_alarms.jobs, without.jobs, strict=True)
    ]
    assert more == pytest.approx([PRICES.alarm_month, 0])


def test_what_is_there_once_is_counted_once() -> None:
    jobs = parse("version: 1\njobs: {a: {}, b: {}}", {}, "schedules.yaml")
    needs = {name: Needs(secrets={"MEDUSA_SECRET": "MedusaSecret"}) for name in jobs.jobs}
    assert cost(jobs, needs, SINCE).shared == pytest.approx(3 * 0.10 + 3.00 + 0.40)
    assert cost(jobs, needs, SINCE, customer_key=True).shared == pytest.approx(4.70)


def test_the_watchdog_looks_every_five_minutes_and_reads_half_a_unit_for_each_record() -> None:
    jobs = parse(
        "version: 1\njobs: {a: {storefronts: [x, y], schedule: {hourly: 0}}, b: {schedule: {hourly: 0}}, "
        "c: {alarms: false, schedule: {hourly: 0}}, d: {}, e: {function: external, schedule: {hourly: 0}}}",
        {},
        "schedules.yaml",
    )
    bill = cost(jobs, {}, SINCE)
    used = bill.watchdog.usage
    # Two storefronts, two more jobs, and its own record; of two jobs it tells a number.
    assert (used.runs, used.read_units, used.write_units) == (8760, 8760 * 5 / 2, 0)
    assert used.log_bytes == 8760 * (450 + 2 * 260)
    assert used.gb_seconds == pytest.approx(8760 * 0.03 / 4)
    assert bill.watchdog.watching == 0
    assert bill.total == pytest.approx(
        bill.shared + bill.watchdog.total + sum(job.total for job in bill.jobs)
    )


def test_of_an_external_function_only_its_waking_is_known() -> None:
    (found,) = cost(manifest("function: external, schedule: {hourly: 0}"), {}, SINCE).jobs
    assert (found.usage.runs, found.total) == (730, 0)
