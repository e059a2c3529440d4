"""A process that tries every slot of a job once and prints those it was admitted to.

python -m support.ticker <state.db> <job> <name> <slots>
"""

from __future__ import annotations

import sys
from pathlib import Path

from nightshift.state.models import Granted, JobKey
from nightshift_tools.embedded import SqliteState
from support.driving import Job, slot
from support.states import sqlite_store


def main(path: str, job: str, name: str, slots: str) -> None:
    sys.stdin.readline()  # all start at once
    worker = Job(sqlite_store("sqlite-file", SqliteState.open(Path(path))), JobKey(job))
    for minute in range(int(slots)):
        answer = worker.claim(f"{name}-{minute}", slot(minute))
        if isinstance(answer, Granted):
            print(minute, flush=True)
            worker.release(answer.lease)


if __name__ == "__main__":
    main(*sys.argv[1:])
