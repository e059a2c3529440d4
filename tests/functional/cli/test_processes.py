"""The command line as a process of its own: how it starts, is piped, is stopped and is killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import pytest

from nightshift_tools.sandbox.server import Sandbox, environment
from support.cli import ROOT, Cli

JOB = "sync-products"

MODULES = """
import json, sys
sys.argv = ["nightshift", *{arguments}]
try:
    from nightshift_tools.cli import main
    main()
except SystemExit as ended:
    assert not ended.code
    print(json.dumps(list(sys.modules)))
"""


def loaded_by(cli: Cli, *arguments: str) -> set[str]:
    """The modules of a process that has done a command, which must succeed."""
    code = MODULES.format(arguments=list(arguments))
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=cli.folder,
        env={**os.environ, **cli.environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["quarantine", "--help"]])
def test_help_loads_nothing_that_weighs(cli: Cli, arguments: list[str]) -> None:
    heavy = {"boto3", "botocore", "aws_lambda_powertools", "ruamel", "rich", "urllib3", "nightshift"}
    assert not heavy & loaded_by(cli, *arguments)


def test_a_run_loads_nothing_of_aws(cli: Cli) -> None:
    assert not {"boto3", "botocore", "aws_lambda_powertools"} & loaded_by(cli, "run", JOB, "--json")


def test_a_look_loads_no_engine_no_validation_and_no_other_command(cli: Cli) -> None:
    for _ in range(2):  # the first makes the folder in which the second keeps the compiled manifest
        cli.ok("status")
    loaded = loaded_by(cli, "status")
    assert not {"pydantic", "nightshift.engine", "ruamel"} & loaded
    commands = "nightshift_tools.cli.commands."
    assert [name for name in loaded if name.startswith(commands)] == [f"{commands}status"]


def test_what_is_piped_is_plain_json_and_nothing_else(cli: Cli) -> None:
    with cli.process("run", JOB, "--json") as process:
        told, said = process.communicate(timeout=30)
    assert (process.returncode, json.loads(told)["status"]) == (0, "succeeded")
    assert "\x1b" not in told + said


def test_a_reader_that_leaves_early_causes_no_traceback(cli: Cli) -> None:
    cli.json("run", JOB)
    with cli.process("logs", "--json") as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        said = process.stderr.read()
        process.wait(timeout=30)
    assert "Traceback" not in said


def test_ctrl_c_ends_a_run_as_interrupted_and_the_next_one_goes_on(cli: Cli, sandbox: Sandbox) -> None:
    sandbox.fault("medusa", "slow", path="/admin/products/batch", seconds=0.3, times=2)
    with cli.process("run", JOB) as process:
        assert process.stderr is not None
        assert process.stderr.readline().startswith("batch 1")
        process.send_signal(signal.SIGINT)
        told, said = process.communicate(timeout=30)
    assert process.returncode == 130, said
    assert "interrupted" in told
    assert "Traceback" not in said
    assert cli.json("runs", JOB)[0]["status"] == "interrupted"
    assert cli.json("run", JOB)["status"] == "succeeded"
    assert len(sandbox.target()) == sandbox.state().target_products == 40


def test_a_run_that_is_killed_is_taken_over_by_the_next(cli: Cli, sandbox: Sandbox) -> None:
    with cli.process("run", JOB) as process:
        assert process.stderr is not None
        assert process.stderr.readline().startswith("batch 1")
        process.kill()
        process.communicate(timeout=30)
    assert cli.json("status")[0]["state"] == "interrupted"
    assert cli.json("run", JOB)["status"] == "succeeded"
    assert [record["status"] for record in cli.json("runs", JOB)] == ["succeeded", "interrupted"]
    assert len(sandbox.target()) == sandbox.state().target_products == 40


def test_the_sandbox_prints_what_points_jobs_at_it(cli: Cli) -> None:
    for name in list(cli.environment):
        del cli.environment[name]
    with cli.process("sandbox", "--port", "0", "--products", "12") as process:
        assert process.stdout is not None
        for _ in environment(""):
            name, _, value = process.stdout.readline().strip().removeprefix("export ").partition("=")
            cli.environment[name] = value
        assert cli.json("run", JOB)["counts"]["created"] == 12
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "closed" in said


def test_the_sandbox_s_variables_can_be_had_without_it(cli: Cli) -> None:
    lines = cli.ok("sandbox", "--print-env", "--port", "9000").splitlines()
    assert "export MEDUSA_URL=http://127.0.0.1:9000/medusa" in lines
    assert (
        cli.json("sandbox", "--print-env", "--port", "9000")["MEDUSA_URL"] == "http://127.0.0.1:9000/medusa"
    )
    assert "--port" in cli.refused("sandbox", "--print-env", "--port", "0")


@pytest.mark.parametrize(
    ("text", "word"), [(None, "nowhere.json"), ("{", "nowhere.json"), ('{"products": 1}', "products")]
)
def test_the_sandbox_refuses_a_catalogue_it_cannot_read(cli: Cli, text: str | None, word: str) -> None:
    path = cli.folder / "nowhere.json"
    if text is not None:
        path.write_text(text)
    assert word in cli.refused("sandbox", "--catalogue", path, "--port", "0")


def test_the_demo_tells_what_happened_and_leaves_nothing_behind() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "nightshift_tools", "demo"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    rows = [line.split() for line in done.stdout.splitlines() if line[:2] in ("1 ", "2 ", "3 ")]
    assert [row[1:8] for row in rows][1] == ["succeeded", "194", "0", "0", "194", "0", "0"]
    assert rows[0][2:4] == ["194", "194"]
    assert rows[2][2:7] == ["196", "1", "3", "191", "1"]
    assert max(map(len, done.stdout.splitlines())) <= 110
