"""`nightshift dev --simulate`: what the manifest says about when, proved tick by tick against croniter."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from ruamel.yaml import YAML

from support.cli import ROOT, Cli
from support.crontab import five_fields, ticks

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
YEAR = BEGIN + timedelta(days=365)

MANIFEST = """\
version: 1
jobs:
  count-stock:
    schedules:
      - {name: nightly, daily: "02:30", timezone: Europe/Berlin}
      - {name: hourly, hourly: 15, timezone: America/New_York}
      - {name: half-hourly, cron: "*/30 * * * *", timezone: Australia/Lord_Howe}
      - {name: fridays, cron: "0 0 13 * 5"}
      - {name: monthly, monthly: {day: last, at: "23:45"}, timezone: Europe/London}
  greet-customers:
    max_executions: 40
    schedules:
      - {name: often, every_minutes: 120}
      - {name: once, daily: "09:00", max_executions: 1}
  sell-off:
    not_before: 2026-03-28
    not_after: 2026-10-25
    timezone: Europe/Berlin
    schedules:
      - {name: hourly, hourly: 0}
      - {name: week, daily: "02:30", not_before: "2026-03-28T02:30", not_after: "2026-03-31T02:30"}
  bill-orders:
    storefronts: [main, outlet, abroad]
    schedules:
      - {name: hourly, hourly: 0}
      - {name: nightly, daily: "01:00", storefronts: [outlet]}
  rest:
    enabled: false
    schedule: {hourly: 0}
  doze:
    schedules:
      - {name: awake, hourly: 30}
      - {name: dozing, hourly: 45, enabled: false}
"""


@pytest.fixture
def project(empty: Cli) -> Cli:
    (empty.folder / "schedules.yaml").write_text(MANIFEST)
    return empty


def simulated(cli: Cli, *arguments: object) -> dict[tuple[str, str | None, str], dict[str, Any]]:
    """The rows by job, storefront and schedule."""
    rows = [json.loads(line) for line in cli.ok("dev", *arguments, "--json").splitlines()]
    found = {(row["job"], row["storefront"], row["schedule"]): row for row in rows}
    assert len(found) == len(rows)
    return found


def some_days(
    cli: Cli, days: int, *arguments: object, begin: datetime = BEGIN
) -> dict[tuple[str, str | None, str], dict[str, Any]]:
    return simulated(cli, "--simulate", f"{days}d", "--from", begin.isoformat(), *arguments)


def expected(expression: str, zone: str = "UTC", begin: datetime = BEGIN, end: datetime = YEAR) -> list[str]:
    return [text(instant) for instant in ticks(expression, zone, begin, end)]


def text(instant: datetime) -> str:
    return f"{instant:%Y-%m-%dT%H:%M}:00.000Z"


def seen(row: Mapping[str, Any]) -> tuple[int, str | None, str | None]:
    assert row["ticks"] == row["ran"] + sum(row["skipped"].values())
    return row["ran"], row["first"], row["last"]


def ends(slots: list[str]) -> tuple[int, str | None, str | None]:
    return len(slots), slots[0] if slots else None, slots[-1] if slots else None


def test_a_year_in_zones_runs_at_the_ticks_that_croniter_finds(project: Cli) -> None:
    rows = some_days(project, 365, "count-stock")
    nightly = expected("30 2 * * *", "Europe/Berlin")
    assert len(nightly) == 364  # the last Sunday of March has no half past two
    for schedule, slots in {
        "nightly": nightly,
        "hourly": expected("15 * * * *", "America/New_York"),
        "half-hourly": expected("*/30 * * * *", "Australia/Lord_Howe"),
        "fridays": expected("0 0 13 * 5"),
        "monthly": expected("45 23 l * *", "Europe/London"),
    }.items():
        row = rows["count-stock", None, schedule]
        assert (seen(row), row["skipped"]) == (ends(slots), {}), schedule


MONTH = BEGIN + timedelta(days=30)


def test_executions_are_counted_per_schedule_and_used_up(project: Cli) -> None:
    rows = some_days(project, 30, "greet-customers")
    slots = expected("0 */2 * * *", end=MONTH)
    often, once = rows["greet-customers", None, "often"], rows["greet-customers", None, "once"]
    assert seen(often) == ends(slots[:40])
    assert often["skipped"] == {"exhausted": len(slots) - 40}
    assert (seen(once), once["skipped"]) == (ends([text(BEGIN.replace(hour=9))]), {"exhausted": 29})


def test_a_skipped_tick_is_no_execution(project: Cli) -> None:
    until = BEGIN + timedelta(days=10)
    rows = some_days(
        project, 30, "greet-customers", "--pause", f"greet-customers={BEGIN:%Y-%m-%dT%H:%MZ}/{text(until)}"
    )
    slots = expected("0 */2 * * *", end=MONTH)
    often = rows["greet-customers", None, "often"]
    assert seen(often) == ends(slots[120:160])
    assert often["skipped"] == {"paused": 120, "exhausted": len(slots) - 160}


def test_bounds_are_days_of_the_zone_and_both_included(project: Cli) -> None:
    rows = some_days(project, 365, "sell-off")
    from_, to = datetime(2026, 3, 27, 23, tzinfo=UTC), datetime(2026, 10, 25, 23, tzinfo=UTC)
    slots = expected("0 * * * *", "Europe/Berlin", from_, to)
    assert slots[-1] == "2026-10-25T22:00:00.000Z"
    assert seen(rows["sell-off", None, "hourly"]) == ends(slots)
    week = ["2026-03-28T01:30:00.000Z", "2026-03-30T00:30:00.000Z", "2026-03-31T00:30:00.000Z"]
    assert seen(rows["sell-off", None, "week"]) == ends(week)


def test_each_storefront_has_ticks_a_claim_and_a_pause_of_its_own(project: Cli) -> None:
    rows = some_days(
        project, 365, "bill-orders", "--pause", "bill-orders@outlet=2026-05-01T00:00Z/2026-06-01T00:00Z"
    )
    hourly = expected("0 * * * *")
    assert {key[1] for key in rows if key[2] == "nightly"} == {"outlet"}
    for storefront in ("main", "abroad"):
        assert seen(rows["bill-orders", storefront, "hourly"]) == ends(hourly)
    outlet = rows["bill-orders", "outlet", "hourly"]
    assert (outlet["ran"], outlet["skipped"]) == (len(hourly) - 31 * 24, {"paused": 31 * 24})
    assert rows["bill-orders", "outlet", "nightly"]["skipped"] == {"paused": 31}


def test_what_is_disabled_has_no_ticks(project: Cli) -> None:
    rows = some_days(project, 30, "rest", "doze")
    assert {key: (row["enabled"], row["ticks"]) for key, row in rows.items()} == {
        ("rest", None, "default"): (False, 0),
        ("doze", None, "awake"): (True, 30 * 24),
        ("doze", None, "dozing"): (False, 0),
    }


def test_of_what_a_sleeping_machine_missed_the_last_tick_of_each_schedule_is_made_up_for(
    project: Cli,
) -> None:
    begin = datetime(2026, 3, 28, tzinfo=UTC)
    asleep, woken = begin.replace(hour=20), datetime(2026, 3, 30, 6, 20, tzinfo=UTC)
    rows = some_days(
        project, 3, "count-stock", "doze", "--asleep", f"{text(asleep)}/{text(woken)}", begin=begin
    )
    for key, expression, zone in (
        (("doze", None, "awake"), "30 * * * *", "UTC"),
        (("count-stock", None, "hourly"), "15 * * * *", "America/New_York"),
        (("count-stock", None, "nightly"), "30 2 * * *", "Europe/Berlin"),
    ):
        slots = expected(expression, zone, begin, begin + timedelta(days=3))
        missed = [slot for slot in slots if text(asleep) <= slot < text(woken)]
        lost = {"asleep": len(missed) - 1} if len(missed) > 1 else {}
        assert (rows[key]["ran"], rows[key]["skipped"]) == (len(slots) - sum(lost.values()), lost), key


def test_the_state_that_is_left_behind_tells_what_was_claimed_last(project: Cli) -> None:
    simulated(project, "greet-customers", "--simulate", "30d", "--from", BEGIN.isoformat())
    assert project.json("runs", "greet-customers") == []
    project.environment["NIGHTSHIFT_HOME"] = str(project.home / "simulated")
    (status,) = project.json("status", "greet-customers")
    assert (status["idle_runs"], status["last_status"]) == (41, "succeeded")
    assert status["last_ended_at"] == "2026-01-04T06:00:00.000Z"
    assert status["open_slots"] == []


def test_the_table_has_every_schedule_and_says_that_no_code_is_called(project: Cli) -> None:
    result = project("dev", "rest", "greet-customers", "--simulate", "10d", "--from", BEGIN.isoformat())
    assert result.exit_code == 0, result.output
    assert "no job's code is called" in result.stderr
    lines = [re.split(r" {2,}", line) for line in result.stdout.splitlines()]
    assert [
        "greet-customers",
        "often",
        "120",
        "40",
        "2026-01-01 00:00",
        "2026-01-04 06:00",
        "exhausted 80",
    ] in lines
    assert ["rest", "default", "0", "0", "-", "-", "disabled"] in lines
    assert result.stdout.splitlines()[-1].endswith(": 130 ticks, 41 ran")


def test_settings_that_are_wrong_end_it_with_the_job_and_the_value(project: Cli) -> None:
    project.environment["DOZE_BATCH_SIZE"] = "many"
    assert "doze: batch_size = 'many'" in project.refused("dev", "--simulate", "1d")


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--simulate", "a year"], "365d"),
        (["--simulate", "0d"], "no span"),
        (["--simulate", "1d", "--to", "2026-12-01T00:00:00Z"], "--to"),
        (["--simulate", "1d", "--speed", "2"], "--speed"),
        (["--simulate", "1d", "--from", "midnight"], "'midnight'"),
        (["--simulate", "1d", "--pause", "doze"], "JOB=FROM/TO"),
        (["--simulate", "1d", "--pause", "dose=2026-01-01T00:00Z/2026-01-02T00:00Z"], "'doze'"),
        (
            ["--simulate", "1d", "--pause", "bill-orders=2026-01-01T00:00Z/2026-01-02T00:00Z"],
            "bill-orders@outlet=",
        ),
        (["--simulate", "1d", "--pause", "doze=2026-01-02T00:00Z/2026-01-01T00:00Z"], "before it begins"),
        (["--simulate", "1d", "--asleep", "2026-01-02T00:00Z"], "interval"),
        (["--asleep", "2026-01-01T00:00Z/2026-01-02T00:00Z"], "--simulate"),
    ],
)
def test_options_that_make_no_sense_are_refused(project: Cli, arguments: list[str], word: str) -> None:
    assert word in project.refused("dev", *arguments)


def shipped(end: datetime) -> Iterator[tuple[tuple[str, str | None, str], list[str]]]:
    """When each schedule of the shipped manifest fires, by its text."""
    manifest = YAML(typ="safe").load(
        re.sub(r"\$\{\w+:-(.*?)\}", r"\1", (ROOT / "schedules.yaml").read_text())
    )
    for name, job in manifest["jobs"].items():
        for form in job.get("schedules") or ([job["schedule"]] if "schedule" in job else []):
            own = {} if isinstance(form, str) else form
            zone = own.get("timezone") or job.get("timezone") or manifest["defaults"]["timezone"]
            is_on = job.get("enabled", True) and own.get("enabled", True)
            slots = expected(five_fields(form), zone, BEGIN, end) if is_on else []
            for storefront in own.get("storefronts") or job.get("storefronts") or [None]:
                yield (name, storefront, own.get("name", "default")), slots


@pytest.mark.parametrize("days", [2, pytest.param(365, marks=pytest.mark.slow)])
def test_the_shipped_manifest_runs_at_the_ticks_that_croniter_finds(
    empty: Cli, monkeypatch: pytest.MonkeyPatch, days: int
) -> None:
    monkeypatch.chdir(ROOT)
    empty.environment["NIGHTSHIFT_HOME"] = str(empty.home)
    rows = simulated(empty, "--simulate", f"{days}d", "--from", BEGIN.isoformat())
    end = BEGIN + timedelta(days=days)
    found = {key: (*seen(row), row["skipped"]) for key, row in rows.items()}
    assert found == {key: (*ends(slots), {}) for key, slots in shipped(end)}
