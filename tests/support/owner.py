"""A process that claims a job and then holds it: it prints the answer and waits for its end.

python -m support.owner <state.db> <job> <run> <minute of the slot> <minute of the claim>
"""

from __future__ import annotations

import sys
from pathlib import Path

from nightshift.state.models import JobKey
from nightshift_tools.embedded import SqliteState
from support.driving import Job, slot
from support.states import sqlite_store


def main(path: str, job: str, run: str, minute: str, now: str) -> None:
    state = SqliteState.open(Path(path))
    answer = Job(sqlite_store("sqlite-file", state), JobKey(job)).claim(run, slot(int(minute)), float(now))
    print(type(answer).__name__, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
