"""The state on AWS: two DynamoDB tables, State and Log. All DynamoDB calls are in this package."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from functools import cached_property
from typing import TYPE_CHECKING

from nightshift.state.dynamodb.control import DynamoControl
from nightshift.state.dynamodb.fingerprints import DynamoFingerprints
from nightshift.state.dynamodb.logs import DynamoLogs
from nightshift.state.dynamodb.meter import Meter
from nightshift.state.dynamodb.quarantine import DynamoQuarantine
from nightshift.state.dynamodb.runs import DynamoRuns
from nightshift.state.dynamodb.table import Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

    from nightshift.state.dynamodb.batch_jobs import DynamoBatchJobs
    from nightshift.state.dynamodb.intents import DynamoIntents
    from nightshift.state.dynamodb.ledger import DynamoLedger
    from nightshift.state.dynamodb.watch import DynamoWatch
    from nightshift.state.models import Lease

__all__ = ["DynamoLogs", "DynamoState", "Meter"]


class DynamoState:
    """The `State` port over one table. The client is made by the caller and may be shared.

    What every run asks for is made at once, the rest, with what it imports, when it is asked for.

    `meter` is what counts for the run that this is for, its logs among it; without one, nobody asks.
    """

    def __init__(self, client: DynamoDBClient, table_name: str, meter: Meter | None = None) -> None:
        self._table = table = Table(client, table_name, meter)
        self.control = DynamoControl(table)
        self.runs = DynamoRuns(table)
        self.quarantine = DynamoQuarantine(table)
        self.fingerprints = DynamoFingerprints(table)

    @cached_property
    def intents(self) -> DynamoIntents:
        from nightshift.state.dynamodb.intents import DynamoIntents

        return DynamoIntents(self._table)

    @cached_property
    def ledger(self) -> DynamoLedger:
        from nightshift.state.dynamodb.ledger import DynamoLedger

        return DynamoLedger(self._table)

    @cached_property
    def watch(self) -> DynamoWatch:
        from nightshift.state.dynamodb.watch import DynamoWatch

        return DynamoWatch(self._table)

    @cached_property
    def batch_jobs(self) -> DynamoBatchJobs:
        from nightshift.state.dynamodb.batch_jobs import DynamoBatchJobs

        return DynamoBatchJobs(self._table)

    def together(self) -> AbstractContextManager[None]:
        """Nothing is saved: a transaction costs twice the units."""
        return nullcontext()

    def abandon(self, lease: Lease) -> None:
        """Nothing is held beside the lease, which ends by time."""
