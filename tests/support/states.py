"""The adapters of the state, each with what a test needs beside its port."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from nightshift.archive import ArchiveStore
from nightshift.logs.records import LogStore
from nightshift.state.codec import Attributes
from nightshift.state.dynamodb import DynamoLogs, DynamoState
from nightshift.state.dynamodb.archive import DynamoArchive
from nightshift.state.dynamodb.table import Table
from nightshift.state.ports import State
from nightshift_tools.embedded import SqliteArchive, SqliteLogs, SqliteState
from nightshift_tools.embedded.items import Items
from nightshift_tools.testing.tables import TableNames

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient


class RawItems(Protocol):
    """The records beneath an adapter, past all its rules."""

    def get(self, pk: str, sk: str) -> Attributes | None: ...
    def put(self, pk: str, sk: str, attributes: Attributes) -> None: ...


@dataclass(frozen=True)
class Store:
    """A state, its logs, both as a purge has them, and the records beneath the state and the logs."""

    name: str
    state: State
    logs: LogStore
    archive: ArchiveStore
    raw: RawItems
    raw_log: RawItems

    @property
    def has_locks(self) -> bool:
        """Beside the lease a lock tells whether a run is alive."""
        return self.name == "sqlite-file"


def sqlite_store(name: str, state: SqliteState) -> Store:
    database = state.database
    items, log_items = Items(database, "state"), Items(database, "log")
    return Store(name, state, SqliteLogs(database), SqliteArchive(database), items, log_items)


def dynamodb_store(name: str, client: DynamoDBClient, tables: TableNames) -> Store:
    return Store(
        name,
        DynamoState(client, tables.state),
        DynamoLogs(client, tables.log),
        DynamoArchive(client, tables.state, tables.log),
        Table(client, tables.state),
        Table(client, tables.log),
    )
