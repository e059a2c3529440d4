"""Random five-field expressions: the same firings as croniter, and as what is printed for EventBridge."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from itertools import islice

import pytest
from croniter import croniter

from nightshift.schedule import NormalForm, Schedule
from nightshift_tools.schedule import ScheduleError, from_unix, to_expressions

WEEKDAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
BOUNDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
EPOCH = datetime(2023, 1, 1, tzinfo=UTC)


def random_item(chance: random.Random, low: int, high: int, names: list[str]) -> str:
    first = chance.randint(low, high)
    last = chance.randint(first, high)
    step = chance.randint(1, max(1, last - first))
    forms = [str(first), str(first), f"{first:02d}", f"{first}-{last}", f"{first}-{last}/{step}"]
    forms.append(f"*/{chance.randint(1, min(high, 31) - low - (high == 7))}")
    if names:
        forms.append(chance.choice(names))
    return chance.choice(forms)


def random_expression(chance: random.Random) -> str:
    fields = []
    for place, (low, high) in enumerate(BOUNDS):
        names = {3: MONTHS, 4: WEEKDAYS}.get(place, [])
        if chance.random() < 0.35:
            fields.append("*")
        else:
            items = chance.choice([1, 1, 1, 2, 3])
            fields.append(",".join(random_item(chance, low, high, names) for _ in range(items)))
    return " ".join(fields)


def accepted(seed: int, count: int) -> list[tuple[str, Schedule]]:
    """Random expressions that are translated; what is refused is another test's matter."""
    chance = random.Random(seed)
    found: list[tuple[str, Schedule]] = []
    while len(found) < count:
        expression = random_expression(chance)
        try:
            found.append((expression, from_unix(expression)))
        except ScheduleError:
            continue
    return found


@pytest.mark.parametrize("seed", range(4))
def test_firings_are_those_of_croniter(seed: int) -> None:
    chance = random.Random(seed)
    for expression, schedule in accepted(seed, 500):
        start = EPOCH + timedelta(minutes=chance.randrange(10 * 365 * 24 * 60))
        theirs = croniter(expression, start)
        expected = [theirs.get_next(datetime) for _ in range(5)]
        assert list(islice(schedule.firings(start), 5)) == expected, expression
        assert schedule.previous(expected[2] - timedelta(minutes=1)) == (
            expected[1] if expected[2] - expected[1] >= timedelta(minutes=1) else None
        ), expression


def test_the_printed_expression_says_the_same() -> None:
    for expression, schedule in accepted(99, 2000):
        printed = to_expressions(schedule)
        assert tuple(read_back(text) for text in printed) == schedule.forms, expression


def read_back(expression: str) -> NormalForm:
    """What AWS's documentation says of `cron()`, read by other means than it was printed."""
    minute, hour, day, month, weekday, year = expression.removeprefix("cron(").removesuffix(")").split(" ")
    assert year == "*"
    assert [day, weekday].count("?") == 1
    return NormalForm(
        minutes=values(minute, 0, 59, []),
        hours=values(hour, 0, 23, []),
        days=None if day in "?*" else values(day, 1, 31, []),
        months=values(month, 1, 12, MONTHS),
        weekdays=None if weekday == "?" else values(weekday, 1, 7, WEEKDAYS),
    )


def values(text: str, low: int, high: int, names: list[str]) -> tuple[int, ...]:
    for number, name in enumerate(names, low):
        text = text.replace(name, str(number))
    found: set[int] = set()
    for item in text.split(","):
        span, _, step = item.partition("/")
        first, _, last = span.replace("*", f"{low}-{high}").partition("-")
        found |= set(range(int(first), int(last or first) + 1, int(step or 1)))
    return tuple(sorted(found))
