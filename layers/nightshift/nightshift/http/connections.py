"""Requests over kept-alive connections, one at a time on each."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import NamedTuple

from urllib3 import HTTPHeaderDict
from urllib3.exceptions import ProtocolError

from nightshift.http.address import Address
from nightshift.http.body import read_whole
from nightshift.http.transport import Connection, Monotonic, opener

MOST_KEPT = 4
"""Connections kept open per service: no job uses more threads."""


class Answer(NamedTuple):
    """An answer whose head and body arrived whole; `body` is packed as the headers say."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Asked(NamedTuple):
    """A request that was sent, and where its answer comes."""

    connection: Connection
    ends: float


class Connections:
    """The connections to one service. Any thread may use them; no two have the same one at a time.

    A connection is kept after a whole answer and closed after anything else. One that the service has closed
    meanwhile, or on which it said something unasked, is not used again. They close with this object. Time
    limits are in seconds.
    """

    def __init__(
        self, address: Address, monotonic: Monotonic, connect_timeout: float, answer_timeout: float
    ) -> None:
        self._lock = threading.Lock()
        self._idle: list[Connection] = []
        self._is_closed = False
        self.monotonic = monotonic
        self._open = opener(address, monotonic)
        self._connect_timeout = connect_timeout
        self._answer_timeout = answer_timeout

    def exchange(
        self, method: str, target: str, body: bytes | None, headers: Mapping[str, str], left: float
    ) -> Answer:
        """`ask` and `hear`."""
        return self.hear(self.ask(method, target, body, headers, left))

    def ask(
        self, method: str, target: str, body: bytes | None, headers: Mapping[str, str], left: float
    ) -> Asked:
        """Send one request, once; its answer must be heard, and may take what is left of `left` seconds.

        `target` is encoded. Raises what `failures.TRANSPORT_ERRORS` lists.
        """
        ends = self.monotonic() + left
        connection = self._take()
        try:
            connection.ask(method, target, body, headers, min(self._connect_timeout, left))
        except BaseException:
            connection.close()
            raise
        return Asked(connection, ends)

    def hear(self, asked: Asked) -> Answer:
        """The whole answer to a request; raises as `ask`, and TooLargeError."""
        try:
            answer = self._read(asked.connection, asked.ends)
        except BaseException:
            asked.connection.close()
            raise
        self._keep(asked.connection)
        return answer

    def close(self) -> None:
        """Close the connections that are not in use, and from now on those that come out of use."""
        with self._lock:
            self._is_closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def __del__(self) -> None:
        self.close()

    def _read(self, connection: Connection, ends: float) -> Answer:
        limit = min(self._answer_timeout, ends - self.monotonic())
        with connection.answer(limit) as response:
            headers = HTTPHeaderDict(response.headers.items())
            return Answer(response.status, headers, read_whole(response, headers))

    def _take(self) -> Connection:
        while True:
            with self._lock:
                if self._is_closed:
                    raise ProtocolError("the client is closed")
                if not self._idle:
                    return self._open()
                connection = self._idle.pop()
            if connection.is_connected:
                return connection
            connection.close()

    def _keep(self, connection: Connection) -> None:
        with self._lock:
            if not self._is_closed and not connection.is_closed and len(self._idle) < MOST_KEPT:
                self._idle.append(connection)
                return
        connection.close()
