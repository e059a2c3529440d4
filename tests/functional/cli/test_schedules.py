"""`nightshift schedule` and `nightshift import`: what they print, what they write, and when they refuse."""

from __future__ import annotations

import pytest

from support.cli import Cli

MANIFEST = """\
version: 1
jobs:
  sync:
    # often enough
    schedule: "*/2 * * * *"
    batch_size: {default: 15, max: 100}
"""


@pytest.fixture
def cli(empty: Cli) -> Cli:
    (empty.folder / "schedules.yaml").write_text(MANIFEST)
    return empty


def manifest(cli: Cli) -> str:
    return (cli.folder / "schedules.yaml").read_text()


@pytest.mark.parametrize(
    ("options", "written"),
    [
        (["--every-minutes", 5, "--size", 50], "{name: every-5-minutes, every_minutes: 5, batch_size: 50}"),
        (["--cron", "0 2 * * *", "--name", "night"], '{name: night, cron: "0 2 * * *"}'),
        (["--quartz", "0 0 2 * * ?"], '{name: quartz, quartz: "0 0 2 * * ?"}'),
        (["--aws", "rate(1 hour)"], '{name: aws, aws: "rate(1 hour)"}'),
        (["--rate", "5 minutes"], "{name: rate, rate: 5 minutes}"),
        (["--hourly", 0], "{name: hourly, hourly: 0}"),
        (
            ["--daily", "02:00", "--timezone", "Europe/Berlin"],
            '{name: daily, daily: "02:00", timezone: Europe/Berlin}',
        ),
        (["--weekly", "MON 02:00"], '{name: weekly, weekly: {day: MON, at: "02:00"}}'),
        (["--monthly", "1 02:00"], '{name: monthly, monthly: {day: 1, at: "02:00"}}'),
        (["--monthly", "last 02:00"], '{name: monthly, monthly: {day: last, at: "02:00"}}'),
    ],
)
def test_add_writes_the_form_that_was_given(cli: Cli, options: list[object], written: str) -> None:
    cli.ok("schedule", "add", "sync", *options)
    assert manifest(cli) == MANIFEST.replace(
        '    schedule: "*/2 * * * *"\n',
        '    schedules:\n      - {name: default, cron: "*/2 * * * *"}\n      - ' + written + "\n",
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "say when the job is to run, by one of --cron, --quartz"),
        (["--hourly", 0, "--daily", "02:00"], "by one of --cron"),
        (["--hourly", 75], "there is no minute 75; write 0 to 59"),
        (["--hourly", 0, "--size", 101], "takes batches of up to 100"),
        (["--hourly", 0, "--timezone", "Europe/Berln"], "did you mean Europe/Berlin?"),
        (["--hourly", 0, "--name", "default"], "has a schedule 'default' already"),
        (["--weekly", "MON"], "lacks its day or its time"),
    ],
)
def test_what_is_not_right_is_not_written(cli: Cli, options: list[object], message: str) -> None:
    assert message in cli.refused("schedule", "add", "sync", *options)
    assert manifest(cli) == MANIFEST


def test_an_unknown_job_is_refused_with_the_nearest(cli: Cli) -> None:
    assert "did you mean sync?" in cli.refused("schedule", "add", "snyc", "--hourly", 0)


def test_remove_takes_away_what_add_wrote(cli: Cli) -> None:
    cli.ok("schedule", "add", "sync", "--hourly", 0)
    assert "several schedules: default, hourly" in cli.refused("schedule", "remove", "sync")
    assert "left: default" in cli.ok("schedule", "remove", "sync", "hourly")
    assert "it runs by hand" in cli.ok("schedule", "remove", "sync")
    assert "# often enough" in manifest(cli)


def test_list_as_a_table_and_as_json(cli: Cli) -> None:
    assert "*/2 * * * *" in cli.ok("schedule", "list")
    (found,) = cli.json("schedule", "list", "sync")
    assert (found["job"], found["schedule"], found["aws"]) == ("sync", "default", ["cron(*/2 * * * ? *)"])
    assert (found["timezone"], found["batch_size"], found["enabled"]) == ("UTC", 15, True)


def test_an_import_prints_and_changes_nothing(cli: Cli) -> None:
    (cli.folder / "crontab").write_text("0 2 * * * /opt/report.sh\n61 * * * * x\n")
    printed = cli.ok("import", "crontab", "crontab")
    assert '  report:\n    description: "Was: /opt/report.sh"' in printed
    assert "# NOT TRANSLATED: minute: '61' is out of range" in printed
    assert manifest(cli) == MANIFEST


def test_an_import_with_write_adds_jobs_and_may_be_repeated(cli: Cli) -> None:
    (cli.folder / "crontab").write_text("*/2 * * * * sync\n0 3 * * * sync\n0 2 * * * /opt/report.sh\n")
    told = cli.ok("import", "crontab", "crontab", "--write")
    assert "sync: crontab:1 is there already, as default" in told
    assert "report: added, with 1 of its schedules" in told
    once = manifest(cli)
    assert once.startswith("version: 1\njobs:\n  sync:\n    # often enough\n    schedules:\n")
    assert '      # crontab:2: 0 3 * * * sync\n      - {name: cron-2, cron: "0 3 * * *"}\n' in once
    cli.ok("import", "crontab", "crontab", "--write")
    assert manifest(cli) == once
    assert len(cli.json("schedule", "list")) == 3


@pytest.mark.parametrize("what", ["medusa", "apex", "crontab", "celery", "serverless"])
def test_a_file_that_is_no_text_is_one_line(cli: Cli, what: str) -> None:
    (cli.folder / "file").write_bytes(b"\xff\xfe\x00")
    message = cli.refused("import", what, "file")
    assert message == "error: file:1: this is not UTF-8; save the file as UTF-8\n"


def test_an_unknown_zone_of_an_import_is_refused(cli: Cli) -> None:
    (cli.folder / "crontab").write_text("0 2 * * * a\n")
    assert "did you mean Europe/Berlin" in cli.refused(
        "import", "crontab", "crontab", "--timezone", "Europe/Berln"
    )
