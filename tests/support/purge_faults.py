"""A purge that meets a fate at one of its requests, and what two clean ones make of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from typing import Any
from uuid import uuid4

from nightshift.archive import ArchiveStore, Hold
from nightshift.errors import NightshiftError
from nightshift.logs.records import Level, LogStore
from nightshift.state.dynamodb import DynamoLogs, DynamoState, Meter
from nightshift.state.dynamodb.archive import DynamoArchive
from nightshift.state.models import JobKey, Status
from nightshift.state.ports import State
from nightshift_tools.embedded import SqliteArchive
from nightshift_tools.embedded.state import SqliteState
from nightshift_tools.testing.tables import create_tables
from support.fault_dynamodb import AtOnce, Wire
from support.fault_gate import STATE, Act, Fate, Gate
from support.fault_sqlite import SqliteBackend
from support.faults import Killed
from support.purging import DAY, MILLISECOND, NIGHT, PURGE, PURGE_KEY, SYNC_KEY, Night

Stores = tuple[State, LogStore, ArchiveStore]
Open = Callable[[Gate], Stores]
Left = dict[str, list[tuple[Any, ...]]]

OUTLET = JobKey("bill-orders", "outlet")
EACH = {Level.INFO: 60, Level.DEBUG: 2, Level.ERROR: 2}


def sqlite(backend: SqliteBackend) -> Iterator[Open]:
    """A new database for each case."""

    def opened(gate: Gate) -> Stores:
        state, logs = backend.open(gate)
        assert isinstance(state, SqliteState)
        return state, logs, SqliteArchive(state.database)

    while True:
        backend.fresh()
        yield opened


def dynamodb(wire: Wire) -> Iterator[Open]:
    """New tables for each case."""
    prefix = uuid4().hex[:8]
    for number in count():
        wire.gate = Gate()
        tables = create_tables(wire.client, f"purge-{prefix}-{number}")

        def opened(gate: Gate, tables: Any = tables) -> Stores:
            wire.gate = gate
            client, meter = wire.client, Meter(AtOnce())
            archive = DynamoArchive(client, tables.state, tables.log, meter)
            return DynamoState(client, tables.state, meter), DynamoLogs(client, tables.log, meter), archive

        yield opened


def undisturbed(opened: Open) -> Left:
    """What three nights leave."""
    night = _nights(opened)
    for _ in range(3):
        _open(night, opened, Gate())
        assert night.tick().record.status is Status.SUCCEEDED
    return left(night)


def disturbed(opened: Open, act: Act, at: int, times: int) -> tuple[Gate, Left, Left]:
    """The first of three nights meets its fate: what it has left, and what the other two."""
    night = _nights(opened)
    gate = Gate(Fate(STATE, at, act, times))
    _open(night, opened, gate)
    try:
        night.tick()
    except (NightshiftError, Killed):
        night.clock.instant += DAY
    _open(night, opened, Gate())
    first = left(night)
    for _ in range(2):
        night.tick()
    statuses = [record.status for record in night.archive.runs(PURGE_KEY, None)]
    assert statuses[-2:] == [Status.SUCCEEDED] * 2, statuses
    assert Status.RUNNING not in statuses, statuses
    return gate, first, left(night)


def left(night: Night) -> Left:
    """All records of the other jobs, and what is said of their items, by job."""
    found: Left = {}
    for key in (SYNC_KEY, OUTLET):
        runs = list(night.archive.runs(key, None))
        found[f"runs of {key}"] = [(record.started_at, record.expires_at) for record in runs]
    for segment in range(2):
        for item in night.archive.log_segment(segment, 2, None):
            if item.key != PURGE_KEY:
                told = (item.first, item.last, item.count, item.expires)
                found.setdefault(f"{item.level.name} of {item.key}", []).append(told)
    return {name: sorted(items, key=str) for name, items in found.items() if items}


def _nights(opened: Open) -> Night:
    """Old runs of two jobs, one on the border, one on hold, one without a record, and a young one."""
    night = Night(*opened(Gate()))
    night.jobs["purge-logs"] = replace(PURGE, batch_size=10, params={"log_segments": 1})
    night.run_of(NIGHT - 45 * DAY, EACH)
    night.run_of(NIGHT - 45 * DAY, EACH, key=OUTLET)
    night.run_of(NIGHT - 30 * DAY - 30 * MILLISECOND, EACH)
    night.run_of(NIGHT - 40 * DAY, EACH, has_record=False)
    held = night.run_of(NIGHT - 35 * DAY, EACH, key=OUTLET)
    night.archive.put_hold(Hold(OUTLET, held, "audit", NIGHT))
    night.run_of(NIGHT - 2 * DAY, EACH)
    return night


def _open(night: Night, opened: Open, gate: Gate) -> None:
    night.state, night.logs, night.archive = opened(gate)
