"""One SQLite database: how it is opened and written, and what its errors mean to a person.

Safe between threads (one connection, one lock) and between processes (WAL, every read-decide-write in one
BEGIN IMMEDIATE). A process that is killed loses nothing that was committed. `synchronous` is FULL, so that a
power cut loses nothing either: with NORMAL the last commits could be undone, and with them the slot of a run
that has ended or the record of what was sent, and both would happen again. It costs one fsync per commit.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import RLock

from nightshift.errors import ConfigurationError, NightshiftError, RunError, StateVersionError, TryLaterError
from nightshift_tools.embedded.schema import APPLICATION_ID, SCHEMA, SCHEMA_VERSION

BUSY_SECONDS = 20.0
"""How long a write waits for another process; a write holds the database for milliseconds."""

_MEANINGS: dict[int, tuple[type[NightshiftError], str]] = {
    sqlite3.SQLITE_CANTOPEN: (ConfigurationError, "check that the folder exists and may be written"),
    sqlite3.SQLITE_PERM: (ConfigurationError, "give yourself write access to it"),
    sqlite3.SQLITE_READONLY: (ConfigurationError, "give yourself write access to it and to its folder"),
    sqlite3.SQLITE_NOTADB: (ConfigurationError, "move that file away, or set NIGHTSHIFT_HOME elsewhere"),
    sqlite3.SQLITE_FULL: (RunError, "free space on that disk and run again; what was committed is kept"),
    sqlite3.SQLITE_IOERR: (RunError, "check the disk; what was committed before is kept"),
    sqlite3.SQLITE_CORRUPT: (RunError, "restore it from a backup, or move it away to start from nothing"),
    sqlite3.SQLITE_BUSY: (TryLaterError, "another process keeps writing to it: end that one, then run again"),
}

_WHOLE = ("BEGIN IMMEDIATE", "COMMIT", "ROLLBACK")
_PART = ("SAVEPOINT part", "RELEASE part", "ROLLBACK TO part")
_UNDONE = "SQLite has undone a transaction before its end, as on a disk that is full or broken"


class Database:
    """An open database. Closing it is harmless at any time: nothing is kept back."""

    def __init__(self, connection: sqlite3.Connection, where: str) -> None:
        self.where = where
        self._connection = connection
        self._lock = RLock()
        self._depth = 0

    @classmethod
    def open(cls, path: Path, *, is_durable: bool = True) -> Database:
        """Open the database at `path`, made with its folder where it is missing. One that is not durable may
        lose its last commits in a power cut, or break; it is for what begins anew each time.

        ConfigurationError where it cannot be opened, is no database, or belongs to another program;
        StateVersionError where another release wrote it. Such a file is left as it is.
        """
        with _translated(str(path)):
            try:
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            except OSError as error:
                raise ConfigurationError(
                    f"cannot make the folder of the state, {path.parent}: {error.strerror}; "
                    "make it yourself, or set NIGHTSHIFT_HOME to a folder you may write"
                ) from error
            connection = _connect(str(path), is_durable=is_durable)
            try:
                _prepare_for_all(connection, str(path))
            except BaseException:
                connection.close()
                raise
        return cls(connection, str(path))

    @classmethod
    def in_memory(cls) -> Database:
        """A database of this object alone, gone with it."""
        connection = _connect(":memory:")
        _prepare(connection, ":memory:")
        return cls(connection, ":memory:")

    @contextmanager
    def write(self) -> Iterator[None]:
        """One transaction that no other writer interleaves with; undone as a whole by any exception.

        Within another it is a part of that one, and undone alone.
        """
        with self._lock, _translated(self.where):
            begin, end, undo = _PART if self._depth else _WHOLE
            if self._depth and not self._connection.in_transaction:
                raise RunError(f"the state in {self.where} could not be written: {_UNDONE}")
            self._connection.execute(begin)
            self._depth += 1
            try:
                yield
                self._connection.execute(end)
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute(undo)
                raise
            finally:
                self._depth -= 1

    def rows(self, statement: str, parameters: Sequence[object] = ()) -> list[tuple[str, str]]:
        """All rows of one statement that selects `sk` and `body`."""
        with self._lock, _translated(self.where):
            return self._connection.execute(statement, parameters).fetchall()

    def execute(self, statement: str, parameters: Sequence[object] = ()) -> None:
        """One statement that returns nothing."""
        with self._lock, _translated(self.where):
            self._connection.execute(statement, parameters)

    def close(self) -> None:
        with self._lock:
            self._connection.close()


def _connect(where: str, *, is_durable: bool = True) -> sqlite3.Connection:
    connection = sqlite3.connect(
        where, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False, cached_statements=64
    )
    connection.execute(f"PRAGMA synchronous = {'FULL' if is_durable else 'OFF'}")
    connection.execute("PRAGMA fullfsync = ON")  # macOS: a plain fsync does not reach the platter there
    return connection


def _prepare_for_all(connection: sqlite3.Connection, where: str) -> None:
    """As `_prepare`, with WAL. While another opens or closes the file, SQLite fails instead of waiting."""
    patience = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            _prepare(connection, where)
            if connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
                connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if _code(error) != sqlite3.SQLITE_BUSY or time.monotonic() > patience:
                raise
            time.sleep(0.01)
        else:
            return


def _prepare(connection: sqlite3.Connection, where: str) -> None:
    """Make the tables of an empty database; refuse a foreign one and one of another version."""
    if _identity(connection) == (APPLICATION_ID, SCHEMA_VERSION):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        application, version = _identity(connection)
        if application == APPLICATION_ID and version != SCHEMA_VERSION:
            raise StateVersionError(
                f"the state in {where} has version {version}, and this release reads version "
                f"{SCHEMA_VERSION}: use the release that wrote it, or move the file away to start from "
                "nothing; nothing was changed"
            )
        if application != APPLICATION_ID:
            if connection.execute("SELECT count(*) FROM sqlite_master").fetchone() != (0,) or version:
                raise ConfigurationError(
                    f"{where} is a database of another program: move it away, or set NIGHTSHIFT_HOME "
                    "elsewhere; nothing was changed"
                )
            for statement in SCHEMA:
                connection.execute(statement)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _identity(connection: sqlite3.Connection) -> tuple[int, int]:
    ((application,),) = connection.execute("PRAGMA application_id")
    ((version,),) = connection.execute("PRAGMA user_version")
    return application, version


@contextmanager
def _translated(where: str) -> Iterator[None]:
    """SQLite's errors by consequence, with the file and the cure; a fault of our own passes as it is."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if _code(error) not in _MEANINGS:
            raise
        kind, cure = _MEANINGS[_code(error)]
        raise kind(f"the state in {where} cannot be used ({error}): {cure}") from error


def _code(error: sqlite3.Error) -> int:
    """SQLite's primary result code; 0 for an error that is not SQLite's but the caller's."""
    extended: int = getattr(error, "sqlite_errorcode", 0)
    return extended & 0xFF
