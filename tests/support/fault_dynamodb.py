"""A state on DynamoDB Local whose every request passes a gate, and what may befall a request to DynamoDB."""

from __future__ import annotations

import io
import os
import socket
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast
from unittest.mock import patch

from botocore.awsrequest import AWSResponse
from botocore.exceptions import ConnectionClosedError
from botocore.httpsession import URLLib3Session

from nightshift.clock import SystemClock
from nightshift.logs.records import LogStore
from nightshift.runtime import dynamodb_client
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

_ACCESS = {"AWS_DEFAULT_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local"}
_KIND = "com.amazonaws.dynamodb.v20120810#"


class _Body(io.BytesIO):
    def stream(self, **_: object) -> Iterator[bytes]:
        yield self.read()


def _answer(status: int, code: str) -> Act:
    def act(passage: Passage) -> Any:
        body = _Body(b'{"__type": "%b%b", "message": "made up"}' % (_KIND.encode(), code.encode()))
        return AWSResponse(passage.url, status, {}, body)

    return act


def _lost_before(passage: Passage) -> Any:
    raise ConnectionClosedError(endpoint_url=passage.url)


def _lost_after(passage: Passage) -> Any:
    passage.send()
    raise ConnectionClosedError(endpoint_url=passage.url)


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
        with patch.dict(os.environ, _ACCESS):
            self.client: DynamoDBClient = dynamodb_client({"AWS_ENDPOINT_URL_DYNAMODB": endpoint})
        self.gate = Gate()
        self._session = URLLib3Session(socket_options=[(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)])
        self.client.meta.events.register("before-send.dynamodb.*", self._send)

    def close(self) -> None:
        self.client.close()
        self._session.close()

    def _send(self, request: Any, event_name: str, **_: object) -> Any:
        operation = event_name.rpartition(".")[2]
        return self.gate.enter(STATE, operation, request.url, lambda: self._session.send(request))


class DynamoBackend:
    """The tables on DynamoDB Local; a worker and one that overtakes it have a client each."""

    name = "dynamodb"
    modes = MODES

    def __init__(self, endpoint: str, tables: TableNames) -> None:
        self._tables = tables
        self._wires = (Wire(endpoint), Wire(endpoint))
        self._own: DynamoDBClient = client(endpoint)

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
