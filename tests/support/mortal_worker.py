"""sync-products in a process of its own, which kills itself with SIGKILL at one request to its state.

python -m support.mortal_worker <at> <before|after> <state.db>
python -m support.mortal_worker <at> <before|after> <endpoint of DynamoDB> <state table> <log table>
"""

from __future__ import annotations

import logging
import os
import random
import signal
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from nightshift.execution import Ended
from nightshift.logs.records import LogStore
from nightshift.manifest import CompiledManifest
from nightshift.services import NobodyWatches, Services
from nightshift.state.dynamodb import DynamoLogs, DynamoState
from nightshift.state.ports import State
from nightshift_tools.embedded import SqliteLogs, SqliteState
from nightshift_tools.embedded.locks import FileLocks
from support.fault_dynamodb import Wire
from support.fault_gate import STATE, Act, Fate, Gate, Passage
from support.fault_sqlite import gated
from support.shop import FakeClock, NoSecrets
from support.sync import ENTRY, read_event
from sync_products.app import lambda_handler


def run(state: State, logs: LogStore, environment: Mapping[str, str], minutes: float = 0) -> Ended:
    """The tick of the event file, delivered so many minutes after its time."""
    clock = FakeClock()
    clock.advance(60 * minutes)
    services = Services(
        clock=clock,
        random=random.Random(minutes),
        state=state,
        logs=logs,
        manifest=CompiledManifest({ENTRY.name: replace(ENTRY, batch_size=3)}),
        environment=environment,
        secrets=NoSecrets(),
        logger=logging.Logger("test"),
        observer=NobodyWatches(),
    )
    return lambda_handler.handle(read_event("sync-products-scheduled"), services, 300)


def open_state(where: list[str], gate: Gate) -> tuple[State, LogStore]:
    """The state in a file or in two tables, by way of a gate."""
    if len(where) == 1:
        path = Path(where[0])
        database = gated(path, gate)
        return SqliteState(database, FileLocks(path.parent / "locks")), SqliteLogs(database)
    endpoint, state_table, log_table = where
    wire = Wire(endpoint)
    wire.gate = gate
    return DynamoState(wire.client, state_table), DynamoLogs(wire.client, log_table)


def _kill_before(_: Passage) -> Any:
    os.kill(os.getpid(), signal.SIGKILL)


def _kill_after(passage: Passage) -> Any:
    passage.send()
    os.kill(os.getpid(), signal.SIGKILL)


ENDS: dict[str, Act] = {"before": _kill_before, "after": _kill_after}

if __name__ == "__main__":
    at, when, *rest = sys.argv[1:]
    run(*open_state(rest, Gate(Fate(STATE, int(at), ENDS[when]))), os.environ)
