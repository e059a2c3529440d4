"""One measured run in a process of its own: what it does is timed, what it imports before is not."""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FUNCTIONS = ROOT / "functions"
_PEAK = re.compile(r"VmHWM:\s+(\d+) kB")
_KIBIBYTES = 1024 if sys.platform == "darwin" else 1  # macOS tells memory in bytes


class BrokenRunError(Exception):
    """A measured run failed, or did not do what it was measured for."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds on the clock, seconds of processor in all threads, peak memory in KiB, and what it says of
    itself."""

    wall: float
    cpu: float
    peak: int
    said: dict[str, int] = field(default_factory=dict)


def peak_memory() -> int:
    """The most memory that this process has had so far, in KiB."""
    try:
        # Linux starts `ru_maxrss` at what the parent had when it forked.
        return int(_PEAK.findall(Path("/proc/self/status").read_text())[0])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // _KIBIBYTES


def measure(work: Callable[[], dict[str, int]]) -> Measured:
    """Do the work and measure it."""
    before, began = _processor(), time.perf_counter()
    said = work()
    return Measured(time.perf_counter() - began, _processor() - before, peak_memory(), said)


def report(measured: Measured) -> None:
    """Say it as the last line of stdout: the counterpart of `run`."""
    print(json.dumps(asdict(measured)), flush=True)


def run(module: str, arguments: Sequence[str], environment: Mapping[str, str]) -> Measured:
    """Run `python -m module` to its end and give what it reports; BrokenRunError where it fails."""
    paths = os.pathsep.join([str(ROOT), str(FUNCTIONS)])
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        env={**os.environ, **environment, "PYTHONPATH": paths},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise BrokenRunError(
            f"{module} {' '.join(arguments)} ended with {done.returncode}:\n{done.stderr[-3000:]}"
        )
    return Measured(**json.loads(done.stdout.splitlines()[-1]))


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
