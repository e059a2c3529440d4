"""The strict check of what is printed for EventBridge."""

from __future__ import annotations

import pytest

from nightshift.schedule import NormalForm, Schedule
from nightshift_tools.schedule import ScheduleError, to_expressions
from nightshift_tools.schedule.grammar import check_cron, check_expression


@pytest.mark.parametrize(
    "expression",
    [
        "cron(*/2 * * * ? *)",
        "cron(0 18 ? * MON-FRI *)",
        "cron(0,30 8-18/2 1,15 */3 ? 2026-2030)",
        "cron(59 23 31 12 ? 2199)",
        "cron(0 0 L * ? *)",
        "cron(0 0 LW * ? *)",
        "cron(0 0 15W * ? *)",
        "cron(0 0 ? * 6L *)",
        "cron(0 0 ? * 3#2 *)",
        "cron(0 0 1 1 ? 2026/2)",
    ],
)
def test_what_eventbridge_takes(expression: str) -> None:
    check_cron(expression)


@pytest.mark.parametrize(
    "expression",
    [
        "*/2 * * * ? *",
        "cron(*/2 * * * *)",
        "cron(*/2 * * * ?  *)",
        "cron(*/2 * * * ? *) ",
        "cron(60 * * * ? *)",
        "cron(0 24 * * ? *)",
        "cron(0 0 0 * ? *)",
        "cron(0 0 1 13 ? *)",
        "cron(0 0 ? * 0 *)",
        "cron(0 0 ? * 8 *)",
        "cron(0 0 ? * MON/2 *)",
        "cron(0 0 ? * mon *)",
        "cron(0 0 * * * *)",
        "cron(0 0 ? * ? *)",
        "cron(? 0 * * ? *)",
        "cron(*/0 * * * ? *)",
        "cron(20-10 * * * ? *)",
        "cron(1,,2 * * * ? *)",
        "cron(0 0 1 * ? 2200)",
        "cron(٣ * * * ? *)",
        "cron(0 0 ? * L *)",
        "cron(0 0 ? * 2#6 *)",
        "cron(0 0 ? * FRI#2 *)",
        "cron(0 0 ? * 3#1,6#3 *)",
        "cron(0 0 1,L * ? *)",
        "cron(0 0 32W * ? *)",
        "cron(0 0 L-3 * ? *)",
        "cron(L 0 * * ? *)",
        "rate(5 minutes)",
    ],
)
def test_what_eventbridge_refuses_or_reads_in_its_own_way(expression: str) -> None:
    with pytest.raises(ScheduleError):
        check_cron(expression)


@pytest.mark.parametrize(
    "expression",
    ["rate(5 minutes)", "rate(1 hour)", "rate(10 days)", "at(2026-12-31T23:59:00)", "cron(0 * * * ? *)"],
)
def test_rates_and_instants_that_eventbridge_takes(expression: str) -> None:
    check_expression(expression)


@pytest.mark.parametrize(
    "expression", ["rate(1 hours)", "rate(5 minute)", "rate(0 days)", "rate(05 days)", "at(2026-12-31)"]
)
def test_rates_and_instants_that_it_refuses(expression: str) -> None:
    with pytest.raises(ScheduleError):
        check_expression(expression)


def test_an_expression_that_would_print_too_long_is_refused() -> None:
    minutes = tuple(minute for minute in range(60) if minute % 3)
    years = tuple(year for year in range(2026, 2080) if year % 3)
    form = NormalForm(minutes, (0,), years=years)
    with pytest.raises(ScheduleError, match="256"):
        to_expressions(Schedule((form,)))
