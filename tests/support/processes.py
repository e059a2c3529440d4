"""Python processes of the tests: started with the tests' own imports, and ended by their own id."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]


@contextmanager
def python_module(module: str, *arguments: object, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """A process that runs `python -m <module> …`, with pipes and more of an environment;
    killed at the end of the block if it lives."""
    process = subprocess.Popen(
        [sys.executable, "-m", module, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(TESTS), *sys.path]), **environment},
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def next_line(process: subprocess.Popen[str]) -> str:
    """The next line a process prints, without its end; empty when it has ended."""
    assert process.stdout is not None
    return process.stdout.readline().rstrip("\n")


def heed_ctrl_c() -> None:
    """For `preexec_fn`: whoever runs the tests in the background may have started them deaf to Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
