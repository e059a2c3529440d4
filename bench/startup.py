"""How long the command line takes to answer: whole processes, from `exec` to exit.

`generate` makes the region and the compiled manifest of a copy of the project with 500 jobs more, with the
quotas of a stack lifted: AWS takes some 60. `translate` reads 10,000 expressions from its input.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.markdown import table
from bench.measuring import ROOT, BrokenRunError, Measured
from bench.race import Race, rotated

_NIGHTSHIFT = str(Path(sys.executable).with_name("nightshift"))
_PROJECT = ("schedules.yaml", "template.yaml", "functions")
_JOBS = 500
_WITHOUT_QUOTA = """
from nightshift_tools.cli import main
from nightshift_tools.template import quotas
quotas.MAX_RESOURCES = quotas.MAX_RULES = quotas.MAX_RESUMED = 100_000
main()
"""
_EXPRESSIONS = [
    f"{minute} {hour} * * {day}" for minute in range(60) for hour in range(24) for day in range(7)
]
_TRANSLATED = 10_000


@dataclass(frozen=True, slots=True)
class Command:
    """What is run, in which folder, with what on its input."""

    arguments: Sequence[str]
    folder: Path = ROOT
    text: str = ""


def compare(repetitions: int, tell: Callable[[str], None]) -> Race:
    """Every command in turn, with a state of its own, after one round that is not counted."""
    race = Race()
    with tempfile.TemporaryDirectory() as home:
        commands = _commands(Path(home))
        for repetition in range(-1, repetitions):
            tell(f"command line, {repetition + 1} of {repetitions}")
            done = {name: _run(commands[name], home) for name in rotated(list(commands), repetition)}
            if repetition >= 0:
                race.add(done)
    return race


def section(race: Race) -> str:
    """The part of the results page."""
    rows = [
        [f"`{name}`", race.spread(name, lambda m: m.wall).text(), race.spread(name, lambda m: m.cpu).text()]
        for name in race.repetitions[0]
    ]
    return f"{__doc__}\n\n{table(['', 'seconds', 'processor'], rows)}\n"


def _commands(scratch: Path) -> dict[str, Command]:
    translated = (_EXPRESSIONS[number % len(_EXPRESSIONS)] for number in range(_TRANSLATED))
    lines = [json.dumps({"id": n, "dialect": "unix", "expr": expr}) for n, expr in enumerate(translated)]
    return {
        "python -c pass": Command([sys.executable, "-c", "pass"]),
        "nightshift --help": Command([_NIGHTSHIFT, "--help"]),
        "nightshift status": Command([_NIGHTSHIFT, "status"]),
        f"nightshift generate, {_JOBS} jobs": Command(
            [sys.executable, "-c", _WITHOUT_QUOTA, "generate"], _large_project(scratch)
        ),
        f"nightshift translate, {_TRANSLATED:,} lines": Command(
            [_NIGHTSHIFT, "translate"], text="\n".join(lines) + "\n"
        ),
    }


def _large_project(scratch: Path) -> Path:
    """This project with `_JOBS` jobs beside its own."""
    project = scratch / "large"
    for name in _PROJECT:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        project.mkdir(exist_ok=True)
        copy(ROOT / name, project / name)
    handler = (
        "from nightshift import Run, job\n\n\n@job({name!r})\ndef lambda_handler(run: Run) -> None: ...\n"
    )
    entries = []
    for number in range(_JOBS):
        name = f"copied-{number:03d}"
        folder = project / "functions" / name.replace("-", "_")
        folder.mkdir()
        (folder / "app.py").write_text(handler.format(name=name))
        schedule = f"'{number % 60} {number % 24} * * *'"
        entries.append(f"  {name}: {{description: One of many, schedule: {schedule}}}\n")
    manifest = project / "schedules.yaml"
    manifest.write_text(manifest.read_text().replace("\njobs:\n", "\njobs:\n" + "".join(entries), 1))
    return project


def _run(command: Command, home: str) -> Measured:
    environment = {**os.environ, "NIGHTSHIFT_HOME": home}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # edited sources are compiled once as well
    before, began = os.times(), time.perf_counter()
    done = subprocess.run(
        command.arguments,
        cwd=command.folder,
        env=environment,
        input=command.text,
        capture_output=True,
        text=True,
        check=False,
    )
    wall, after = time.perf_counter() - began, os.times()
    if done.returncode != 0:
        said = (done.stderr or done.stdout)[-2000:]
        raise BrokenRunError(f"{' '.join(command.arguments)} failed:\n{said}")
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return Measured(wall, used, 0)
