"""State and logs of a run on this machine: embedded, or DynamoDB where STATE_TABLE names a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from nightshift.archive import ArchiveStore
from nightshift.clock import SystemClock
from nightshift.errors import ConfigurationError
from nightshift.logs.records import LogStore
from nightshift.services import NothingCharged, StateMeter
from nightshift.state.ports import State
from nightshift.times import Clock

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

    from nightshift_tools.embedded import SqliteState


@dataclass(frozen=True, slots=True)
class Stores:
    """State, logs, and both of all jobs as a purge has them. `close` gives back what they hold."""

    state: State
    logs: LogStore
    archive: ArchiveStore
    close: Callable[[], None]
    meter: StateMeter = field(default_factory=NothingCharged)
    metered: Callable[[Clock], Stores] | None = None

    def for_run(self, clock: Clock) -> Stores:
        """The same stores, with a meter of its own for one run: `nightshift dev` has several at once."""
        return self if self.metered is None else self.metered(clock)


def open_stores(database: Path, environment: Mapping[str, str]) -> Stores:
    """DynamoDB with `STATE_TABLE` and `LOG_TABLE`, else the embedded database; ConfigurationError for one."""
    state_table, log_table = environment.get("STATE_TABLE"), environment.get("LOG_TABLE")
    if state_table and log_table:
        from nightshift.runtime import dynamodb_client  # AWS's clients take as long to import as all else

        return on_tables(dynamodb_client(environment), state_table, log_table)
    if state_table or log_table:
        given, missing = ("STATE_TABLE", "LOG_TABLE") if state_table else ("LOG_TABLE", "STATE_TABLE")
        raise ConfigurationError(
            f"{given} is set and {missing} is not: set both to use DynamoDB, or neither to keep the state "
            "on this machine"
        )
    return embedded(database)


def embedded(database: Path) -> Stores:
    """The stores in one SQLite file, made where it is missing."""
    from nightshift_tools.embedded import SqliteState

    return _in_one_file(SqliteState.open(database))


def simulated(database: Path) -> Stores:
    """The same, for simulated time: `SqliteState.simulated` says what that gives up."""
    from nightshift_tools.embedded import SqliteState

    return _in_one_file(SqliteState.simulated(database))


def _in_one_file(state: SqliteState) -> Stores:
    from nightshift_tools.embedded import SqliteArchive, SqliteLogs

    return Stores(state, SqliteLogs(state.database), SqliteArchive(state.database), state.close)


def on_tables(client: DynamoDBClient, state_table: str, log_table: str) -> Stores:
    """The stores in two tables of DynamoDB; the client is closed with them."""
    from nightshift.state.dynamodb import DynamoLogs, DynamoState, Meter
    from nightshift.state.dynamodb.archive import DynamoArchive

    def metered(clock: Clock) -> Stores:
        meter = Meter(clock)
        state, logs = DynamoState(client, state_table, meter), DynamoLogs(client, log_table, meter)
        archive = DynamoArchive(client, state_table, log_table, meter)
        return Stores(state, logs, archive, client.close, meter, metered)

    return metered(SystemClock())
