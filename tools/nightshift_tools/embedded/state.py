"""The `State` port over one SQLite database."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from nightshift.state.models import Lease
from nightshift_tools.embedded.batch_jobs import SqliteBatchJobs
from nightshift_tools.embedded.control import SqliteControl
from nightshift_tools.embedded.database import Database
from nightshift_tools.embedded.fingerprints import SqliteFingerprints
from nightshift_tools.embedded.intents import SqliteIntents
from nightshift_tools.embedded.items import Items
from nightshift_tools.embedded.ledger import SqliteLedger
from nightshift_tools.embedded.locks import FileLocks, JobLocks, NoLocks
from nightshift_tools.embedded.quarantine import SqliteQuarantine
from nightshift_tools.embedded.records import ControlRecords, StoredRecords, UnsavedRecords
from nightshift_tools.embedded.runs import SqliteRuns
from nightshift_tools.embedded.watch import SqliteWatch


class SqliteState:
    """All of the state. Threads may share one; processes open their own.

    `database` is for `SqliteLogs`, which keeps log records in the same file.
    """

    def __init__(self, database: Database, locks: JobLocks, *, is_simulated: bool = False) -> None:
        items = Items(database, "state")
        stored = StoredRecords(database, items)
        self._records: ControlRecords = UnsavedRecords(stored) if is_simulated else stored
        self.database = database
        self.control = SqliteControl(self._records, locks)
        self.runs = SqliteRuns(database, items)
        self.quarantine = SqliteQuarantine(database, items)
        self.fingerprints = SqliteFingerprints(database, items)
        self.intents = SqliteIntents(database, items)
        self.ledger = SqliteLedger(database, items)
        self.watch = SqliteWatch(items)
        self.batch_jobs = SqliteBatchJobs(database, items)
        self._locks = locks

    @classmethod
    def open(cls, path: Path) -> SqliteState:
        """The state in the file `path`, with the lock files in the folder `locks` beside it.

        Errors: as `Database.open`.
        """
        return cls(Database.open(path), FileLocks(path.parent / "locks"))

    @classmethod
    def in_memory(cls) -> SqliteState:
        """A state of this object alone, where leases end by time only: the double for tests."""
        return cls(Database.in_memory(), NoLocks())

    @classmethod
    def simulated(cls, path: Path) -> SqliteState:
        """A state for one thread that claims more in a minute than a disk can follow: control records get
        into the file when it is closed, and a power cut may lose all of it. Leases end by time only."""
        return cls(Database.open(path, is_durable=False), NoLocks(), is_simulated=True)

    def together(self) -> AbstractContextManager[None]:
        """One transaction, and so one fsync."""
        return self.database.write()

    def abandon(self, lease: Lease) -> None:
        """Say that a run of this process will not release: what holds its job is gone, as if it had died.

        The record is left as it is; the next claim takes over at once and reports the run as its
        predecessor. Harmless after a release. A process that ends needs not say it.
        """
        self._locks.drop(lease.key, lease.run)

    def close(self) -> None:
        """Give back all locks and close the database."""
        self._locks.close()
        self._records.save()
        self.database.close()
