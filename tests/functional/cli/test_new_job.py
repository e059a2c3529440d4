"""`nightshift new-job`: what it writes runs, is tested, typed, formatted and documented as it stands."""

from __future__ import annotations

import difflib
import json
import subprocess
from pathlib import Path

import pytest

from nightshift_tools.sandbox.server import Sandbox
from support.cli import ROOT, Cli
from support.scratch import contents, copy_project, run_in

LIST, SCAN = ("greet-customers",), ("watch-prices", "--kind", "scan")
LONGEST = "zz-" + "a" * 45
"""The longest name there is, and the last in the alphabet."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with a new job of each kind, and two whose lines are as long as they can be."""
    folder = copy_project(tmp_path_factory.mktemp("made") / "shop")
    told = 'Greets "customers" \\ and their friends: ' + "word " * 32
    for kind in ("list", "scan"):
        run = ("nightshift_tools", "new-job", f"{LONGEST[:-4]}{kind}", "--kind", kind, "--description", told)
        assert run_in(folder, *run).returncode == 0
    for job in (LIST, SCAN):
        done = run_in(folder, "nightshift_tools", "new-job", *job)
        assert done.returncode == 0, done.stderr
    return folder


def hold_to(folder: Path, tests: str, promises: str) -> subprocess.CompletedProcess[str]:
    return run_in(folder, "pytest", "-n", "0", "-q", "-p", "no:cacheprovider", tests, "-k", promises)


def test_a_list_job_runs_at_once_and_has_nothing_to_do_the_second_time(made: Path, tmp_path: Path) -> None:
    env = {"NIGHTSHIFT_HOME": str(tmp_path)}
    runs = [
        json.loads(run_in(made, "nightshift_tools", "run", *LIST, *more, "--json", env=env).stdout)
        for more in (("--dry-run",), (), ())
    ]
    assert [(run["status"], run["counts"]["created"]) for run in runs] == [
        ("succeeded", 7),
        ("succeeded", 7),
        ("succeeded", 0),
    ]


def test_a_scan_job_runs_at_once_against_the_sandbox_and_writes_nothing_twice(
    made: Path, tmp_path: Path
) -> None:
    with Sandbox(products=60) as sandbox:
        env = {"NIGHTSHIFT_HOME": str(tmp_path), **sandbox.environment()}
        runs = [
            json.loads(run_in(made, "nightshift_tools", "run", SCAN[0], "--json", env=env).stdout)
            for _ in range(2)
        ]
        held = sandbox.target()
    assert [(run["status"], run["counts"]["created"]) for run in runs] == [
        ("succeeded", 60),
        ("succeeded", 0),
    ]
    assert held["7"].handle == "watch-prices-7"


@pytest.mark.parametrize(
    ("package", "promises"),
    [
        ("greet_customers", "test"),
        ("watch_prices", "repeating or dry_run or poisoned"),
        pytest.param("watch_prices", "test", marks=pytest.mark.slow),
    ],
)
def test_its_test_holds_it_to_the_contract(made: Path, package: str, promises: str) -> None:
    done = hold_to(made, f"tests/functional/{package}", promises)
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout


def test_its_test_fails_where_the_job_breaks_a_promise(made: Path) -> None:
    work = made / "functions" / "greet_customers" / "work.py"
    good = work.read_text()
    work.write_text(good.replace(" if not run.dry_run else ()", "[1:]"))
    done = hold_to(made, "tests/functional/greet_customers", "something_to_do")
    work.write_text(good)
    assert done.returncode == 1
    assert "2026-11-15: it is not in the log" in done.stdout


def test_what_is_written_passes_the_project_s_own_checks(made: Path) -> None:
    for check in (
        ("ruff", "format", "--check", "--no-cache", "."),
        ("ruff", "check", "--no-cache", "."),
        ("nightshift_tools", "check"),
        ("nightshift_tools", "generate", "--check"),
    ):
        done = run_in(made, *check)
        assert done.returncode == 0, (check, done.stdout, done.stderr)
    done = hold_to(made, "tests/unit/docs/test_docs.py", "greet-customers or watch-prices or zz-")
    assert (done.returncode, "12 passed" in done.stdout) == (0, True), done.stdout


@pytest.mark.slow
def test_what_is_written_is_typed(made: Path) -> None:
    done = run_in(made, "mypy", "--cache-dir", "/dev/null", "-p", "greet_customers", "-p", "watch_prices")
    assert done.returncode == 0, done.stdout


def test_the_manifest_keeps_its_comments_and_gains_an_entry(made: Path) -> None:
    before, after = ((folder / "schedules.yaml").read_text() for folder in (ROOT, made))
    changed = [line for line in difflib.ndiff(before.splitlines(), after.splitlines()) if line[0] in "-+"]
    assert [line for line in changed if line[0] == "-"] == []
    assert "+   greet-customers:" in changed
    assert "+     description: Greet customers" in changed


def test_an_event_of_its_schedule_names_a_slot_at_which_it_fires(made: Path) -> None:
    event = json.loads((made / "events" / "greet-customers-scheduled.json").read_text())
    assert event == {
        "job": "greet-customers",
        "schedule": "default",
        "storefront": None,
        "scheduled_time": "2026-11-21T00:15:00.000Z",
    }


@pytest.fixture
def project(empty: Cli) -> Cli:
    """A small project, whose manifest and template are the real ones."""
    for name in ("schedules.yaml", "template.yaml"):
        (empty.folder / name).write_bytes((ROOT / name).read_bytes())
    for package in (ROOT / "functions").glob("*/needs.toml"):
        folder = empty.folder / "functions" / package.parent.name
        folder.mkdir(parents=True)
        (folder / "needs.toml").write_bytes(package.read_bytes())
    return empty


def test_a_dry_run_lists_the_files_and_writes_none(project: Cli) -> None:
    before = contents(project.folder)
    listed = project.json("new-job", *LIST, "--dry-run")
    assert contents(project.folder) == before
    written = project.json("new-job", *LIST)
    new = {name for name in contents(project.folder) if name not in before}
    assert (listed["written"], written["written"]) == (False, True)
    assert set(listed["files"]) - {"schedules.yaml"} < new
    assert {"functions/greet_customers/app.py", "docs/jobs/greet-customers.md"} <= new
    assert new < set(written["files"])


@pytest.mark.parametrize(
    ("arguments", "written"),
    [
        (["--daily", "02:00", "--timezone", "Europe/Berlin"], '{daily: "02:00", timezone: Europe/Berlin}'),
        (["--cron", "5 4 * * 1-5"], '"5 4 * * 1-5"'),
        (["--hourly", "7"], "{hourly: 7}"),
        (["--every-minutes", "20"], "{every_minutes: 20}"),
    ],
)
def test_it_runs_when_it_is_told_to(project: Cli, arguments: list[str], written: str) -> None:
    project.ok("new-job", *LIST, *arguments, "--batch-size", 9)
    text = (project.folder / "schedules.yaml").read_text()
    assert f"    schedule: {written}\n    batch_size: 9\n" in text


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["Greet Customers"], "write greet-customers"),
        (["greet_customers"], "write greet-customers"),
        (["2nd"], "a letter first"),
        (["json"], "write, say, json-records"),
        ([f"{LONGEST}a"], "up to 48"),
        (["sync-products"], "has a job sync-products already"),
        (["watchdog"], "functions/watchdog"),
        ([*LIST, "--kind", "batch"], "list or scan"),
        ([*LIST, "--hourly", "7", "--daily", "02:00"], "--hourly and --daily"),
        ([*LIST, "--timezone", "Europe/Berlin"], "--timezone"),
        ([*LIST, "--daily", "25:00"], "25:00"),
        ([*LIST, "--cron", "* * *"], "write five"),
        ([*LIST, "--description", "one\ntwo"], "one line"),
    ],
)
def test_what_cannot_be_a_job_is_refused_and_nothing_is_written(
    project: Cli, arguments: list[str], word: str
) -> None:
    (project.folder / "functions" / "watchdog").mkdir()
    before = contents(project.folder)
    result = project("new-job", *arguments)
    assert result.exit_code in (1, 2), result.output
    assert word in result.output
    assert "Traceback" not in result.output
    assert contents(project.folder) == before


def test_where_the_template_cannot_be_generated_everything_is_as_it_was(project: Cli) -> None:
    template = project.folder / "template.yaml"
    template.write_text(template.read_text().replace("\n  DummyJsonUrl:", "\n  SomethingElse:"))
    (project.folder / "functions" / "sync_products" / "needs.toml").unlink()
    before = contents(project.folder)
    assert "DummyJsonUrl" in project.refused("new-job", *SCAN)
    assert contents(project.folder) == before
    assert not (project.folder / "functions" / "watch_prices").exists()
    assert not (project.folder / "tests").exists()
