"""Every form of a schedule: what it becomes, in which zone, within which bounds."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from nightshift.manifest import ScheduleEntry, parse_manifest
from nightshift_tools.local.firings import firings, next_firing
from nightshift_tools.manifest import Entry, compile_manifest, parse

BERLIN = "Europe/Berlin"


def only_entry(job: str, head: str = "") -> Entry:
    manifest = parse(f"version: 1\n{head}\njobs:\n  sync: {job}\n", {}, "schedules.yaml")
    (entry,) = manifest.jobs["sync"].schedules
    return entry


def compiled(job: str) -> ScheduleEntry:
    """As the runtime reads it from functions/manifest.json."""
    manifest = parse(f"version: 1\njobs:\n  sync: {job}\n", {}, "schedules.yaml")
    document = json.loads(json.dumps(compile_manifest(manifest)))
    (entry,) = parse_manifest(document, "manifest.json").job("sync").schedules
    return entry


@pytest.mark.parametrize(
    ("form", "expression", "source"),
    [
        ('"*/2 * * * *"', "cron(*/2 * * * ? *)", "*/2 * * * *"),
        ('{cron: "0 2 * * 1-5"}', "cron(0 2 ? * MON-FRI *)", "0 2 * * 1-5"),
        ('"@daily"', "cron(0 0 * * ? *)", "@daily"),
        ('{cron: "@weekly"}', "cron(0 0 ? * SUN *)", "@weekly"),
        ('{quartz: "0 0 0,4,8,12,16,20 ? * *"}', "cron(0 */4 * * ? *)", 'quartz: "0 0 0,4,8,12,16,20 ? * *"'),
        ('{quartz: "0 30 6 ? * 6L 2030"}', "cron(30 6 ? * 6L 2030)", 'quartz: "0 30 6 ? * 6L 2030"'),
        ('{aws: "cron(0 2 L * ? *)"}', "cron(0 2 L * ? *)", 'aws: "cron(0 2 L * ? *)"'),
        ('{aws: "rate(1 hour)"}', "rate(1 hour)", 'aws: "rate(1 hour)"'),
        ('{aws: "at(2030-12-24T08:00:00)"}', "at(2030-12-24T08:00:00)", 'aws: "at(2030-12-24T08:00:00)"'),
        ("{rate: 5 minutes}", "rate(5 minutes)", "rate: 5 minutes"),
        ("{every_minutes: 5}", "cron(*/5 * * * ? *)", "every_minutes: 5"),
        ("{hourly: 15}", "cron(15 * * * ? *)", "hourly: 15"),
        ('{daily: "02:00"}', "cron(0 2 * * ? *)", 'daily: "02:00"'),
        ('{weekly: {day: MON, at: "02:00"}}', "cron(0 2 ? * MON *)", 'weekly: {day: MON, at: "02:00"}'),
        ('{monthly: {day: 31, at: "02:00"}}', "cron(0 2 31 * ? *)", 'monthly: {day: 31, at: "02:00"}'),
        ('{monthly: {day: last, at: "02:00"}}', "cron(0 2 L * ? *)", 'monthly: {day: last, at: "02:00"}'),
    ],
)
def test_a_form_becomes_this_expression(form: str, expression: str, source: str) -> None:
    entry = only_entry(f"{{schedule: {form}}}")
    assert (entry.expressions, entry.source) == ((expression,), source)
    assert entry.needs_scheduler is expression.startswith("at(")


@pytest.mark.parametrize(
    ("job", "head", "zone"),
    [
        ("{schedule: {hourly: 0}}", "", "UTC"),
        ("{schedule: {hourly: 0}}", f"defaults: {{timezone: {BERLIN}}}", BERLIN),
        (f"{{schedule: {{hourly: 0}}, timezone: {BERLIN}}}", "", BERLIN),
        (f"{{schedule: {{hourly: 0, timezone: UTC}}, timezone: {BERLIN}}}", "", "UTC"),
        (f"{{schedule: {{hourly: 0, timezone: {BERLIN}}}, timezone: UTC}}", "", BERLIN),
        ("{schedule: {rate: 5 minutes}}", f"defaults: {{timezone: {BERLIN}}}", "UTC"),
    ],
)
def test_the_zone_is_the_schedules_else_the_jobs_else_the_default(job: str, head: str, zone: str) -> None:
    entry = only_entry(job, head)
    assert entry.zone == zone
    assert entry.needs_scheduler is (zone != "UTC")


@pytest.mark.parametrize(
    ("bounds", "start", "end"),
    [
        # Days are whole days of the schedule's zone; an instant without an offset is in that zone.
        ("not_before: 2026-12-24", "2026-12-23T23:00:00", None),
        ("not_after: 2026-12-24", None, "2026-12-24T22:59:59"),
        ("not_before: 2026-12-24T08:00", "2026-12-24T07:00:00", None),
        ("not_after: 2026-12-24T08:00", None, "2026-12-24T07:00:59"),
        ("not_before: 2026-12-24T08:00Z", "2026-12-24T08:00:00", None),
        ('not_before: "2026-12-24 08:00:30+05:30"', "2026-12-24T02:30:30", None),
        # 02:30 comes twice on this day: the first begins, the second ends.
        ("not_before: 2026-10-25T02:30", "2026-10-25T00:30:00", None),
        ("not_after: 2026-10-25T02:30", None, "2026-10-25T01:30:59"),
    ],
)
def test_bounds_are_instants_in_utc_both_included(bounds: str, start: str | None, end: str | None) -> None:
    entry = only_entry(f"{{schedule: {{hourly: 0, timezone: {BERLIN}, {bounds}}}}}")
    expected = [text and datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (start, end)]
    assert [entry.start, entry.end] == expected
    assert entry.needs_scheduler


def test_a_schedule_has_its_own_bounds_and_window_else_its_jobs() -> None:
    manifest = parse(
        """\
version: 1
jobs:
  sync:
    not_before: 2026-12-01
    not_after: 2026-12-31
    window_minutes: 15
    schedules:
      - {name: all, hourly: 0}
      - {name: own, hourly: 1, not_before: 2026-12-24, window_minutes: 5}
""",
        {},
        "schedules.yaml",
    )
    whole, own = manifest.jobs["sync"].schedules
    assert (whole.start, whole.window_minutes) == (datetime(2026, 12, 1, tzinfo=UTC), 15)
    assert (own.start, own.window_minutes) == (datetime(2026, 12, 24, tzinfo=UTC), 5)
    assert whole.end == own.end == datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)


def test_the_runtime_reads_bounds_window_zone_and_every_form() -> None:
    entry = compiled(
        f"{{schedule: {{daily: '02:00', timezone: {BERLIN}, not_before: 2026-12-24, "
        "not_after: 2026-12-31, window_minutes: 15}}"
    )
    assert entry.timezone == BERLIN
    assert entry.window_minutes == 15
    assert entry.not_before == datetime(2026, 12, 23, 23, tzinfo=UTC)
    assert entry.not_after == datetime(2026, 12, 31, 22, 59, 59, tzinfo=UTC)
    assert compiled("{schedule: {hourly: 0}}").not_before is None


def test_what_says_nothing_of_bounds_is_compiled_as_before() -> None:
    manifest = parse("version: 1\njobs: {sync: {schedule: {hourly: 0}}}", {}, "schedules.yaml")
    document = json.dumps(compile_manifest(manifest))
    assert not [key for key in ("not_before", "not_after", "window_minutes") if key in document]


def test_firings_outside_the_bounds_are_not_delivered() -> None:
    text = (
        "version: 1\njobs: {sync: {schedule: {hourly: 0}, not_before: '2026-12-24T10:00Z', "
        "not_after: '2026-12-24T12:00Z'}}"
    )
    manifest = parse_manifest(compile_manifest(parse(text, {}, "schedules.yaml")), "manifest.json")
    before, after = datetime(2026, 12, 1, tzinfo=UTC), datetime(2026, 12, 24, 12, tzinfo=UTC)
    assert [due.minute.hour for due in firings(manifest, ["sync"], before)] == [10, 11, 12]
    assert next_firing(manifest.job("sync"), before) == datetime(2026, 12, 24, 10, tzinfo=UTC)
    assert next_firing(manifest.job("sync"), after) is None


@pytest.mark.parametrize(
    ("form", "first"),
    [
        ("{aws: 'at(2026-12-24T08:00:00)', timezone: Europe/Berlin}", "2026-12-24T07:00:00"),
        ("{rate: 90 minutes}", "2026-12-01T01:30:00"),
        ("{monthly: {day: last, at: '02:00'}}", "2026-12-31T02:00:00"),
    ],
)
def test_every_form_fires_on_this_machine(form: str, first: str) -> None:
    text = f"version: 1\njobs: {{sync: {{schedule: {form}}}}}"
    manifest = parse_manifest(compile_manifest(parse(text, {}, "schedules.yaml")), "manifest.json")
    due = next(firings(manifest, ["sync"], datetime(2026, 12, 1, tzinfo=UTC)))
    assert due.minute == datetime.fromisoformat(first).replace(tzinfo=UTC)


def test_an_external_job_has_no_handler_here() -> None:
    manifest = parse("version: 1\njobs: {report: {function: external}}", {}, "schedules.yaml")
    job = parse_manifest(compile_manifest(manifest), "manifest.json").job("report")
    assert (job.handler, job.function) == ("", "")
