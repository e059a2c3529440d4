"""`nightshift check` and `generate`: the manifest, checked against the jobs' code, and its files."""

from __future__ import annotations

import shutil

import pytest

from support.cli import ROOT, Cli

BROKEN = """\
version: 1
jobs:
  sync-products:
    schedule: "61 * * * *"
    batch_size: {default: 500, max: 100}
    descripton: Copies
"""

WRONG_PARAMS = """\
version: 1
jobs:
  sync-products:
    params:
      on_mising: keep
      page_size: many
    schedules:
      - {name: often, every_minutes: 5, params: {full_compare: always}}
      - {name: nightly, daily: "02:00"}
"""


def test_a_manifest_that_is_right_is_shown_with_its_expressions(cli: Cli) -> None:
    shown = cli.ok("check")
    assert "cron(*/2 * * * ? *)" in shown
    assert "15 / 100" in shown
    assert "schedules.yaml is right: jobs: 1, schedules: 1" in shown
    assert cli.json("check")["problems"] == []


def test_the_manifest_of_this_very_project_is_right(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert cli.json("check")["problems"] == []


def test_all_problems_of_a_manifest_are_told_with_their_places(cli: Cli) -> None:
    (cli.folder / "schedules.yaml").write_text(BROKEN)
    result = cli("check")
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert [line.split(" ")[0] for line in lines[:-1]] == [
        "schedules.yaml:4:15:",
        "schedules.yaml:5:27:",
        "schedules.yaml:6:5:",
    ]
    assert "'description'" in lines[2]
    assert lines[-1] == "schedules.yaml: 3 problems to correct"
    places = [(problem["line"], problem["column"]) for problem in cli.json("check", code=1)["problems"]]
    assert places == [(4, 15), (5, 27), (6, 5)]


def test_params_are_checked_against_the_job_s_own_code(cli: Cli) -> None:
    (cli.folder / "schedules.yaml").write_text(WRONG_PARAMS)
    problems = cli.json("check", code=1)["problems"]
    assert [(problem["line"], problem["column"]) for problem in problems] == [(5, 7), (6, 7), (8, 50)]
    for problem, word in zip(problems, ("'on_missing'", "'many'", "'always'"), strict=True):
        assert word in problem["message"]


def test_a_job_without_code_is_a_problem_at_its_name(empty: Cli) -> None:
    empty.add_job("count-stock", "pass")
    shutil.rmtree(empty.folder / "functions" / "count_stock")
    (problem,) = empty.json("check", code=1)["problems"]
    assert (problem["line"], problem["column"]) == (3, 3)
    assert "functions/count_stock/app.py" in problem["message"]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("import nothing_of_that_name", ["nothing_of_that_name", "not installed"]),
        ("1 / 0", ["ZeroDivisionError", "functions/count_stock/app.py:1"]),
        ("def (", ["SyntaxError", "app.py"]),
        ("lambda_handler = 1", ["lambda_handler", '@job("count-stock")']),
        (
            "from nightshift import job\n@job('other')\ndef lambda_handler(run): pass",
            ["'other'", "count-stock"],
        ),
    ],
)
def test_code_that_cannot_be_loaded_is_a_problem_that_says_why(
    empty: Cli, code: str, words: list[str]
) -> None:
    empty.add_job("count-stock", "pass")
    (empty.folder / "functions" / "count_stock" / "app.py").write_text(code)
    (problem,) = empty.json("check", code=1)["problems"]
    assert all(word in problem["message"] for word in words), problem["message"]
    error = empty.refused("run", "count-stock")
    assert all(word in error for word in words), error


def test_a_broken_manifest_keeps_every_other_command_from_starting(cli: Cli) -> None:
    (cli.folder / "schedules.yaml").write_text(BROKEN)
    assert len(cli.refused("run", "sync-products").splitlines()) == 3
    assert cli.json("status", code=2)["error"]["kind"] == "ManifestError"


def test_generate_shows_what_it_changes_and_then_has_nothing_to_do(cli: Cli) -> None:
    (cli.folder / "functions").unlink()
    shutil.copytree(ROOT / "functions", cli.folder / "functions")
    shutil.copy(ROOT / "template.yaml", cli.folder)
    shutil.copy(ROOT / "schedules.yaml", cli.folder)
    cli.ok("generate")
    assert cli.json("generate", "--check") == {"written": False, "changes": []}
    path, template = cli.folder / "schedules.yaml", cli.folder / "template.yaml"
    path.write_text(path.read_text().replace("*/2 * * * *", "*/10 * * * *"))
    before = template.read_bytes()
    checked = cli("generate", "--check")
    assert checked.exit_code == 1
    changed = [line[0] for line in checked.stdout.splitlines() if "cron(*/" in line and line[0] in "+-"]
    assert sorted(set(changed)) == ["+", "-"]
    assert template.read_bytes() == before
    written = cli.json("generate")
    assert {change["file"] for change in written["changes"]} == {"template.yaml", "functions/manifest.json"}
    assert "cron(*/10 * * * ? *)" in template.read_text()
    assert cli.json("generate", "--check")["changes"] == []


def test_generate_without_a_template_says_what_is_missing(cli: Cli) -> None:
    assert "template.yaml" in cli.refused("generate")


def test_an_external_job_is_checked_and_left_alone_by_dev(empty: Cli) -> None:
    (empty.folder / "schedules.yaml").write_text(
        "version: 1\njobs: {report: {function: external, schedule: {hourly: 0}}}"
    )
    assert empty.json("check")["problems"] == []
    assert "its function is external" in empty.refused("run", "report")
    assert empty.ok("dev", "--from", "2026-01-01T00:00:00Z", "--to", "2026-01-01T02:00:00Z") == ""
