"""How long the command line takes to answer: whole processes, from `exec` to exit."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.markdown import table
from bench.measuring import ROOT, BrokenRunError, Measured
from bench.race import Race, rotated

_PYTHON = "python -c pass"
_COMMANDS = {
    _PYTHON: [sys.executable, "-c", "pass"],
    "nightshift --help": [str(Path(sys.executable).with_name("nightshift")), "--help"],
    "nightshift status": [str(Path(sys.executable).with_name("nightshift")), "status"],
}


def compare(repetitions: int, tell: Callable[[str], None]) -> Race:
    """Every command in turn, with a state of its own, after one round that is not counted."""
    race = Race()
    with tempfile.TemporaryDirectory() as home:
        for repetition in range(-1, repetitions):
            tell(f"command line, {repetition + 1} of {repetitions}")
            done = {name: _run(_COMMANDS[name], home) for name in rotated(list(_COMMANDS), repetition)}
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


def _run(command: list[str], home: str) -> Measured:
    environment = {**os.environ, "NIGHTSHIFT_HOME": home}
    before, began = os.times(), time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    wall, after = time.perf_counter() - began, os.times()
    if done.returncode != 0:
        raise BrokenRunError(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return Measured(wall, used, 0)
