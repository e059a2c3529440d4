"""Which slot must have been seen by now, and what answers for one that was not claimed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from nightshift.manifest import JobEntry, ScheduleEntry
from nightshift.state.models import Control, JobKey, Pause, RunId, RunRecord, Slot, Status
from nightshift.state.watches import Watched
from nightshift.times import from_text
from nightshift.watch.keys import remembered, watched_keys
from nightshift.watch.missing import overdue, seen_until, suspects
from support.watch_world import compiled

KEY = JobKey("sync")


def instant(text: str) -> datetime:
    return from_text(f"{text}:00Z" if len(text) == 16 else text)


def entry(job: str) -> JobEntry:
    return compiled(f"version: 1\njobs: {{sync: {{{job}}}}}").jobs["sync"]


@pytest.mark.parametrize(
    ("schedule", "now", "expected"),
    [
        # The next firing makes up for one that is late: with it, and five minutes on the way, it is overdue.
        ("'*/2 * * * *'", "2026-11-20T22:11", "2026-11-20T22:04"),
        ("'*/2 * * * *'", "2026-11-20T22:10:59Z", "2026-11-20T22:02"),
        ("{every_minutes: 30}", "2026-11-20T22:34:59Z", "2026-11-20T21:30"),
        ("{every_minutes: 30}", "2026-11-20T22:35", "2026-11-20T22:00"),
        # Where the next one takes longer, an hour is waited for.
        ("{daily: '02:00'}", "2026-11-20T03:04:59Z", "2026-11-19T02:00"),
        ("{daily: '02:00'}", "2026-11-20T03:05", "2026-11-20T02:00"),
        ("{daily: '02:00', window_minutes: 30}", "2026-11-20T03:34:59Z", "2026-11-19T02:00"),
        ("{daily: '02:00', window_minutes: 30}", "2026-11-20T03:35", "2026-11-20T02:00"),
        ("'0 9-17 * * *'", "2026-11-20T18:05", "2026-11-20T17:00"),
        # The clock change of Berlin: there is no 02:30, and nothing is missing that day.
        ("{daily: '02:30', timezone: Europe/Berlin}", "2026-03-29T20:00", "2026-03-28T01:30"),
        ("{daily: '02:30', timezone: Europe/Berlin}", "2026-03-30T01:35", "2026-03-30T00:30"),
        # Bounds: nothing before the first, nothing after the last.
        ("{hourly: 0, not_before: 2026-12-01}", "2026-11-30T12:00", None),
        ("{hourly: 0, not_before: 2026-12-01}", "2026-12-01T01:04:59Z", None),
        ("{hourly: 0, not_before: 2026-12-01}", "2026-12-01T01:05", "2026-12-01T00:00"),
        ("{hourly: 0, not_after: 2026-11-20T10:30:00Z}", "2026-11-20T11:05", "2026-11-20T10:00"),
        ("{hourly: 0, not_after: 2026-11-20T10:30:00Z}", "2027-01-01T00:00", "2026-11-20T10:00"),
        ("{aws: 'at(2026-11-20T10:00:00)'}", "2026-11-20T11:04:59Z", None),
        ("{aws: 'at(2026-11-20T10:00:00)'}", "2026-11-20T11:05", "2026-11-20T10:00"),
        # Of a rate the begin of the period in which it must have fired.
        ("{rate: 10 minutes}", "2026-11-20T22:00", "2026-11-20T21:35"),
        ("{rate: 6 hours}", "2026-11-20T22:00", "2026-11-20T14:55"),
    ],
)
def test_the_slot_that_must_have_been_seen(schedule: str, now: str, expected: str | None) -> None:
    (found,) = entry(f"schedule: {schedule}").schedules
    assert overdue(found, instant(now)) == (instant(expected) if expected else None)


HOURLY = entry("schedule: {hourly: 0}")
NOW = instant("2026-11-20T22:10")
DUE = instant("2026-11-20T21:00")
LONG_AGO = instant("2026-11-01T00:00")


def missing(control: Control, job: JobEntry = HOURLY, since: datetime = LONG_AGO) -> list[Slot]:
    watched = {schedule.name: Watched("meaning", since) for schedule in job.schedules}
    return list(suspects(job, KEY, control, watched, NOW))


def run_id(text: str) -> RunId:
    return RunId(f"{instant(text):%Y%m%dT%H%M%S}000Z-4f7x2k9q")


AN_HOUR = timedelta(hours=1)

CONTROLS: dict[str, tuple[Control, bool]] = {
    "it never ran": (Control(), True),
    "an older slot was claimed": (Control(slots={"default": DUE - AN_HOUR}), True),
    "the slot was claimed": (Control(slots={"default": DUE}), False),
    "a later one was claimed": (Control(slots={"default": DUE + AN_HOUR}), False),
    "another schedule's was claimed": (Control(slots={"nightly": DUE}), True),
    "paused": (Control(pause=Pause("why", NOW)), False),
    "resumed after it": (Control(resumed_at=DUE + AN_HOUR), False),
    "resumed in its minute": (Control(resumed_at=DUE), False),
    "resumed before it": (Control(resumed_at=DUE - AN_HOUR), True),
    "a run spanned it": (
        Control(last_run=run_id("2026-11-20T20:58"), last_ended_at=instant("2026-11-20T21:03")),
        False,
    ),
    "a run ended before it": (
        Control(last_run=run_id("2026-11-20T20:58"), last_ended_at=instant("2026-11-20T20:59")),
        True,
    ),
    "a run began after it": (
        Control(last_run=run_id("2026-11-20T21:01"), last_ended_at=instant("2026-11-20T21:03")),
        True,
    ),
    "a run that spans it is alive": (
        Control(run=run_id("2026-11-20T20:58"), lease_until=NOW + timedelta(minutes=1)),
        False,
    ),
    "a run that began after it is alive": (
        Control(run=run_id("2026-11-20T21:01"), lease_until=NOW + timedelta(minutes=1)),
        True,
    ),
    "a run that spans it is dead": (
        Control(run=run_id("2026-11-20T20:58"), lease_until=NOW - timedelta(minutes=1)),
        True,
    ),
    "a run whose id says nothing": (
        Control(run=RunId("by-somebody"), lease_until=NOW + timedelta(minutes=1)),
        True,
    ),
}


@pytest.mark.parametrize("name", CONTROLS)
def test_what_a_control_record_says_of_a_slot(name: str) -> None:
    control, expected = CONTROLS[name]
    assert missing(control) == ([Slot("default", DUE)] if expected else [])


def test_nothing_is_missing_before_it_was_watched() -> None:
    assert missing(Control(), since=DUE - timedelta(seconds=1)) == [Slot("default", DUE)]
    assert missing(Control(), since=DUE) == []
    assert list(suspects(HOURLY, KEY, Control(), {}, NOW)) == []


def test_nothing_is_missing_of_what_is_switched_off() -> None:
    assert missing(Control(), replace(HOURLY, enabled=False)) == []
    (schedule,) = HOURLY.schedules
    assert missing(Control(), replace(HOURLY, schedules=(replace(schedule, enabled=False),))) == []


@pytest.mark.parametrize(("executions", "expected"), [(1, True), (2, False), (3, False)])
def test_nothing_is_missing_of_a_schedule_that_ran_as_often_as_it_may(
    executions: int, expected: bool
) -> None:
    job = entry("schedule: {hourly: 0}, max_executions: 2")
    assert bool(missing(Control(executions={"default": executions}), job)) is expected
    (schedule,) = job.schedules
    own = replace(job, schedules=(replace(schedule, max_executions=1),))
    assert missing(Control(executions={"default": 1}), own) == []


def test_schedules_are_judged_apart() -> None:
    job = entry("schedules: [{name: a, hourly: 0}, {name: b, hourly: 0}]")
    assert missing(Control(slots={"a": DUE}), job) == [Slot("b", DUE)]


def test_a_schedule_of_some_storefronts_is_expected_of_them_alone() -> None:
    job = entry("storefronts: [main, outlet], schedule: {hourly: 0, storefronts: [outlet]}")
    watched = {"default": Watched("meaning", LONG_AGO)}
    found = {
        storefront: list(suspects(job, JobKey("sync", storefront), Control(), watched, NOW))
        for storefront in ("main", "outlet")
    }
    assert found == {"main": [], "outlet": [Slot("default", DUE)]}


def record(trigger: str, status: Status, at: datetime, slot: Slot | None = None) -> RunRecord:
    return RunRecord(RunId("run"), KEY, trigger, status, at, slot)


SLOT = Slot("default", DUE)
LATER = DUE + AN_HOUR


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([], None),
        ([record("schedule", Status.SKIPPED, NOW, SLOT)], DUE),
        ([record("schedule", Status.SKIPPED, NOW, Slot("default", LATER))], LATER),
        ([record("schedule", Status.SKIPPED, NOW, Slot("default", DUE - AN_HOUR))], None),
        ([record("schedule", Status.SKIPPED, NOW, Slot("nightly", LATER))], None),
        ([record("by hand", Status.SUCCEEDED, NOW)], NOW),
        ([record("by hand", Status.SUCCEEDED, DUE - AN_HOUR)], None),
        ([record("by hand", Status.FAILED, NOW)], None),
        ([record("by hand", Status.SUCCEEDED, LATER), record("schedule", Status.SKIPPED, NOW, SLOT)], LATER),
    ],
)
def test_what_run_records_answer_for(records: list[RunRecord], expected: datetime | None) -> None:
    assert seen_until(SLOT, records) == expected


JOBS = """
version: 1
jobs:
  bill: {storefronts: [main, outlet], schedule: {hourly: 0}}
  sync: {schedules: [{name: often, every_minutes: 5}, {name: nightly, daily: "02:00"}]}
  by-hand: {}
  elsewhere: {function: external, schedule: {hourly: 0}}
"""


def test_every_job_and_storefront_with_a_schedule_and_a_function_is_watched() -> None:
    found = watched_keys(compiled(JOBS))
    assert [str(key) for key in found] == ["bill@main", "bill@outlet", "sync"]


@pytest.mark.parametrize(
    ("old", "new", "watched_anew"),
    [
        ("{storefronts", "{description: said, storefronts", set()),
        ("{name: often, every_minutes: 5}", "{name: often, cron: '*/5 * * * *'}", set()),
        ("{name: often, every_minutes: 5}", "{name: often, every_minutes: 5, batch_size: 7}", set()),
        ("every_minutes: 5", "every_minutes: 10", {"sync often"}),
        ('daily: "02:00"', 'daily: "02:00", timezone: Europe/Berlin', {"sync nightly"}),
        ('daily: "02:00"', 'daily: "02:00", not_after: 2027-01-01', {"sync nightly"}),
        ('daily: "02:00"', 'daily: "02:00", max_executions: 5', {"sync nightly"}),
        ("name: nightly", "name: late", {"sync late"}),
        ("[main, outlet]", "[main, shop]", {"bill@shop default"}),
    ],
)
def test_what_is_new_or_fires_otherwise_is_watched_from_now_on(
    old: str, new: str, watched_anew: set[str]
) -> None:
    before = remembered(compiled(JOBS), {}, LONG_AGO)
    assert old in JOBS
    after = remembered(compiled(JOBS.replace(old, new)), before, NOW)
    since = {f"{key} {name}": it.since for key, found in after.items() for name, it in found.items()}
    assert {name for name, instant in since.items() if instant == NOW} == watched_anew
    assert set(since.values()) <= {LONG_AGO, NOW}


def test_what_was_switched_off_is_watched_from_when_it_is_on_again() -> None:
    on, off = compiled(JOBS), compiled(JOBS.replace("hourly: 0}", "hourly: 0, enabled: false}", 1))
    before = remembered(on, {}, LONG_AGO)
    assert JobKey("bill", "main") not in remembered(off, before, NOW)
    again = remembered(on, remembered(off, before, NOW), NOW)
    assert again[JobKey("bill", "main")]["default"].since == NOW
    assert again[JobKey("sync")]["often"].since == LONG_AGO


def test_the_same_instant_told_in_another_zone_is_the_same() -> None:
    (found,) = HOURLY.schedules
    assert isinstance(found, ScheduleEntry)
    assert overdue(found, NOW.astimezone()) == overdue(found, NOW.astimezone(UTC))
