"""A schedule in words, and what its writer may not expect of it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from nightshift_tools.schedule import describe, from_aws, from_quartz, from_unix, notes

NOW = datetime(2027, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("cron(*/2 * * * ? *)", "Every 2 minutes, UTC"),
        ("cron(0 2 * * ? *)", "At 02:00, UTC"),
        ("cron(0 0,4,8 * * ? *)", "At 00:00, 04:00 and 08:00, UTC"),
        ("cron(15 10 ? * MON-FRI *)", "At 10:15, Monday through Friday, UTC"),
        ("cron(0 0 L * ? *)", "At 00:00, on the last day of the month, UTC"),
        ("cron(0 0 LW * ? *)", "At 00:00, on the last weekday of the month, UTC"),
        ("cron(0 0 15W * ? *)", "At 00:00, on the weekday nearest day 15 of the month, UTC"),
        ("cron(0 0 1W * ? *)", "At 00:00, on the first weekday of the month, UTC"),
        ("cron(0 0 ? * 6L *)", "At 00:00, on the last Friday of the month, UTC"),
        ("cron(0 0 ? * 3#2 *)", "At 00:00, on the second Tuesday of the month, UTC"),
        ("cron(0 0 ? * 1#5 *)", "At 00:00, on the fifth Sunday of the month, UTC"),
        ("cron(0 0 ? * L *)", "At 00:00, only on Saturday, UTC"),
        ("cron(0 0 29 2 ? *)", "At 00:00, on day 29 of the month, only in February, UTC"),
        (
            "cron(0 0 1 1 ? 2026/2)",
            "At 00:00, on day 1 of the month, only in January, every 2 years, from 2026 on, UTC",
        ),
        ("cron(0 22-2 * * ? *)", "At 00:00, 01:00, 02:00, 22:00 and 23:00, UTC"),
        ("cron(30 2-4,9 * * ? *)", "At 02:30, 03:30, 04:30 and 09:30, UTC"),
        ("cron(* 19,21 * * ? *)", "Every minute, at 19:00 through 19:59 and 21:00 through 21:59, UTC"),
        (
            "cron(*/10 0-6,20 * * ? *)",
            "Every 10 minutes, at 00:00 through 06:59 and 20:00 through 20:59, UTC",
        ),
        ("cron(0-5 14 * * ? *)", "Every minute between 14:00 and 14:05, UTC"),
        ("rate(5 minutes)", "Every 5 minutes, counted from the moment it is deployed"),
        ("rate(1 day)", "Every day, counted from the moment it is deployed"),
        ("at(2027-12-31T23:59:00)", "Once, at 2027-12-31 23:59, UTC"),
    ],
)
def test_in_words(expression: str, expected: str) -> None:
    assert describe(from_aws(expression, this_year=2026)) == expected


def test_two_expressions_are_said_as_one_schedule() -> None:
    said = describe(from_unix("0 9 13 * 5", "Europe/Berlin"))
    assert said == "At 09:00, on day 13 of the month; and at 09:00, only on Friday, Europe/Berlin"


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("*/5 * * * *", None),
        ("*/7 * * * *", "every 7 minutes, but 4 at the end of each hour"),
        ("*/59 * * * *", "every 59 minutes, but 1 at the end of each hour"),
        ("0 */5 * * *", "every 5 hours, but 4 at the end of each day"),
        ("0 0 */2 * *", "every 2 days, but fewer at the end of a month"),
        ("0 0 1 */5 *", "every 5 months, but 2 at the end of each year"),
        ("0 0 1 */3 *", None),
        ("0 0 * * */2", "every 2 weekdays, but 1 at the end of each week"),
        ("0 0 * * 0,6", None),
        ("0 0 1,15 * *", None),
        ("0 8,20 * * *", None),
    ],
)
def test_a_step_that_does_not_divide_its_range_is_noted(expression: str, expected: str | None) -> None:
    found = notes(from_unix(expression), NOW)
    assert [note.split(", where")[0] for note in found] == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("expression", "zone", "expected"),
    [
        ("30 2 * * *", "Europe/Berlin", ["skip 2027-03-28 02:30", "show 2027-10-31 02:30 twice"]),
        ("0 3 * * *", "Europe/Berlin", []),
        (
            "*/15 * * * *",
            "Europe/Berlin",
            ["skip 2027-03-28 02:00, 2027-03-28 02:15, 2027-03-28 02:30 and 1 more", "and 1 more twice"],
        ),
        ("30 2 * * *", "Asia/Kolkata", []),
        ("30 2 * * *", "UTC", []),
    ],
)
def test_slots_that_clock_changes_touch_are_noted(expression: str, zone: str, expected: list[str]) -> None:
    found = notes(from_unix(expression, zone), NOW)
    assert len(found) == len(expected)
    for note, part in zip(found, expected, strict=True):
        assert part in note
        assert zone in note


def test_the_moving_phase_of_a_rate_is_noted() -> None:
    assert "deployment" in notes(from_aws("rate(5 minutes)"))[0]


def test_an_exact_translation_has_no_notes() -> None:
    assert notes(from_quartz("0 0 0 ? * 6L"), NOW) == []
