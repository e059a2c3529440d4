"""The specials of the day fields, told against the calendar."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime
from itertools import islice

import pytest

from nightshift.schedule import NormalForm, Schedule


def days(special: str, count: int, after: str = "2027-01-01") -> list[str]:
    schedule = Schedule((NormalForm((0,), (12,), special=special),))
    start = datetime.fromisoformat(after).replace(tzinfo=UTC)
    return [f"{instant:%Y-%m-%d}" for instant in islice(schedule.firings(start), count)]


@pytest.mark.parametrize(
    ("special", "expected"),
    [
        ("L", ["2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30"]),
        ("LW", ["2027-01-29", "2027-02-26", "2027-03-31", "2027-04-30"]),
        ("1W", ["2027-01-01", "2027-02-01", "2027-03-01", "2027-04-01", "2027-05-03"]),  # 1 May: Saturday
        ("15W", ["2027-01-15", "2027-02-15", "2027-03-15", "2027-04-15", "2027-05-14"]),  # 15 May: Saturday
        ("28W", ["2027-01-28", "2027-02-26", "2027-03-29"]),  # 28 February: a Sunday, and the last day
        ("6L", ["2027-01-29", "2027-02-26", "2027-03-26"]),
        ("1L", ["2027-01-31", "2027-02-28", "2027-03-28"]),
        ("3#2", ["2027-01-12", "2027-02-09", "2027-03-09"]),
        ("2#5", ["2027-03-29", "2027-05-31", "2027-08-30"]),
        ("7#1", ["2027-01-02", "2027-02-06", "2027-03-06"]),
    ],
)
def test_the_days_it_means(special: str, expected: list[str]) -> None:
    assert days(special, len(expected)) == expected


def test_the_last_day_of_february() -> None:
    schedule = Schedule((NormalForm((0,), (0,), months=(2,), special="L"),))
    found = islice(schedule.firings(datetime(2027, 3, 1, tzinfo=UTC)), 2)
    assert [f"{instant:%Y-%m-%d}" for instant in found] == ["2028-02-29", "2029-02-28"]


@pytest.mark.parametrize("weekday", range(1, 8))
def test_the_first_to_fifth_and_the_last_are_all_of_a_weekday(weekday: int) -> None:
    for month in range(1, 13):
        length = monthrange(2028, month)[1]
        dates = [date(2028, month, day) for day in range(1, length + 1)]
        expected = [f"{day}" for day in dates if day.isoweekday() % 7 + 1 == weekday]
        found = []
        for nth in range(1, 6):
            form = NormalForm((0,), (12,), months=(month,), years=(2028,), special=f"{weekday}#{nth}")
            firings = Schedule((form,)).firings(datetime(2028, 1, 1, tzinfo=UTC))
            found += [f"{instant:%Y-%m-%d}" for instant in firings]
        assert found == expected
        last = NormalForm((0,), (12,), months=(month,), years=(2028,), special=f"{weekday}L")
        (firing,) = Schedule((last,)).firings(datetime(2028, 1, 1, tzinfo=UTC))
        assert f"{firing:%Y-%m-%d}" == expected[-1]


@pytest.mark.parametrize("special", ["", "l", "0W", "32W", "15w", "0L", "8L", "3#0", "3#6", "L-3", "3#2,4#1"])
def test_what_is_no_special_is_refused(special: str) -> None:
    with pytest.raises(ValueError, match="special"):
        NormalForm((0,), (0,), special=special)


def test_a_special_stands_alone() -> None:
    with pytest.raises(ValueError, match="not both"):
        NormalForm((0,), (0,), days=(1,), special="L")
