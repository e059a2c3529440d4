"""The README's commands run as they stand there, one after the other."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from nightshift_tools.sandbox.server import Sandbox
from support.commands import environment
from support.sync import ROOT

README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
COMMANDS = [line.partition("#")[0].strip() for block in BLOCKS for line in block.splitlines() if line.strip()]
SERVERS = ("nightshift sandbox", "nightshift dev")  # they serve until they are stopped


@pytest.fixture(scope="module")
def env(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    with Sandbox() as sandbox:
        yield environment(tmp_path_factory.mktemp("home"), sandbox.environment())


@pytest.mark.parametrize(
    "command", [line for line in COMMANDS if line.startswith("nightshift ") and line not in SERVERS]
)
def test_a_command_of_the_readme_works(command: str, env: dict[str, str]) -> None:
    words = command.split()[1:]
    done = subprocess.run(
        (sys.executable, "-m", "nightshift_tools", *words), cwd=ROOT, env=env, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_the_targets_of_the_readme_exist() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = [command.split()[1] for command in COMMANDS if command.startswith("make ")]
    assert {"demo", "test"} <= set(targets)
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in targets)


def test_the_job_that_the_readme_shows_is_the_job(env: dict[str, str]) -> None:
    shown = re.search(r"```python\n(.*?)```", README, re.DOTALL)
    assert shown is not None
    code = (ROOT / "functions" / "sync_products" / "app.py").read_text()
    for line in shown[1].splitlines():
        start = line.strip().partition("(")[0]
        assert start in code, line


def test_the_demo_tells_its_story(tmp_path: Path) -> None:
    done = subprocess.run(
        (sys.executable, "-m", "nightshift_tools", "demo"),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    second = next(line for line in done.stdout.splitlines() if line.startswith("2 "))
    assert second.split()[:8] == ["2", "succeeded", "194", "0", "0", "194", "0", "0"]
