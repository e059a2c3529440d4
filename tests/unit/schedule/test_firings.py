"""When a schedule fires, told from its normal form."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from itertools import islice

import pytest

from nightshift.schedule import At, NormalForm, Rate, Schedule, from_json
from nightshift_tools.schedule import from_unix


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def following(expression: str, after: str, count: int) -> list[str]:
    found = islice(from_unix(expression).firings(at(after)), count)
    return [f"{instant:%Y-%m-%dT%H:%M}" for instant in found]


@pytest.mark.parametrize(
    ("expression", "after", "expected"),
    [
        ("*/20 * * * *", "2026-11-20T22:20", ["2026-11-20T22:40", "2026-11-20T23:00", "2026-11-20T23:20"]),
        ("*/20 * * * *", "2026-11-20T22:19:59.999999", ["2026-11-20T22:20", "2026-11-20T22:40"]),
        ("0 0 31 * *", "2026-01-31T00:00", ["2026-03-31T00:00", "2026-05-31T00:00"]),
        ("0 0 29 2 *", "2026-01-01T00:00", ["2028-02-29T00:00", "2032-02-29T00:00"]),
        ("0 0 29 2 *", "2096-03-01T00:00", ["2104-02-29T00:00"]),
        ("0 9 * * 1", "2026-12-31T00:00", ["2027-01-04T09:00", "2027-01-11T09:00"]),
        ("0 0 13 * 5", "2026-11-06T00:00", ["2026-11-13T00:00", "2026-11-20T00:00"]),
        ("59 23 31 12 *", "2026-12-31T23:59", ["2027-12-31T23:59"]),
    ],
)
def test_the_firings_after_an_instant(expression: str, after: str, expected: list[str]) -> None:
    assert following(expression, after, len(expected)) == expected


def test_a_minute_in_which_two_forms_fire_comes_once() -> None:
    friday_the_13th = following("0 0 13 * 5", "2026-11-12T00:00", 2)
    assert friday_the_13th == ["2026-11-13T00:00", "2026-11-20T00:00"]


@pytest.mark.parametrize(
    ("expression", "instant", "expected"),
    [
        ("*/20 * * * *", "2026-11-20T22:20", "2026-11-20T22:20"),
        ("*/20 * * * *", "2026-11-20T22:19:59", "2026-11-20T22:00"),
        ("0 0 29 2 *", "2026-01-01T00:00", "2024-02-29T00:00"),
        ("0 0 29 2 *", "2103-01-01T00:00", "2096-02-29T00:00"),
        ("30 23 * * *", "2027-01-01T00:00", "2026-12-31T23:30"),
        ("0 0 13 * 5", "2026-11-14T00:00", "2026-11-13T00:00"),
    ],
)
def test_the_last_firing_at_or_before_an_instant(expression: str, instant: str, expected: str) -> None:
    assert from_unix(expression).previous(at(instant)) == at(expected)


def test_firings_end_with_the_last_year_of_eventbridge() -> None:
    days = from_unix("0 0 31 12 *").firings(at("2198-12-31T00:00"))
    assert list(days) == [at("2199-12-31T00:00")]


def test_years_bound_the_firings() -> None:
    form = NormalForm((0,), (0,), days=(1,), months=(1,), years=(2027,))
    schedule = Schedule((form,))
    assert list(schedule.firings(at("2026-11-20T00:00"))) == [at("2027-01-01T00:00")]
    assert schedule.previous(at("2030-01-01T00:00")) == at("2027-01-01T00:00")
    assert schedule.previous(at("2026-11-20T00:00")) is None


def test_any_zone_is_told_in_utc() -> None:
    berlin = datetime(2026, 11, 20, 1, 0, tzinfo=timezone(timedelta(hours=1)))
    assert next(from_unix("0 * * * *").firings(berlin)) == at("2026-11-20T01:00")


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        next(from_unix("0 * * * *").firings(datetime(2026, 11, 20)))  # noqa: DTZ001


@pytest.mark.parametrize(
    "expression", ["*/7 * * * *", "0 0 13 * 5", "5,10-30/10 3-9 * 2-11/3 *", "0 0 * * 6"]
)
def test_the_json_form_reads_back(expression: str) -> None:
    schedule = from_unix(expression)
    assert Schedule.from_json(schedule.to_json()) == schedule


def test_the_json_form_is_short() -> None:
    assert from_unix("0-20,30 * * 1-6 1").to_json() == [
        {"minutes": "0-20,30", "hours": "0-23", "months": "1-6", "weekdays": "2"}
    ]


def test_a_field_of_a_newer_version_is_not_misread() -> None:
    with pytest.raises(ValueError, match="'specials'"):
        Schedule.from_json([{"minutes": "0", "hours": "0", "specials": "L"}])


def test_days_and_weekdays_do_not_stand_in_one_form() -> None:
    with pytest.raises(ValueError, match="not both"):
        NormalForm((0,), (0,), days=(1,), weekdays=(1,))


@pytest.mark.parametrize(
    "schedule", [Rate(5, "minutes"), Rate(1, "days"), At(datetime.fromisoformat("2026-12-31T23:59"))]
)
def test_a_rate_and_an_instant_read_back_from_json(schedule: Rate | At) -> None:
    assert from_json(schedule.to_json()) == schedule


def test_a_special_reads_back_from_json() -> None:
    schedule = Schedule((NormalForm((0,), (9,), special="3#2"),), "Europe/Berlin")
    assert schedule.to_json() == [{"minutes": "0", "hours": "9", "months": "1-12", "special": "3#2"}]
    assert from_json(schedule.to_json(), "Europe/Berlin") == schedule


def test_a_rate_counts_from_the_minute_at_which_it_is_made() -> None:
    rate = Rate(90, "minutes")
    assert list(islice(rate.firings(at("2026-11-20T22:04:30")), 2)) == [
        at("2026-11-20T23:34"),
        at("2026-11-21T01:04"),
    ]
    assert rate.previous(at("2026-11-20T22:04:30")) == at("2026-11-20T20:34")


def test_an_instant_fires_once() -> None:
    once = At(datetime.fromisoformat("2026-07-01T12:00"), "Europe/Berlin")
    assert list(once.firings(at("2026-07-01T09:59"))) == [at("2026-07-01T10:00")]
    assert list(once.firings(at("2026-07-01T10:00"))) == []
    assert once.previous(at("2026-07-01T09:59")) is None
    assert once.previous(at("2026-07-01T10:00")) == at("2026-07-01T10:00")
