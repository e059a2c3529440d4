"""AWS's own expressions: taken as the user guide has them, or refused."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from nightshift.schedule import Rate
from nightshift_tools.schedule import ScheduleError, from_aws, rate, to_expressions
from nightshift_tools.schedule.grammar import check_expression


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("cron(*/2 * * * ? *)", "cron(*/2 * * * ? *)"),
        ("cron(0  18 ?\t* mon-fri *)", "cron(0 18 ? * MON-FRI *)"),
        ("cron(0/30 20-2 ? * MON-FRI *)", "cron(0,30 0-2,20-23 ? * MON-FRI *)"),
        ("cron(0 0 L * ? *)", "cron(0 0 L * ? *)"),
        ("cron(0 0 ? * L *)", "cron(0 0 ? * SAT *)"),
        ("cron(0 0 ? * 3#2 *)", "cron(0 0 ? * 3#2 *)"),
        ("cron(0 0 1 1 ? 2026/2)", "cron(0 0 1 1 ? 2026/2)"),
        ("cron(0 0 1 1 ? 2199)", "cron(0 0 1 1 ? 2199)"),
        ("rate(5 minutes)", "rate(5 minutes)"),
        ("rate(1 hour)", "rate(1 hour)"),
        (" rate(2 days) ", "rate(2 days)"),
        ("at(2026-12-31T23:59:00)", "at(2026-12-31T23:59:00)"),
    ],
)
def test_what_it_prints_to(expression: str, expected: str) -> None:
    assert to_expressions(from_aws(expression, this_year=2026)) == (expected,)
    check_expression(expected)


@pytest.mark.parametrize(
    ("expression", "names", "cure"),
    [
        ("0 18 * * ? *", "'0 18 * * ? *'", "cron("),
        ("cron(0 18 * * ?)", "5 field", "six"),
        ("cron(0 18 * * * *)", "'*' and '*'", "'?'"),
        ("cron(0 18 ? * ? *)", "'?' and '?'", "'*'"),
        ("cron(0 18 ? * MON/2 *)", "'MON/2'", "2,4,6"),
        ("cron(0 18 ? * 2-6/2 *)", "'2-6/2'", "2,4,6"),
        ("cron(60 18 * * ? *)", "'60'", "0 to 59"),
        ("cron(0 18 ? * 0 *)", "'0'", "1 to 7"),
        ("cron(0 18 ? * 3#1,6#3 *)", "'3#1,6#3'", "one schedule for each"),
        ("cron(0 18 L-3 * ? *)", "'L-3'", "months of 31 days"),
        ("cron(0 18 * * ? 2025)", "2025", "from 2026 on"),
        ("cron(0 18 * * ? *", "'cron(0 18 * * ? *'", "cron("),
        ("Cron(0 18 * * ? *)", "'Cron(", "cron("),
        ("rate(1 minutes)", "'1 minutes'", "1 minute"),
        ("rate(5 minute)", "'5 minute'", "5 minutes"),
        ("rate(0 minutes)", "'0 minutes'", "1 minute or more"),
        ("rate(-5 minutes)", "'-5 minutes'", "5 minutes"),
        ("rate(5 seconds)", "'seconds'", "minutes, hours, days"),
        ("rate(5minutes)", "'5minutes'", "5 minutes"),
        ("rate(1_0 minutes)", "'1_0 minutes'", "5 minutes"),
        ("rate(" + "9" * 200 + " days)", "is no rate", "5 minutes"),
        ("at(2026-02-29T00:00:00)", "'2026-02-29T00:00:00'", "without a zone"),
        ("at(2026-12-31T23:59:00Z)", "'2026-12-31T23:59:00Z'", "without a zone"),
        ("at(2026-12-31T23:59)", "'2026-12-31T23:59'", "without a zone"),
        ("at(2026-12-31T23:59:30)", "seconds", "23:59:00"),
        ("at(2025-12-31T23:59:00)", "past", "that comes"),
    ],
)
def test_a_refusal_names_value_and_cure(expression: str, names: str, cure: str) -> None:
    with pytest.raises(ScheduleError) as caught:
        from_aws(expression, this_year=2026)
    assert names in str(caught.value)
    assert cure in str(caught.value)


def test_an_instant_that_the_zone_skips_is_refused() -> None:
    with pytest.raises(ScheduleError, match="Europe/Berlin"):
        from_aws("at(2027-03-28T02:30:00)", "Europe/Berlin", this_year=2026)


def test_an_instant_is_told_in_its_zone() -> None:
    once = from_aws("at(2026-12-24T18:00:00)", "America/New_York", this_year=2026)
    assert next(once.firings(datetime(2026, 1, 1, tzinfo=UTC))) == datetime(2026, 12, 24, 23, 0, tzinfo=UTC)


def test_a_rate_in_words() -> None:
    assert rate("5 minutes") == Rate(5, "minutes")
    assert rate("1 day") == Rate(1, "days")
