"""Edits of a manifest change what they must and nothing else: comments, blanks and line ends stay."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest

from nightshift.errors import ConfigurationError
from nightshift_tools.manifest import ManifestError
from nightshift_tools.manifest.editing import ManifestFile
from nightshift_tools.manifest.values import Plain

FULL = """\
# yaml-language-server: $schema=./schedules.schema.json
#   top
version: 1

defaults: {timezone: UTC,   max_retries: 2}   # odd   blanks

jobs:
    # first
    sync-products:   # beside
        description: >-
            Copy the catalogue
            into Medusa

        schedule: "${EVERY:-*/2 * * * *}"   # every two
        # below
        batch_size: {default: 15,
                     max: 100}  # wrapped
    fulfill-line-items:
        batch_size: 100
        # before the schedules
        schedules:
        -   name: often
            every_minutes: 5   # five
        # second
        -   {name: rare, hourly: 3}
        # trailing

    purge-logs: {batch_size: 5}
    report: {schedule: {daily: "02:00"}, batch_size: 5}
    list-in-braces: {schedules: [{hourly: 1}]}
    by-hand: {}
    blocky:
        schedule:
            # why
            daily: "02:00"   # two
            # more
            batch_size: 7
    plain:
        schedule: 0 2 * * *
    # last comment
"""

TWO: dict[str, Plain] = {"daily": "04:00"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "schedules.yaml"
    path.write_text(FULL)
    return path


def changes(path: Path, before: str = FULL) -> list[str]:
    """The lines that went and came, with their signs."""
    lines = difflib.ndiff(before.splitlines(), path.read_text("utf-8").splitlines())
    return [line for line in lines if line[0] in "+-"]


REPORT = '{name: default, daily: "02:00"}, {name: daily, daily: "04:00"}'
ADDED = [
    (
        "sync-products",
        {"every_minutes": 5, "batch_size": 50},
        [
            '-         schedule: "${EVERY:-*/2 * * * *}"   # every two',
            "+         schedules:",
            '+           - {name: default, cron: "${EVERY:-*/2 * * * *}"}   # every two',
            "+           - {name: every-5-minutes, every_minutes: 5, batch_size: 50}",
        ],
    ),
    ("fulfill-line-items", {"name": "night", **TWO}, ['+         - {name: night, daily: "04:00"}']),
    (
        "purge-logs",
        TWO,
        [
            "-     purge-logs: {batch_size: 5}",
            '+     purge-logs: {batch_size: 5, schedule: {daily: "04:00"}}',
        ],
    ),
    ("by-hand", {"cron": "0 4 * * *"}, ["-     by-hand: {}", '+     by-hand: {schedule: "0 4 * * *"}']),
    (
        "report",
        TWO,
        [
            '-     report: {schedule: {daily: "02:00"}, batch_size: 5}',
            f"+     report: {{schedules: [{REPORT}], batch_size: 5}}",
        ],
    ),
    (
        "list-in-braces",
        TWO,
        [
            "-     list-in-braces: {schedules: [{hourly: 1}]}",
            '+     list-in-braces: {schedules: [{name: default, hourly: 1}, {name: daily, daily: "04:00"}]}',
        ],
    ),
    (
        "blocky",
        TWO,
        [
            "-         schedule:",
            '-             daily: "02:00"   # two',
            "-             # more",
            "-             batch_size: 7",
            "+         schedules:",
            "+             - name: default",
            '+               daily: "02:00"   # two',
            "+               # more",
            "+               batch_size: 7",
            '+             - {name: daily, daily: "04:00"}',
        ],
    ),
    (
        "plain",
        TWO,
        [
            "-         schedule: 0 2 * * *",
            "+         schedules:",
            '+           - {name: default, cron: "0 2 * * *"}',
            '+           - {name: daily, daily: "04:00"}',
        ],
    ),
]


@pytest.mark.parametrize(("job", "schedule", "expected"), ADDED, ids=[case[0] for case in ADDED])
def test_adding_changes_these_lines_and_no_other(
    path: Path, job: str, schedule: dict[str, Plain], expected: list[str]
) -> None:
    file = ManifestFile(path, {})
    before = len(file.job(job).schedules)
    added = file.add(job, schedule)
    file.save()
    assert sorted(changes(path)) == sorted(expected)
    schedules = ManifestFile(path, {}).job(job).schedules
    assert (len(schedules), schedules[-1]) == (before + 1, added)


REMOVED = [
    ("sync-products", None, ['-         schedule: "${EVERY:-*/2 * * * *}"   # every two']),
    ("fulfill-line-items", "often", ["-         -   name: often", "-             every_minutes: 5   # five"]),
    ("fulfill-line-items", "rare", ["-         -   {name: rare, hourly: 3}"]),
    (
        "report",
        "default",
        ['-     report: {schedule: {daily: "02:00"}, batch_size: 5}', "+     report: {batch_size: 5}"],
    ),
    (
        "list-in-braces",
        None,
        ["-     list-in-braces: {schedules: [{hourly: 1}]}", "+     list-in-braces: {}"],
    ),
    ("plain", None, ["-     plain:", "-         schedule: 0 2 * * *", "+     plain: {}"]),
]


@pytest.mark.parametrize(("job", "name", "expected"), REMOVED, ids=[f"{c[0]}-{c[1]}" for c in REMOVED])
def test_removing_changes_these_lines_and_no_other(
    path: Path, job: str, name: str | None, expected: list[str]
) -> None:
    file = ManifestFile(path, {})
    before = len(file.job(job).schedules)
    removed = file.remove(job, name)
    file.save()
    assert sorted(changes(path)) == sorted(expected)
    left = ManifestFile(path, {}).job(job).schedules
    assert len(left) == before - 1
    assert removed not in left


@pytest.mark.parametrize("job", ["fulfill-line-items", "purge-logs", "by-hand"])
def test_removing_what_was_added_leaves_the_file_as_it_was(path: Path, job: str) -> None:
    file = ManifestFile(path, {})
    file.remove(job, file.add(job, TWO).name)
    file.save()
    assert path.read_text() == FULL


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("\ufeffversion: 1\r\njobs:\r\n  a:\r\n    batch_size: 5\r\n", '    schedule: {daily: "04:00"}\r\n'),
        ("version: 1\njobs:\n  a:\n    batch_size: 5", '\n    schedule: {daily: "04:00"}'),
    ],
)
def test_line_ends_a_byte_order_mark_and_a_missing_last_line_end_stay(
    tmp_path: Path, text: str, after: str
) -> None:
    path = tmp_path / "schedules.yaml"
    path.write_bytes(text.encode())
    file = ManifestFile(path, {})
    file.add("a", TWO)
    file.save()
    assert path.read_bytes().decode() == text + after


REFUSED = [
    ("nothing", TWO, "there is no job 'nothing'; schedules.yaml has: "),
    ("purge-log", TWO, "did you mean purge-logs?"),
    ("plain", {"name": "default", **TWO}, "plain has a schedule 'default' already; remove it first"),
    ("plain", {"every_minutes": 7}, "the nearest that keep their distance: 6 or 10"),
    ("plain", {"hourly": 0, "batch_size": 0}, "the least is 1"),
    ("sync-products", {"hourly": 0, "batch_size": 101}, "sync-products takes batches of up to 100"),
    ("plain", {"name": 'a"b', **TWO}, "take '\"' away"),
    ("plain", {"name": "a\ud800", **TWO}, "surrogate"),
    ("plain", {"cron": "0 0 * * *\n  evil: {}"}, "nothing was written"),
]


@pytest.mark.parametrize(("job", "schedule", "message"), REFUSED)
def test_what_would_not_be_right_is_refused_and_nothing_is_written(
    path: Path, job: str, schedule: dict[str, Plain], message: str
) -> None:
    file = ManifestFile(path, {})
    with pytest.raises(ConfigurationError) as caught:
        file.add(job, schedule)
    assert message in str(caught.value)
    file.save()
    assert path.read_text() == FULL


@pytest.mark.parametrize(
    ("job", "name", "message"),
    [
        ("by-hand", None, "by-hand has no schedule: it runs by hand only"),
        ("fulfill-line-items", None, "several schedules: often, rare; name the one"),
        ("fulfill-line-items", "ofen", "has no schedule 'ofen'; it has: often, rare"),
    ],
)
def test_what_is_not_there_cannot_be_removed(path: Path, job: str, name: str | None, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        ManifestFile(path, {}).remove(job, name)


def test_a_manifest_that_is_wrong_already_is_not_edited(path: Path) -> None:
    path.write_text(FULL + "    Wrong_Name: {}\n")
    with pytest.raises(ManifestError, match="kebab-case"):
        ManifestFile(path, {})


def test_a_file_keeps_its_mode_and_a_link_stays_a_link(path: Path, tmp_path: Path) -> None:
    path.chmod(0o640)
    link = tmp_path / "link.yaml"
    link.symlink_to(path)
    file = ManifestFile(link, {})
    file.add("plain", TWO)
    file.save()
    assert link.is_symlink()
    assert path.stat().st_mode & 0o777 == 0o640
    assert sorted(found.name for found in tmp_path.iterdir()) == ["link.yaml", "schedules.yaml"]


@pytest.mark.parametrize("jobs", ["jobs: {}", "jobs:   {}   # none yet", "jobs:\n  a: {}\n"])
def test_a_job_is_added_last(tmp_path: Path, jobs: str) -> None:
    path = tmp_path / "schedules.yaml"
    path.write_text(f"version: 1\n{jobs}\n")
    file = ManifestFile(path, {})
    file.add_job("new-job", ["# why", "schedule: {hourly: 3}"])
    file.save()
    assert list(ManifestFile(path, {}).manifest.jobs)[-1] == "new-job"
    assert "    # why\n    schedule: {hourly: 3}" in path.read_text()
