"""What is printed for EventBridge fires as the source does, by AWS's rules as pyawscron reads them.

pyawscron knows neither wrapping ranges nor steps in lists, which are never printed, nor LW.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from itertools import islice

import pytest
from croniter import croniter
from pyawscron import AWSCron

from nightshift.schedule import Schedule
from nightshift_tools.schedule import ScheduleError, from_quartz, from_unix, to_expressions
from support.expressions import random_quartz, random_unix

EPOCH = datetime(2023, 1, 1, tzinfo=UTC)


def theirs(expression: str, start: datetime, count: int) -> list[datetime]:
    """Their next firings; fewer where their search ends at a day that a month lacks, or after ten steps."""
    body = expression.removeprefix("cron(").removesuffix(")")
    found: list[datetime] = []
    while len(found) < count:
        try:
            following = AWSCron(body).occurrence(found[-1] if found else start).next()
        except Exception as error:
            assert "out of range for month" in str(error) or "iter 11" in str(error)  # noqa: PT017
            break
        if following is None:
            break
        found.append(following)
    return found


def is_understood(expression: str) -> bool:
    return "LW" not in expression and not any("," in f and "/" in f for f in expression.split(" "))


@pytest.mark.parametrize("seed", range(2))
def test_unix_expressions_fire_as_aws_reads_them(seed: int) -> None:
    chance, compared = random.Random(seed), 0
    while compared < 500:
        expression = random_unix(chance, month_ends=seed == 1)
        try:
            schedule = from_unix(expression)
        except ScheduleError:
            continue
        printed = to_expressions(schedule)
        start = EPOCH + timedelta(minutes=chance.randrange(10 * 365 * 24 * 60))
        for form, text in zip(schedule.forms, printed, strict=True):
            if is_understood(text):
                found = theirs(text, start, 4)
                assert list(islice(Schedule((form,)).firings(start), len(found))) == found, expression
                compared += bool(found)


def test_quartz_expressions_with_specials_fire_as_aws_reads_them() -> None:
    chance, compared = random.Random(7), 0
    while compared < 500:
        expression = random_quartz(chance)
        try:
            schedule = from_quartz(expression, this_year=2023)
        except ScheduleError:
            continue
        (printed,) = to_expressions(schedule)
        start = EPOCH + timedelta(minutes=chance.randrange(3 * 365 * 24 * 60))
        if is_understood(printed):
            found = theirs(printed, start, 4)
            assert list(islice(schedule.firings(start), len(found))) == found, (expression, printed)
            compared += bool(found)


def test_month_ends_and_29_february_are_those_of_croniter() -> None:
    chance, compared = random.Random(11), 0
    while compared < 400:
        expression = random_unix(chance, month_ends=True)
        try:
            schedule = from_unix(expression)
        except ScheduleError:
            continue
        start = EPOCH + timedelta(days=chance.randrange(8 * 365))
        judge = croniter(expression, start, max_years_between_matches=60)
        expected = [judge.get_next(datetime) for _ in range(8)]
        assert list(islice(schedule.firings(start), 8)) == expected, expression
        compared += 1
