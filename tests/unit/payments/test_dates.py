"""Dates of installments: through months of every length, without drift."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from process_subscriptions.dates import billing_day_of, next_date, to_keep


@pytest.mark.parametrize(
    ("day", "interval", "count", "expected"),
    [
        ("2026-11-20", "day", 1, "2026-11-21"),
        ("2026-12-31", "day", 30, "2027-01-30"),
        ("2026-11-20", "week", 2, "2026-12-04"),
        ("2026-11-20", "month", 1, "2026-12-20"),
        ("2026-12-20", "month", 1, "2027-01-20"),
        ("2026-11-20", "month", 14, "2028-01-20"),
        ("2026-01-31", "month", 1, "2026-02-28"),
        ("2028-01-31", "month", 1, "2028-02-29"),
        ("2028-02-29", "year", 1, "2029-02-28"),
        ("2028-02-29", "year", 4, "2032-02-29"),
    ],
)
def test_the_next_date(day: str, interval: str, count: int, expected: str) -> None:
    began = date.fromisoformat(day)
    assert next_date(began, interval, count, began.day) == date.fromisoformat(expected)


@pytest.mark.parametrize(("interval", "count"), [("fortnight", 1), ("", 1), ("year", 9000), ("day", 10**9)])
def test_what_is_no_date_is_refused(interval: str, count: int) -> None:
    with pytest.raises(ValueError, match=r"an interval of|is no date"):
        next_date(date(2026, 11, 20), interval, count, 20)


@given(
    began=st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    interval=st.sampled_from(["month", "year"]),
    count=st.integers(1, 18),
    steps=st.integers(1, 30),
)
def test_whatever_the_months_are_the_day_comes_back(
    began: date, interval: str, count: int, steps: int
) -> None:
    """What is kept between runs is the date, and the day of the month only where that does not tell it."""
    day, kept = began, None
    for _ in range(steps):
        billing_day = billing_day_of(day, kept)
        later = next_date(day, interval, count, billing_day)
        assert later - day >= timedelta(days=28)
        assert later.day == min(began.day, monthrange(later.year, later.month)[1])
        day, kept = later, to_keep(billing_day)


def test_a_date_that_somebody_has_moved_is_the_new_day() -> None:
    assert billing_day_of(date(2026, 2, 28), 31) == 31
    assert billing_day_of(date(2026, 2, 27), 31) == 27
    assert billing_day_of(date(2026, 3, 28), 31) == 28
    assert billing_day_of(date(2026, 3, 28), None) == 28
