"""One trial of the package that is found: undisturbed runs first, then one matrix until its first breach.

`python -m support.fault_trial <matrix> [<endpoint of DynamoDB Local>]` prints what both found as JSON. The
tests start it on copies of the package in which a rule is broken.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TypeAlias
from uuid import uuid4

from nightshift_tools.sandbox.server import Sandbox
from nightshift_tools.testing.dynamodb_local import client
from nightshift_tools.testing.tables import create_tables
from support.fault_dynamodb import DynamoBackend
from support.fault_gate import STATE
from support.fault_matrix import Breach, Tally, deadlines, state_faults, undisturbed, upstream_faults
from support.fault_situations import CUT_SHORT, EDITED, FIRST, THERE_AND_BACK
from support.fault_sqlite import SqliteBackend
from support.fault_stage import Stage
from support.fault_upstream import watched_upstreams
from support.fault_world import PRODUCTS, Backend
from support.fault_zombies import zombies

Matrix: TypeAlias = Callable[[Stage, Tally], Iterator[Breach]]

_MEDUSA, _NEXT = "medusa", "of the next slot"

ON_SQLITE: dict[str, Matrix] = {
    "ended at the state": lambda stage, tally: state_faults(stage, EDITED, "ended after", tally),
    "fault of the state": lambda stage, tally: state_faults(stage, EDITED, "disk broken", tally),
    "ended at the target": lambda stage, tally: upstream_faults(stage, EDITED, _MEDUSA, "ended after", tally),
    "target down": lambda stage, tally: upstream_faults(stage, EDITED, _MEDUSA, "503, from then on", tally),
    "target down after an effect": lambda stage, tally: upstream_faults(
        stage, EDITED, _MEDUSA, "500 after its effect, from then on", tally
    ),
    "fault while short of time": lambda stage, tally: upstream_faults(
        stage, CUT_SHORT, _MEDUSA, "503, once", tally
    ),
    "time limit": lambda stage, tally: deadlines(stage, EDITED, tally),
    "time limit of a first run": lambda stage, tally: deadlines(stage, FIRST, tally),
    "pause": lambda stage, tally: zombies(stage, THERE_AND_BACK, STATE, _NEXT, tally),
}
ON_DYNAMODB: dict[str, Matrix] = {
    "answer of DynamoDB lost": lambda stage, tally: state_faults(
        stage, EDITED, "lost after its effect, once", tally
    ),
    "pause on DynamoDB": lambda stage, tally: zombies(stage, EDITED, STATE, _NEXT, tally),
}
MATRICES = {**ON_SQLITE, **ON_DYNAMODB}


def trial(name: str, endpoint: str | None) -> dict[str, str]:
    """What the undisturbed runs and the first breach of a matrix say; empty texts where all holds."""
    with ExitStack() as closing:
        closing.enter_context(watched_upstreams())
        sandbox = closing.enter_context(Sandbox(products=PRODUCTS))
        backend = _backend(endpoint)
        closing.callback(backend.close)
        stage = Stage(sandbox, backend)
        for situation in (FIRST, EDITED, THERE_AND_BACK):
            _, wrong = undisturbed(stage, situation)
            if wrong:
                return {"undisturbed": f"{situation.name}: {wrong[0]}", "breach": ""}
        breach = next(MATRICES[name](stage, Tally()), None)
        return {"undisturbed": "", "breach": str(breach or "")}


def _backend(endpoint: str | None) -> Backend:
    if endpoint is None:
        return SqliteBackend()
    own = client(endpoint)
    tables = create_tables(own, f"trial-{uuid4().hex[:8]}")
    own.close()
    return DynamoBackend(endpoint, tables)


if __name__ == "__main__":
    print(json.dumps(trial(sys.argv[1], sys.argv[2] if sys.argv[2:] else None)))
