"""A broken manifest: every problem at once, each with line, column, value and what to write instead."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from nightshift.errors import ConfigurationError
from nightshift_tools.manifest import ManifestError, Problem, load, parse

ENVIRONMENT = {"SIZE": "15", "EMPTY": ""}


def problems_of(text: str) -> list[Problem]:
    with pytest.raises(ManifestError) as caught:
        parse(dedent(text), ENVIRONMENT, "schedules.yaml")
    return caught.value.problems


def only_problem(text: str) -> Problem:
    (problem,) = problems_of(text)
    return problem


def of_job(*lines: str) -> str:
    return "\n".join(["version: 1", "jobs:", "  sync:", *(f"    {line}" for line in lines)])


WHOLE_FILES = [
    ("", 1, 1, ["empty", "version: 1"]),
    ("# only a comment\n", 1, 1, ["empty"]),
    ("[1, 2]", 1, 1, ["expected a mapping", "a list"]),
    ("jobs: {}", 1, 1, ["version", "missing", "version: 1"]),
    ("version: 1", 1, 1, ["jobs", "missing"]),
    ("version: 2\njobs: {}", 1, 10, ["expected 1", "2"]),
    ("version: 1\njobs: []", 2, 7, ["jobs", "a mapping", "a list"]),
    ("version: 1\njobs:", 2, 1, ["jobs", "no value"]),
    ("version: 1\njobz: {}\njobs: {}", 2, 1, ["'jobz'", "'jobs'"]),
    ("version: 1\njobs: {}\njobs: {}", 3, 1, ["'jobs'", "line 2"]),
    ("version: 1\n\tjobs: {}", 2, 1, ["blanks, not tabs"]),
    ("version: 1\njobs: {sync: {schedule: */5 * * * *}}", 2, 29, ["quote"]),
    ("version: 1\njobs: {sync: {schedule: @daily}}", 2, 25, ["quote"]),
    ("version: 1\njobs: {sync: [", 2, 15, ["cannot be read"]),
    ("version: 1\njobs: {a: {batch_size: ${SIZE:-1}}}", 2, 25, ["quote a variable"]),
    ("version: 1\njobs: \x07", 2, 7, ["'\\x07'", "no place in a text file"]),
    ("version: 1\n---\nversion: 1", 2, 1, ["second document"]),
    ("version: 1\njobs: &all {a: *all}", 2, 16, ["*all", "write the value out"]),
    ("version: 1\njobs: {<<: {}}", 2, 8, ["<<", "write the keys out"]),
    ("version: !!int 1\njobs: {}", 1, 10, ["tag"]),
    ('version: 1\njobs: {"a\\ud800": {}}', 2, 8, ["'a\\ud800'", "cannot be shown"]),
    ("version: 1\njobs: {[a]: {}}", 2, 8, ["a key must be text"]),
    ("version: 1\njobs: " + "[" * 30 + "]" * 30, 2, 26, ["more than 20 deep"]),
    (
        "version: 1\ndefaults: {timezone: Europe/Berln}\njobs: {}",
        2,
        22,
        ["'Europe/Berln'", "Europe/Berlin"],
    ),
    ("version: 1\ndefaults: {max_retry: 3}\njobs: {}", 2, 12, ["'max_retry'", "'max_retries'"]),
    ("version: 1\njobs: {Sync_Products: {}}", 2, 8, ["kebab-case", "sync-products"]),
    ("version: 1\njobs: {2fast: {}}", 2, 8, ["kebab-case", "fast"]),
    ("version: 1\njobs: {logging: {}}", 2, 8, ["functions/logging", "logging-records"]),
    ("version: 1\njobs: {sync: 5}", 2, 14, ["jobs.sync", "expected a mapping", "5"]),
]


@pytest.mark.parametrize(("text", "line", "column", "fragments"), WHOLE_FILES)
def test_a_file_with_one_problem(text: str, line: int, column: int, fragments: list[str]) -> None:
    found = problems_of(text)
    places = [(problem.line, problem.column) for problem in found]
    assert (line, column) in places, found
    message = found[places.index((line, column))].message
    assert [fragment for fragment in fragments if fragment not in message] == [], message


JOBS = [
    (["descripton: typo"], 4, 5, ["'descripton'", "'description'"]),
    (["description: 5"], 4, 18, ["expected text", "5"]),
    (["schedule: '61 * * * *'"], 4, 15, ["minute", "'61'", "0 to 59"]),
    (["schedule: {cron: '0 0 31 2 *'}"], 4, 22, ["'31'", "never comes"]),
    (["schedule: 5"], 4, 15, ["expected a mapping", '"*/2 * * * *"']),
    (["schedule:"], 4, 5, ["no value"]),
    (["schedule: {}"], 4, 15, ["says nothing of when", "every_minutes"]),
    (["schedule: {cron: '0 0 * * *', daily: '02:00'}"], 4, 15, ["cron and daily", "write one of"]),
    (["schedule: {every_minutes: 7}"], 4, 31, ["7 minutes", "6 or 10"]),
    (["schedule: {every_minutes: '5'}"], 4, 31, ["whole number", "'5' is text", "every_minutes: 5"]),
    (["schedule: {hourly: 61}"], 4, 24, ["61", "0 to 59"]),
    (["schedule: {daily: '25:00'}"], 4, 23, ["'25:00'", "hh:mm"]),
    (["schedule: '0 0 * * *'", "schedules: []"], 5, 5, ["`schedule` too", "`schedules`"]),
    (["schedules: {}"], 4, 16, ["expected a list"]),
    (["schedules: ['0 0 * * *']"], 4, 17, ["expected a mapping", "name: often"]),
    (["schedules: [{hourly: 1}, {name: b, hourly: 2}]"], 4, 17, ["needs a name", "name: often"]),
    (["schedules: [{name: a, hourly: 1}, {name: a, hourly: 2}]"], 4, 46, ["'a' already"]),
    (["schedules: [{name: 'a<b', hourly: 1}]"], 4, 24, ["'a<b'", "'<'"]),
    (["schedules: [{name: ' a', hourly: 1}]"], 4, 24, ["no blanks around"]),
    (["batch_size: 0"], 4, 17, ["sync", "the least is 1", "0"]),
    (["batch_size: -5"], 4, 17, ["the least is 1", "-5"]),
    (["batch_size: many"], 4, 17, ["whole number", "'many'"]),
    (["batch_size: 15.0"], 4, 17, ["whole number", "15.0"]),
    (["batch_size: true"], 4, 17, ["whole number", "True"]),
    (["batch_size: '15'"], 4, 17, ["whole number", "'15' is text"]),
    (["batch_size: {default: 150, max: 100}"], 4, 27, ["sync", "100", "150", "1 to 100"]),
    (["batch_size: {default: 15, maks: 100}"], 4, 31, ["'maks'", "'max'"]),
    (
        ["batch_size: {max: 10}", "schedule: {hourly: 0, batch_size: 11}"],
        5,
        39,
        ["sync", "10", "11", "1 to 10"],
    ),
    (["schedule: {hourly: 0, batch_size: 0}"], 4, 39, ["the least is 1", "0"]),
    (["storefronts: main"], 4, 18, ["expected a list", "[main]"]),
    (["storefronts: [main, 'Main Store']"], 4, 25, ["'Main Store'", "storefront's name"]),
    (["storefronts: [a@b]"], 4, 19, ["'a@b'"]),
    (["storefronts: [main, main]"], 4, 25, ["'main'", "twice"]),
    (["storefronts: [main]", "schedule: {hourly: 0, storefronts: [other]}"], 5, 41, ["'other'", "main"]),
    (["storefronts: [main]", "schedule: {hourly: 0, storefronts: []}"], 5, 40, ["wakes no storefront"]),
    (["params: [1]"], 4, 13, ["expected a mapping", "on_missing"]),
    (["enabled: maybe"], 4, 14, ["true or false", "'maybe'"]),
    (['description: "a\\ud800"'], 4, 18, ["lone surrogate", "'a\\ud800'"]),
    (["max_retries: 11"], 4, 18, ["the most is 10", "11"]),
    (["max_executions: 0"], 4, 21, ["the least is 1"]),
    (["retention_days: 0"], 4, 21, ["the least is 1"]),
    (["max_failed_ratio: 1.5"], 4, 23, ["the most is 1", "1.5"]),
    (["log_level: LOUD"], 4, 16, ["'INFO'", "'LOUD'"]),
    (["timeout: 901"], 4, 14, ["the most is 900", "901"]),
    (["memory: 64"], 4, 13, ["the least is 128", "64"]),
    (["batch_size: ${UNSET}"], 4, 17, ["UNSET is not set", "${UNSET:-value}"]),
    (["batch_size: ${UNSET:-none}"], 4, 17, ["whole number", "'none'"]),
    (["description: ${not a name}"], 4, 18, ["names no variable", "${NAME:-default}"]),
]


@pytest.mark.parametrize(("lines", "line", "column", "fragments"), JOBS)
def test_a_job_with_one_problem(lines: list[str], line: int, column: int, fragments: list[str]) -> None:
    problem = only_problem(of_job(*lines))
    assert (problem.line, problem.column) == (line, column), problem
    assert [fragment for fragment in fragments if fragment not in str(problem)] == [], problem


OTHER_FORMS = [
    ("schedule: '0 0 0,4 ? * *'", 15, ["6 fields", "quartz"]),
    ("schedule: '0 0 0 ? * * 2027'", 15, ["7 fields", "quartz"]),
    ("schedule: '@often'", 15, ["'@often'", "@daily"]),
    ("schedule: rate(5 minutes)", 15, ["AWS expression", '{aws: "rate(5 minutes)"}']),
    ("schedule: 'cron(0 0 * * ? *)'", 15, ["AWS expression", '{aws: "cron(0 0 * * ? *)"}']),
    ("schedule: {quartz: '0 0 0 * *'}", 24, ["five fields", "six or seven"]),
    ("schedule: {quartz: '5 0 0 ? * *'}", 24, ["second", "'5'", "write 0"]),
    ("schedule: {aws: 'rate(5 minute)'}", 21, ["5 minute", "5 minutes"]),
    ("schedule: {aws: 'cron(0 0 * * * *)'}", 21, ["day of month", "'?'"]),
    ("schedule: {rate: 0 minutes}", 22, ["0"]),
    ("schedule: {rate: 5 minutes, timezone: UTC}", 43, ["knows no zone"]),
    ("schedule: {weekly: {day: MOO, at: '02:00'}}", 30, ["'MOO'", "MON"]),
    ("schedule: {weekly: {day: MON, at: '2:00'}}", 24, ["'2:00'", "hh:mm"]),
    ("schedule: {weekly: {day: MON}}", 24, ["at: it is missing", 'at: "02:00"']),
    ("schedule: {weekly: MON}", 24, ["expected a mapping", "{day: MON"]),
    ("schedule: {monthly: {day: 32, at: '02:00'}}", 31, ["'32'", "1 to 31, or last"]),
    ("schedule: {monthly: {day: true, at: '02:00'}}", 31, ["whole number", "True"]),
    ("schedule: {at: '2026-12-24T00:00:00'}", 16, ["aws", "at(2026-12-24T08:00:00)"]),
    ("schedule: {hourly: 0, timezone: Europe/Berln}", 37, ["'Europe/Berln'", "Europe/Berlin"]),
    ("schedule: {hourly: 0, timezone: ../../etc/passwd}", 37, ["is no time zone"]),
    ("timezone: Nowhere", 15, ["'Nowhere'", "no time zone"]),
    ("schedule: {hourly: 0, not_before: soon}", 39, ["'soon'", "2026-12-24"]),
    ("schedule: {hourly: 0, not_after: 2026-02-30}", 38, ["'2026-02-30'", "out of range"]),
    ("schedule: {hourly: 0, not_before: 9999-12-31}", 39, ["'9999-12-31'", "1970 to 2199"]),
    ("schedule: {hourly: 0, not_before: 2027-01-02, not_after: 2027-01-01}", 62, ["before not_before"]),
    ("schedule: {daily: '09:00', not_after: 2026-12-24T08:00, not_before: 2026-12-24}", 43, ["never fires"]),
    ("schedule: {aws: at(2026-12-24T08:00:00), not_after: 2027-01-01}", 57, ["single instant"]),
    ("schedule: {hourly: 0, window_minutes: 1441}", 43, ["the most is 1440", "1441"]),
    ("alarms: {}", 13, ["expected true or false"]),
    ("function: external\n    properties: {Timeout: 5}", None, ["external"]),
    ("function: mine", 15, ["'external'", "'mine'"]),
]


@pytest.mark.parametrize(("line", "column", "fragments"), OTHER_FORMS)
def test_a_form_that_is_not_right_says_what_is_wrong_and_what_to_write(
    line: str, column: int | None, fragments: list[str]
) -> None:
    problem = only_problem(of_job(line))
    if column is not None:
        assert (problem.line, problem.column) == (4, column), problem
    assert [fragment for fragment in fragments if fragment not in problem.message] == [], problem


def test_all_problems_come_at_once_and_in_order() -> None:
    found = problems_of(
        """\
        version: 1
        surprise: 1
        jobs:
          Bad_Name:
            batch_size: 0
            schedules:
              - {name: a, every_minutes: 7, batch_size: 500}
              - {name: a, quartz: "0 0 0 * *"}
              - {hourly: 61}
          sync:
            descripton: typo
            batch_size: {default: 150, max: 100}
            schedule: "61 * * * *"
            storefronts: [a]
            storefronts: [b]
            retention_days: ${UNSET}
        """
    )
    assert [(problem.line, problem.column) for problem in found] == [
        (2, 1),  # surprise
        (4, 3),  # Bad_Name
        (5, 17),  # batch_size: 0
        (7, 34),  # every_minutes: 7
        (8, 16),  # a second time
        (8, 27),  # quartz
        (9, 9),  # no name
        (9, 18),  # hourly: 61
        (11, 5),  # descripton
        (12, 27),  # 150
        (13, 15),  # 61
        (15, 5),  # storefronts a second time
        (16, 21),  # UNSET
    ]


def test_the_text_of_the_error_has_a_line_for_each_problem() -> None:
    with pytest.raises(ManifestError) as caught:
        parse("version: 2\njobs: []", {}, "schedules.yaml")
    assert str(caught.value).splitlines() == [str(problem) for problem in caught.value.problems]
    assert str(caught.value).startswith("schedules.yaml:1:10: version: expected 1")
    assert isinstance(caught.value, ConfigurationError)


def test_one_problem_does_not_cause_another() -> None:
    found = problems_of(of_job("storefronts: 5", "schedule: {hourly: 0, storefronts: [main]}"))
    assert [problem.line for problem in found] == [4]


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=r"schedules.yaml:1:1: it cannot be read \(No such file"):
        load(tmp_path / "schedules.yaml", {})


def test_a_file_that_is_not_utf8(tmp_path: Path) -> None:
    path = tmp_path / "schedules.yaml"
    path.write_bytes(b"version: 1\njobs: {a: {description: Gr\xfc\xdfe}}")
    with pytest.raises(ManifestError, match=r"schedules.yaml:2:27: this is not UTF-8"):
        load(path, {})
