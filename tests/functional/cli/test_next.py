"""`nightshift next`: the coming firings of a manifest, and what clock changes do to them."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from support.cli import Cli

MANIFEST = """\
version: 1
jobs:
  sync-products:
    schedules:
      - {name: often, every_minutes: 5}
      - {name: nightly, daily: "02:30", timezone: Europe/Berlin}
  purge-logs:
    schedule: {daily: "02:00"}
    enabled: false
"""


@pytest.fixture
def project(empty: Cli) -> Cli:
    (empty.folder / "schedules.yaml").write_text(MANIFEST)
    return empty


def test_the_coming_firings_are_told_in_utc_and_in_their_zone(project: Cli) -> None:
    found = project.json("next", "sync-products", "--count", 300)
    assert len(found) == 300
    instants = [datetime.fromisoformat(item["at"]) for item in found]
    assert instants == sorted(instants)
    often = [datetime.fromisoformat(item["at"]) for item in found if item["schedule"] == "often"]
    assert {later - earlier for earlier, later in pairwise(often)} == {timedelta(minutes=5)}
    nightly = next(item for item in found if item["schedule"] == "nightly")
    assert nightly["zone"] == "Europe/Berlin"
    assert "02:30" in nightly["local"]
    assert nightly["at"][11:16] in ("00:30", "01:30", "01:00")


def test_a_schedule_that_is_disabled_does_not_come(project: Cli) -> None:
    assert project.json("next", "purge-logs") == []
    assert "nothing is going to fire" in project("next", "purge-logs").stderr
    assert {item["job"] for item in project.json("next")} == {"sync-products"}


def test_it_says_each_schedule_in_words(project: Cli) -> None:
    shown = project.ok("next", "--count", 2)
    assert "sync-products, often: Every 5 minutes, UTC" in shown
    assert "sync-products, nightly: At 02:30, Europe/Berlin" in shown


def test_another_zone_can_be_shown(project: Cli) -> None:
    (item,) = project.json("next", "sync-products", "--count", 1, "--zone", "Asia/Kolkata")
    assert item["zone"] == "Asia/Kolkata"
    assert item["local"].endswith("+0530")


def test_the_slots_that_clock_changes_touch(project: Cli) -> None:
    found = project.json("next", "--changes")
    assert {slot["kind"] for slot in found} == {"doubled", "skipped"}
    assert {(slot["job"], slot["schedule"], slot["wall"][11:]) for slot in found} == {
        ("sync-products", "nightly", "02:30")
    }
    fires = {slot["kind"]: slot["fires_at"] for slot in found}
    assert fires["skipped"] is None
    assert fires["doubled"].endswith("T00:30:00.000Z")  # the first of the two passings, in summer time
    assert "never" in project.ok("next", "--changes")


def test_changes_of_another_zone_are_those_if_schedules_were_in_it(project: Cli) -> None:
    found = project.json("next", "--changes", "--zone", "America/New_York")
    often = {(slot["kind"], slot["wall"][11:]) for slot in found if slot["schedule"] == "often"}
    assert len([wall for kind, wall in often if kind == "skipped" and wall.startswith("02:")]) == 12
    assert len([wall for kind, wall in often if kind == "doubled" and wall.startswith("01:")]) == 12
    assert len(often) == 24
    shown = project.ok("next", "--changes", "--zone", "Asia/Kolkata")
    assert shown.strip() == "no clock change touches a slot in the next 12 months in Asia/Kolkata"


def test_the_bounds_of_a_schedule_hold_for_firings_and_changes(project: Cli) -> None:
    path = project.folder / "schedules.yaml"
    path.write_text(MANIFEST.replace("Europe/Berlin}", 'Europe/Berlin, not_after: "2026-01-01T00:00:00Z"}'))
    assert {item["schedule"] for item in project.json("next", "--count", 300)} == {"often"}
    assert project.json("next", "--changes") == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [(["sync-product"], "did you mean 'sync-products'"), (["--zone", "Berlin"], "Europe/Berlin")],
)
def test_wrong_use_is_told(project: Cli, arguments: list[str], says: str) -> None:
    assert says in project.refused("next", *arguments)
