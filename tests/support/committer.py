"""A process that works until it is killed: it commits one number after the other and says so after each.

python -m support.committer <state.db> <job> <run>
"""

from __future__ import annotations

import sys
from itertools import count
from pathlib import Path

from nightshift.state.models import JobKey
from nightshift_tools.embedded import SqliteState
from support.driving import Job, slot
from support.states import sqlite_store


def main(path: str, job: str, run: str) -> None:
    worker = Job(sqlite_store("sqlite-file", SqliteState.open(Path(path))), JobKey(job))
    granted = worker.granted(run, slot(0))
    first = granted.control.cursor.get("seen", 0)
    assert isinstance(first, int)
    for number in count(first + 1):
        worker.commit(granted.lease, number)
        print(number, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
