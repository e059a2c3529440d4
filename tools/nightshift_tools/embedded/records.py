"""Where control records are kept: in SQLite, or in memory until they are saved there."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from nightshift.state.codec import CONTROL, decode_control, encode_control, partition
from nightshift.state.models import Control, JobKey
from nightshift_tools.embedded.database import Database
from nightshift_tools.embedded.items import Items


class ControlRecords(Protocol):
    """The control records of all jobs."""

    def transaction(self) -> AbstractContextManager[None]:
        """One read and write that no other writer interleaves with; undone as a whole by any exception."""
        ...

    def read(self, key: JobKey) -> Control | None: ...
    def write(self, key: JobKey, control: Control) -> None: ...

    def save(self) -> None:
        """Put into the database what is not there yet."""
        ...


class StoredRecords:
    """Records as items of one database."""

    def __init__(self, database: Database, items: Items) -> None:
        self._database = database
        self._items = items

    def transaction(self) -> AbstractContextManager[None]:
        return self._database.write()

    def read(self, key: JobKey) -> Control | None:
        found = self._items.get(partition(key), CONTROL)
        return None if found is None else decode_control(found, key)

    def write(self, key: JobKey, control: Control) -> None:
        self._items.put(partition(key), CONTROL, encode_control(control))

    def save(self) -> None:
        return


class UnsavedRecords:
    """Records in memory until they are saved, for one thread that alone knows them. No verb of the control
    record writes twice, so none needs undoing. A simulated year claims and releases half a million runs.
    """

    def __init__(self, stored: ControlRecords) -> None:
        self._stored = stored
        self._records: dict[JobKey, Control] = {}

    def transaction(self) -> AbstractContextManager[None]:
        return nullcontext()

    def read(self, key: JobKey) -> Control | None:
        return self._records.get(key)

    def write(self, key: JobKey, control: Control) -> None:
        self._records[key] = control

    def save(self) -> None:
        with self._stored.transaction():
            for key, control in self._records.items():
                self._stored.write(key, control)
