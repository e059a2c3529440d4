"""`nightshift event`: an event that the function understands, for a slot that has come."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from nightshift.state.models import JobKey, Slot
from nightshift.times import from_text
from nightshift.trigger import Kind, parse_trigger
from nightshift_tools.local.manifest import read_compiled
from nightshift_tools.local.project import Project
from nightshift_tools.local.slots import last_slot
from support.cli import Cli

MANIFEST = """\
version: 1
jobs:
  sync: {schedule: "*/2 * * * *"}
  bill:
    storefronts: [main, outlet]
    schedules: [{name: often, every_minutes: 5}, {name: nightly, daily: "02:30", timezone: Europe/Berlin}]
  report: {schedule: {monthly: {day: 31, at: "02:00"}}}
  steady: {schedule: {rate: 7 minutes}}
  later: {schedule: {aws: "at(2199-01-01T08:00:00)"}}
  by-hand: {}
"""


@pytest.fixture
def project(empty: Cli) -> Cli:
    (empty.folder / "schedules.yaml").write_text(MANIFEST)
    return empty


def triggered(cli: Cli, job: str, *options: str) -> tuple[Kind, JobKey, Slot | None]:
    entry = read_compiled(Project.find(cli.folder, {}), {}).job(job)
    trigger = parse_trigger(cli.json("event", job, *options), entry)
    return trigger.kind, trigger.key, trigger.slot


def test_the_last_slot_that_has_come(project: Cli) -> None:
    kind, key, slot = triggered(project, "sync")
    assert slot is not None
    assert (kind, key, slot.schedule, slot.minute.minute % 2) == (Kind.SCHEDULE, JobKey("sync"), "default", 0)
    assert timedelta() <= datetime.now(UTC) - slot.minute < timedelta(minutes=3)


def test_a_rare_schedule_has_a_last_slot_as_well(project: Cli) -> None:
    entry = read_compiled(Project.find(project.folder, {}), {}).job("report")
    now = from_text("2026-07-30T12:00:00Z")
    assert last_slot(entry, entry.schedules[0], now).minute == from_text("2026-05-31T02:00:00Z")


def test_one_slot_of_one_schedule_and_storefront(project: Cli) -> None:
    options = ("--schedule", "nightly", "--storefront", "outlet", "--at", "2026-11-20T01:30:00Z")
    expected = Slot("nightly", from_text("2026-11-20T01:30:00Z"))
    assert triggered(project, "bill", *options) == (Kind.SCHEDULE, JobKey("bill", "outlet"), expected)
    assert project(*("event", "bill", *options)).stderr == ""


def test_a_slot_that_is_none_is_told(project: Cli) -> None:
    result = project("event", "sync", "--at", "2026-11-20T22:03:00Z")
    assert "does not fire at 2026-11-20 22:03" in result.stderr
    assert json.loads(result.stdout)["scheduled_time"] == "2026-11-20T22:03:00.000Z"
    assert project("event", "steady", "--at", "2026-11-20T22:03:00Z").stderr == ""


def test_the_raw_event_is_eventbridges(project: Cli) -> None:
    found = project.json("event", "sync", "--raw", "--at", "2026-11-20T22:04:00Z")
    assert found["detail-type"] == "Scheduled Event"
    slot = Slot("default", from_text("2026-11-20T22:04:00Z"))
    assert triggered(project, "sync", "--raw", "--at", "2026-11-20T22:04:00Z")[2] == slot


def test_by_hand(project: Cli) -> None:
    assert project.json("event", "by-hand", "--by-hand") == {"job": "by-hand"}
    assert project.json("event", "sync", "--dry-run") == {"job": "sync", "dry_run": True}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["by-hand"], "no schedule"),
        (["later"], "--at"),
        (["bill", "--storefront", "main"], "--schedule; it has: often, nightly"),
        (["bill", "--schedule", "often"], "--storefront"),
        (["sync", "--schedule", "x"], "no schedule 'x'"),
        (["sync", "--by-hand", "--at", "2026-11-20T22:03:00Z"], "--at"),
        (["bill", "--schedule", "often", "--storefront", "main", "--raw"], "names none"),
        (["sync", "--at", "soon"], "'soon'"),
        (["snc"], "did you mean 'sync'"),
    ],
)
def test_wrong_use(project: Cli, arguments: list[str], words: str) -> None:
    assert words in project.refused("event", *arguments)


def test_it_can_be_passed_to_run(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "event.json"
    path.write_text(cli.ok("event", "sync-products"))
    assert cli.json("run", "sync-products", "--event", path)["status"] == "succeeded"
    assert cli.json("run", "sync-products", "--event", path)["reason"] == "duplicate"
