"""A state in SQLite whose every statement passes a gate, and what may befall a statement.

An ended process leaves its transaction to be undone, as the next to open the file does it. A process stands
still between transactions only: one that is frozen inside of one keeps everybody out, and nobody overtakes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from nightshift.logs.records import LogStore
from nightshift.state.codec import partition
from nightshift.state.models import JobKey
from nightshift.state.ports import State
from nightshift_tools.embedded import SqliteLogs, SqliteState
from nightshift_tools.embedded.database import Database
from nightshift_tools.embedded.locks import NoLocks
from nightshift_tools.embedded.schema import SCHEMA
from support.fault_gate import STATE, Act, Gate, Passage, kill_after, kill_before
from support.faults import Killed


def _fails(code: int) -> Act:
    def act(_: Passage) -> Any:
        error = sqlite3.OperationalError("made up")
        error.sqlite_errorcode = code
        raise error

    return act


MODES: dict[str, tuple[Act, int]] = {
    "ended before": (kill_before, 1),
    "ended after": (kill_after, 1),
    "disk full": (_fails(sqlite3.SQLITE_FULL), 1),
    "disk broken": (_fails(sqlite3.SQLITE_IOERR), 1),
}


class GatedConnection:
    """A connection whose statements pass a gate; a transaction keeps the gate to itself."""

    def __init__(self, connection: sqlite3.Connection, gate: Gate) -> None:
        self._connection = connection
        self._gate = gate
        self._depth = 0
        self._has_begun = False

    @property
    def in_transaction(self) -> bool:
        """One of this process. A thread that outlives it for a moment must not meddle with its heir's."""
        return self._has_begun and self._connection.in_transaction

    def execute(self, statement: str, parameters: Sequence[object] = ()) -> sqlite3.Cursor:
        word = statement.split(maxsplit=1)[0]
        with self._gate.lock:
            if word == "BEGIN":
                self._gate.lock.acquire()
                self._depth += 1
            try:
                found = self._gate.enter(STATE, word, "", lambda: self._send(word, statement, parameters))
            except Killed:
                if self.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
            finally:
                if self._depth and not self.in_transaction:
                    self._has_begun = False
                    self._depth -= 1
                    self._gate.lock.release()
            return cast(sqlite3.Cursor, found)

    def _send(self, word: str, statement: str, parameters: Sequence[object]) -> sqlite3.Cursor:
        found = self._connection.execute(statement, parameters)
        self._has_begun = self._has_begun or word == "BEGIN"
        return found

    def close(self) -> None:
        """The database outlives the process."""


def gated(path: Path, gate: Gate) -> Database:
    """The database in a file, by way of a gate."""
    database = Database.open(path)
    return Database(cast(sqlite3.Connection, GatedConnection(database._connection, gate)), str(path))


class SqliteBackend:
    """One database in memory, which survives the processes that use it."""

    name = "sqlite"
    modes = MODES

    def __init__(self) -> None:
        self._connection: sqlite3.Connection | None = None

    def fresh(self) -> None:
        """An empty database."""
        connection = self._connect()
        for statement in SCHEMA:
            connection.execute(statement)

    def save(self, key: JobKey) -> object:
        """The whole database, and whose state is in it."""
        assert self._connection is not None
        return partition(key), self._connection.serialize()

    def restore(self, saved: object, key: JobKey) -> None:
        """The database as it was saved, with the job under another name."""
        was, image = cast(tuple[str, bytes], saved)
        connection = self._connect()
        connection.deserialize(image)
        connection.execute("UPDATE state SET pk = ? WHERE pk = ?", (partition(key), was))

    def open(self, gate: Gate, *, beside: bool = False) -> tuple[State, LogStore]:
        """The state as a process has it that begins; `beside` one that goes on."""
        assert self._connection is not None
        gated = GatedConnection(self._connection, gate)
        database = Database(cast(sqlite3.Connection, gated), "the database of this test")
        state = SqliteState(database, NoLocks())
        return state, SqliteLogs(database)

    def lets_others_in(self) -> bool:
        """No transaction is open."""
        return self._connection is not None and not self._connection.in_transaction

    def _connect(self) -> sqlite3.Connection:
        self.close()
        self._connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        return self._connection

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
