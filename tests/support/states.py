"""The adapters of the state, each with what a test needs beside its port."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from nightshift.logs.records import LogStore
from nightshift.state.codec import Attributes
from nightshift.state.dynamodb import DynamoLogs, DynamoState
from nightshift.state.dynamodb.table import Table
from nightshift.state.ports import State
from nightshift_tools.embedded import SqliteLogs, SqliteState
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
    """A state, its logs, and the records beneath the state."""

    name: str
    state: State
    logs: LogStore
    raw: RawItems

    @property
    def has_locks(self) -> bool:
        """Beside the lease a lock tells whether a run is alive."""
        return self.name == "sqlite-file"


def sqlite_store(name: str, state: SqliteState) -> Store:
    return Store(name, state, SqliteLogs(state.database), Items(state.database, "state"))


def dynamodb_store(name: str, client: DynamoDBClient, tables: TableNames) -> Store:
    return Store(
        name,
        DynamoState(client, tables.state),
        DynamoLogs(client, tables.log),
        Table(client, tables.state),
    )
