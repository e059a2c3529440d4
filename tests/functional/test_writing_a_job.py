"""docs/writing-a-job.md, followed from its first line to the last before the deployment."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from support.cli import ROOT
from support.page import Block, Reader, blocks, free_port
from support.scratch import copy_project, run_in

PAGE = ROOT / "docs" / "writing-a-job.md"
BLOCKS = list(blocks(PAGE.read_text("utf-8")))
SECOND_SHELL = "# in a second shell\n"
FROM_HERE_ON_AWS = ("make ", ".venv-sam/")
PYTEST = "python -m pytest"
COMMANDS = [line for block in BLOCKS if block.language == "sh" for line in block.text.splitlines()]


@contextmanager
def followed(folder: Path, skipping: tuple[str, ...]) -> Iterator[Reader]:
    """A copy of the project in which the page has been followed, but for commands that begin so."""
    sandbox, channel = free_port(), free_port()
    instead = {"nightshift sandbox": f"nightshift sandbox --port {sandbox}", "8819": channel}
    reader = Reader(copy_project(folder), instead, (sandbox, channel))
    with ExitStack() as open_shells:
        for block in BLOCKS:
            if block.language == "sh" and block.text.startswith(SECOND_SHELL):
                open_shells.enter_context(reader.second_shell(block.text.removeprefix(SECOND_SHELL)))
            elif block.language == "sh":
                commands = [line for line in block.text.splitlines() if not line.startswith(skipping)]
                reader.run("\n".join(commands))
            elif block.place:
                put(reader.folder, block)
        yield reader


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """Somebody who has followed the page in haste, and run none of its tests."""
    with followed(tmp_path_factory.mktemp("reader") / "shop", (*FROM_HERE_ON_AWS, PYTEST)) as reader:
        yield reader


@pytest.fixture(scope="module")
def thorough(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """Somebody who has followed the page word by word."""
    with followed(tmp_path_factory.mktemp("thorough") / "shop", FROM_HERE_ON_AWS) as reader:
        yield reader


def put(folder: Path, block: Block) -> None:
    """What a reader does with a block that names a file."""
    path = folder / block.place
    if block.where == "under Parameters":
        replace(path, r"^Parameters:\n", rf"\g<0>{block.text}")
    elif block.where == "in the table of parameters":
        replace(path, r"^\| `DummyJsonUrl` .*\n", rf"\g<0>{block.text}")
    elif block.place == "schedules.yaml":
        replace(path, r"^  stock-alert:\n(?:    .*\n)+", block.text)
    else:
        assert not block.where
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text)


def replace(path: Path, pattern: str, text: str) -> None:
    written, times = re.subn(pattern, text, path.read_text(), flags=re.MULTILINE)
    assert times == 1, pattern
    path.write_text(written)


def without_chance(text: str) -> str:
    """Ids of runs and durations are never the same twice."""
    return re.sub(r"\b\d{8}T\d{9}Z-\w+|\d[\d.]* m?s\b", "…", text)


def test_what_the_page_shows_is_what_its_commands_say(reader: Reader) -> None:
    shown = [block.text for block in BLOCKS if block.language == "text"]
    assert shown
    said = {
        re.sub(r"\S+Z-\S+|[0-9.]+ m?s\b", "…", line) for _, out in reader.said for line in out.splitlines()
    }
    for text in shown:
        for line in text.splitlines():
            assert re.sub(r"\S+Z-\S+|[0-9.]+ m?s\b", "…", line) in said, line


def test_its_job_keeps_promises(reader: Reader) -> None:
    done = hold_to(reader, "tests/functional/stock_alert", "something_to_do or dry_run or poisoned")
    assert "3 passed" in done.stdout, done.stdout


def test_what_the_reader_has_now_passes_quick_checks(reader: Reader) -> None:
    check(reader, "ruff", "format", "--check", "--no-cache", ".")
    check(reader, "ruff", "check", "--no-cache", ".")
    check(reader, "nightshift_tools", "generate", "--check")
    assert hold_to(reader, "tests/unit/docs", "stock or deploying").returncode == 0


def test_the_commands_of_the_deployment_are_those_of_the_readme_and_the_makefile() -> None:
    deployment = [line for line in COMMANDS if line.startswith(FROM_HERE_ON_AWS)]
    known = (ROOT / "README.md").read_text() + (ROOT / "Makefile").read_text()
    assert deployment[:3] == ["make check", "make build", "make deploy STAGE=dev"]
    for line in deployment[:3]:
        assert line in known or re.search(rf"^{line.split()[1]}:", known, re.MULTILINE)


@pytest.mark.slow
def test_its_job_is_held_to_the_whole_contract(thorough: Reader) -> None:
    first, last = (out for commands, out in thorough.said if PYTEST in commands)
    assert re.search(r"^6 passed, 4 skipped in", first, re.MULTILINE), first
    assert re.search(r"^9 passed, 1 skipped in", last, re.MULTILINE), last


@pytest.mark.slow
def test_its_job_fails_the_contract_where_it_writes_intents_first_as_the_page_says(thorough: Reader) -> None:
    path = thorough.folder / "functions" / "stock_alert" / "channel.py"
    good = path.read_text()
    head, body = good.split("    def _send(self, lines: dict[str, str]) -> None:\n")
    request, intents = body.split("        for key, line", 1)
    wrong = f"        for key, line{intents}{request}"
    path.write_text(f"{head}    def _send(self, lines: dict[str, str]) -> None:\n{wrong}")
    done = hold_to(thorough, "tests/functional/stock_alert", "kill")
    path.write_text(good)
    assert done.returncode == 1
    assert "was not told" in done.stdout


@pytest.mark.slow
def test_what_the_reader_has_now_passes_make_check(thorough: Reader) -> None:
    """With the tools that are installed here: make finds nothing to install."""
    installed = thorough.folder / ".venv"
    installed.mkdir()
    (installed / "bin").symlink_to(Path(sys.executable).parent)
    for done in ("created", "tools.done", "dev.done"):
        (installed / done).touch()
    thorough.run("make check")
    check(thorough, "mypy", "-p", "stock_alert")


def check(reader: Reader, *command: str) -> None:
    done = run_in(reader.folder, *command)
    assert done.returncode == 0, (command, done.stdout, done.stderr)


def hold_to(reader: Reader, tests: str, names: str) -> subprocess.CompletedProcess[str]:
    return run_in(reader.folder, "pytest", "-n", "0", "-q", "-p", "no:cacheprovider", tests, "-k", names)
