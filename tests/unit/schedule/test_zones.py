"""Firings across the clock changes of a year, as EventBridge Scheduler has them."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, reset_tzpath

import pytest

from nightshift.schedule import Schedule, zone_of
from nightshift_tools.schedule import from_unix
from nightshift_tools.schedule.changes import changes

BERLIN, NEW_YORK, LORD_HOWE, KOLKATA = (
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def between(schedule: Schedule, start: str, end: str) -> list[str]:
    found = []
    for instant in schedule.firings(at(start) - timedelta(minutes=1)):
        if instant >= at(end):
            break
        found.append(f"{instant:%m-%d %H:%M}")
    return found


@pytest.mark.parametrize(
    ("expression", "zone", "start", "end", "expected"),
    [
        # 02:00 becomes 03:00 on 28 March 2027, at 01:00 UTC; 03:00 becomes 02:00 on 31 October, at 01:00 UTC.
        ("30 2 * * *", BERLIN, "2027-03-27", "2027-03-30", ["03-27 01:30", "03-29 00:30"]),
        ("0 3 * * *", BERLIN, "2027-03-27T12:00", "2027-03-28T12:00", ["03-28 01:00"]),
        ("30 2 * * *", BERLIN, "2027-10-30", "2027-11-02", ["10-30 00:30", "10-31 00:30", "11-01 01:30"]),
        (
            "0 * * * *",
            BERLIN,
            "2027-10-30T23:00",
            "2027-10-31T04:00",
            ["10-30 23:00", "10-31 00:00", "10-31 02:00", "10-31 03:00"],
        ),
        (
            "0 * * * *",
            BERLIN,
            "2027-03-28T00:00",
            "2027-03-28T03:00",
            ["03-28 00:00", "03-28 01:00", "03-28 02:00"],
        ),
        # 02:00 becomes 03:00 on 14 March 2027, at 07:00 UTC; 02:00 becomes 01:00 on 7 November, at 06:00 UTC.
        ("30 2 * * *", NEW_YORK, "2027-03-13", "2027-03-16", ["03-13 07:30", "03-15 06:30"]),
        ("30 1 * * *", NEW_YORK, "2027-11-06", "2027-11-09", ["11-06 05:30", "11-07 05:30", "11-08 06:30"]),
        # Half an hour: 02:00 becomes 01:30 on 4 April 2027, 3 April 15:00 UTC; and 02:30 on 3 October.
        (
            "45 1 * * *",
            LORD_HOWE,
            "2027-04-02",
            "2027-04-05",
            ["04-02 14:45", "04-03 14:45", "04-04 15:15"],
        ),
        (
            "*/15 1-2 * * *",
            LORD_HOWE,
            "2027-04-03T14:00",
            "2027-04-03T17:00",
            [f"04-03 {time}" for time in ("14:00", "14:15", "14:30", "14:45")]
            + [f"04-03 {time}" for time in ("15:30", "15:45", "16:00", "16:15")],
        ),
        ("15 2 * * *", LORD_HOWE, "2027-10-01", "2027-10-04", ["10-01 15:45", "10-03 15:15"]),
        ("30 2 * * *", LORD_HOWE, "2027-10-02T12:00", "2027-10-03T12:00", ["10-02 15:30"]),
        # No changes, and an offset of five and a half hours.
        ("30 2 * * *", KOLKATA, "2027-03-27", "2027-03-29", ["03-27 21:00", "03-28 21:00"]),
        ("30 2 * * *", KOLKATA, "2027-10-30", "2027-11-01", ["10-30 21:00", "10-31 21:00"]),
        ("0 0 1 * *", KOLKATA, "2027-02-01", "2027-04-01", ["02-28 18:30", "03-31 18:30"]),
    ],
)
def test_firings_around_a_change(
    expression: str, zone: str, start: str, end: str, expected: list[str]
) -> None:
    assert between(from_unix(expression, zone), start, end) == expected


@pytest.mark.parametrize("zone", [BERLIN, NEW_YORK, LORD_HOWE, KOLKATA])
@pytest.mark.parametrize("expression", ["*/15 * * * *", "30 1,2 * * 0"])
@pytest.mark.parametrize("period", [("2027-03-01", "2027-04-15"), ("2027-09-25", "2027-11-15")])
def test_every_wall_time_around_a_change_fires_once_or_never_was(
    expression: str, zone: str, period: tuple[str, str]
) -> None:
    """Told by looking at every quarter of an hour, in UTC, through the zone's clock."""
    start, end = map(at, period)
    forms, clock = from_unix(expression).forms, ZoneInfo(zone)
    expected, seen, instant = [], set(), start
    while instant < end:
        wall = instant.astimezone(clock).replace(tzinfo=None, fold=0)
        if any(
            wall.minute in form.minutes
            and wall.hour in form.hours
            and (form.days is None or wall.day in form.days)
            and (form.weekdays is None or wall.isoweekday() % 7 + 1 in form.weekdays)
            for form in forms
        ):
            if wall not in seen:
                expected.append(instant)
            seen.add(wall)
        instant += timedelta(minutes=15)
    schedule = from_unix(expression, zone)
    found = []
    for firing in schedule.firings(start - timedelta(minutes=1)):
        if firing >= end:
            break
        found.append(firing)
    assert found == expected
    for place in range(1, len(found), 97):
        assert schedule.previous(found[place] - timedelta(minutes=1)) == found[place - 1]


@pytest.mark.parametrize(
    ("expression", "zone", "expected"),
    [
        ("30 2 * * *", BERLIN, [("2027-03-28T02:30", "skipped"), ("2027-10-31T02:30", "doubled")]),
        ("30 2 * * *", NEW_YORK, [("2027-03-14T02:30", "skipped")]),
        ("30 1 * * *", NEW_YORK, [("2027-11-07T01:30", "doubled")]),
        ("15 2 * * *", LORD_HOWE, [("2027-10-03T02:15", "skipped")]),
        ("30 1 * * *", LORD_HOWE, [("2027-04-04T01:30", "doubled")]),
        ("45 2 * * *", LORD_HOWE, []),
        ("0 3 * * *", BERLIN, []),
        ("* * * * *", KOLKATA, []),
        ("* * * * *", "UTC", []),
        ("0 2 1 * *", BERLIN, []),
    ],
)
def test_the_slots_that_changes_touch(expression: str, zone: str, expected: list[tuple[str, str]]) -> None:
    found = changes(from_unix(expression, zone), at("2027-01-01"), at("2028-01-01"))
    assert [(f"{change.wall:%Y-%m-%dT%H:%M}", change.kind) for change in found] == expected


@pytest.mark.parametrize(
    "name",
    [
        "Europe/Bonn",
        "",
        "../etc/passwd",
        "/etc/passwd",
        "Europe",
        "right/UTC",
        "localtime",
        "x" * 5000,
        "A\0B",
    ],
)
def test_a_name_that_is_no_zone_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="Europe/Berlin"):
        zone_of(name)


def test_a_machine_without_zone_data_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ["tzdata", *(name for name in sys.modules if name.startswith("tzdata."))]:
        monkeypatch.setitem(sys.modules, name, None)
    zone_of.cache_clear()
    ZoneInfo.clear_cache()
    reset_tzpath([str(tmp_path)])
    try:
        with pytest.raises(ValueError, match="tzdata"):
            zone_of("Europe/Berlin")
        assert zone_of("UTC") is UTC
    finally:
        reset_tzpath()
        zone_of.cache_clear()
