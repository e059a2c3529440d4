"""Schedules said in words."""

from __future__ import annotations

import pytest

from nightshift_tools.schedule import (
    ScheduleError,
    daily,
    every_minutes,
    hourly,
    monthly,
    to_expressions,
    weekly,
)


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        (1, "cron(* * * * ? *)"),
        (5, "cron(*/5 * * * ? *)"),
        (30, "cron(0,30 * * * ? *)"),
        (60, "cron(0 * * * ? *)"),
        (120, "cron(0 */2 * * ? *)"),
        (720, "cron(0 0,12 * * ? *)"),
        (1440, "cron(0 0 * * ? *)"),
    ],
)
def test_every_so_many_minutes(minutes: int, expected: str) -> None:
    assert to_expressions(every_minutes(minutes)) == (expected,)


@pytest.mark.parametrize(
    ("minutes", "cure"),
    [
        (7, "6 or 10"),
        (45, "30 or 60"),
        (90, "60 or 120"),
        (300, "240 or 360"),
        (2880, "1440"),
        (0, "1"),
        (-5, "1"),
    ],
)
def test_a_distance_that_does_not_last_is_refused_with_the_nearest_that_do(minutes: int, cure: str) -> None:
    with pytest.raises(ScheduleError, match=f"{minutes} minutes .*distance: {cure}$"):
        every_minutes(minutes)


def test_hourly_and_daily() -> None:
    assert to_expressions(hourly(15)) == ("cron(15 * * * ? *)",)
    assert to_expressions(daily("02:05")) == ("cron(5 2 * * ? *)",)


def test_weekly_and_monthly() -> None:
    assert to_expressions(weekly("MON", "09:30")) == ("cron(30 9 ? * MON *)",)
    assert to_expressions(weekly("sunday", "09:30")) == ("cron(30 9 ? * SUN *)",)
    assert to_expressions(monthly(15, "00:00")) == ("cron(0 0 15 * ? *)",)
    assert to_expressions(monthly("last", "23:30")) == ("cron(30 23 L * ? *)",)


def test_each_takes_a_zone() -> None:
    zone = "Europe/Berlin"
    made = [every_minutes(5, zone), hourly(1, zone), daily("02:00", zone), weekly("MON", "02:00", zone)]
    assert {schedule.zone for schedule in [*made, monthly(1, "02:00", zone)]} == {zone}


@pytest.mark.parametrize("day", ["MO", "2", "", "Montag"])
def test_a_weekday_that_is_none_is_refused(day: str) -> None:
    with pytest.raises(ScheduleError, match="SUN, MON"):
        weekly(day, "02:00")


@pytest.mark.parametrize("day", [0, 32, "first", "15"])
def test_a_day_that_no_month_has_is_refused(day: int | str) -> None:
    with pytest.raises(ScheduleError, match="1 to 31, or last"):
        monthly(day, "02:00")


@pytest.mark.parametrize("time", ["24:00", "2:00", "02:60", "0200", "02:00:00", "٠٢:00", ""])
def test_a_time_that_is_none_is_refused(time: str) -> None:
    with pytest.raises(ScheduleError, match="hh:mm"):
        daily(time)


@pytest.mark.parametrize("minute", [-1, 60])
def test_a_minute_that_is_none_is_refused(minute: int) -> None:
    with pytest.raises(ScheduleError, match="0 to 59"):
        hourly(minute)
