"""A state on DynamoDB Local whose every request passes a gate, and what may befall a request to DynamoDB."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, cast

from urllib3.exceptions import ProtocolError

from nightshift.clock import SystemClock
from nightshift.dynamodb_client import LambdaClient
from nightshift.logs.records import LogStore
from nightshift.state.codec import partition
from nightshift.state.dynamodb import DynamoLogs, DynamoState, Meter
from nightshift.state.dynamodb.batches import MAX_WRITES
from nightshift.state.dynamodb.sending import MAX_TRIES
from nightshift.state.models import JobKey
from nightshift.state.ports import State
from nightshift_tools.testing.dynamodb_local import client
from nightshift_tools.testing.tables import TableNames
from support.fault_gate import STATE, Act, Gate, Passage, kill_after, kill_before

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

_KIND = "com.amazonaws.dynamodb.v20120810#"


def _answer(status: int, code: str) -> Act:
    def act(passage: Passage) -> Any:
        return status, {}, b'{"__type": "%b%b", "message": "made up"}' % (_KIND.encode(), code.encode())

    return act


def _lost_before(passage: Passage) -> Any:
    raise ProtocolError("the connection was lost")


def _lost_after(passage: Passage) -> Any:
    passage.send()
    raise ProtocolError("the connection was lost")


_FAULTS: dict[str, Act] = {
    "throttled": _answer(400, "ProvisionedThroughputExceededException"),
    "500": _answer(500, "InternalServerError"),
    "lost before its effect": _lost_before,
    "lost after its effect": _lost_after,
}
_TIMES = {"once": 1, "at every try": MAX_TRIES}

MODES: dict[str, tuple[Act, int]] = {
    "ended before": (kill_before, 1),
    "ended after": (kill_after, 1),
    **{f"{name}, {often}": (act, times) for name, act in _FAULTS.items() for often, times in _TIMES.items()},
}
"""What befalls a request, and how many tries of it. What befalls one try is made good by the next."""


class AtOnce(SystemClock):
    """The machine's clock, but nobody waits."""

    def sleep(self, seconds: float) -> None: ...


class Wire:
    """The client that Lambda has; its requests pass the gate of the day."""

    def __init__(self, endpoint: str) -> None:
        self.gate = Gate()
        self.note: Callable[[str, Mapping[str, Any]], object] = lambda operation, request: None
        """Told of every request: the operation, and what it is called with."""
        self._gated = _GatedClient(self, endpoint)
        self.client = cast("DynamoDBClient", self._gated)

    def close(self) -> None:
        self._gated.close()


class _GatedClient(LambdaClient):
    def __init__(self, wire: Wire, endpoint: str) -> None:
        super().__init__(endpoint, "us-east-1", "local", "local")
        self._wire = wire
        self._url = endpoint

    def _call(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        self._wire.note(operation, request)
        return super()._call(operation, request)

    def exchange(self, operation: str, headers: Mapping[str, str], body: bytes) -> Any:
        send = super().exchange
        return self._wire.gate.enter(STATE, operation, self._url, lambda: send(operation, headers, body))


class DynamoBackend:
    """The tables on DynamoDB Local; a worker and one that overtakes it have a client each."""

    name = "dynamodb"
    modes = MODES

    def __init__(self, endpoint: str, tables: TableNames) -> None:
        self._tables = tables
        self._wires = (Wire(endpoint), Wire(endpoint))
        self._own: DynamoDBClient = client(endpoint)

    @property
    def wire(self) -> Wire:
        """The worker's."""
        return self._wires[0]

    def fresh(self) -> None:
        """Worlds differ by their storefront: nothing is to be cleared."""

    def save(self, key: JobKey) -> object:
        """The job's items; what other jobs have beside them is left out."""
        asked = {":pk": {"S": partition(key)}}
        return self._own.query(
            TableName=self._tables.state, KeyConditionExpression="pk = :pk", ExpressionAttributeValues=asked
        )["Items"]

    def restore(self, saved: object, key: JobKey) -> None:
        """The saved items under another job's name."""
        items = cast(list[dict[str, Any]], saved)
        for place in range(0, len(items), MAX_WRITES):
            puts = [
                {"PutRequest": {"Item": {**item, "pk": {"S": partition(key)}}}}
                for item in items[place : place + MAX_WRITES]
            ]
            self._own.batch_write_item(RequestItems={self._tables.state: puts})

    def open(self, gate: Gate, *, beside: bool = False) -> tuple[State, LogStore]:
        """The state as a process has it that begins; `beside` one that goes on."""
        wire = self._wires[beside]
        wire.gate = gate
        meter = Meter(AtOnce())
        return (
            DynamoState(wire.client, self._tables.state, meter),
            DynamoLogs(wire.client, self._tables.log, meter),
        )

    def lets_others_in(self) -> bool:
        """Always: a request is a transaction of its own."""
        return True

    def close(self) -> None:
        for wire in self._wires:
            wire.close()
        self._own.close()
