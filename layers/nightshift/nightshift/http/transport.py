"""Connections whose answers have a time limit as a whole, not only between two bytes."""

from __future__ import annotations

import io
import socket
from collections.abc import Callable
from functools import partial
from http.client import HTTPResponse, IncompleteRead
from typing import Any

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.response import HTTPResponse as PooledResponse

from nightshift.http.address import Address

Monotonic = Callable[[], float]

_CONNECTIONS = 4
"""Kept open per service: no job uses more threads."""


def open_pool(address: Address, monotonic: Monotonic) -> HTTPConnectionPool:
    """Kept-alive connections to a host. Certificates are checked."""
    if address.scheme == "http":
        return _TimedPool(address.host, address.port, maxsize=_CONNECTIONS, monotonic=monotonic)
    return _TimedHTTPSPool(
        address.host, address.port, maxsize=_CONNECTIONS, cert_reqs="CERT_REQUIRED", monotonic=monotonic
    )


class _TimedFile(io.RawIOBase):
    """A socket's bytes until an instant; a server that drips them cannot hold the run."""

    def __init__(self, file: io.RawIOBase, sock: socket.socket, ends: float, monotonic: Monotonic) -> None:
        self._file = file
        self._sock = sock
        self._ends = ends
        self._monotonic = monotonic
        self.has_ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._ends - self._monotonic()
        if left <= 0:
            raise TimeoutError("the answer took too long as a whole")
        self._sock.settimeout(left)
        size = self._file.readinto(buffer)
        self.has_ended = size == 0
        return size

    def close(self) -> None:
        try:
            self._file.close()
        finally:
            super().close()


class _TimedResponse(HTTPResponse):
    def __init__(
        self, sock: socket.socket, *args: Any, ends: float, monotonic: Monotonic, **kwargs: Any
    ) -> None:
        super().__init__(sock, *args, **kwargs)
        raw = self.fp.detach()
        self._timed = _TimedFile(raw, sock, ends, monotonic)
        self.fp = io.BufferedReader(self._timed)

    def begin(self) -> None:
        """Read the head. The standard library takes one that ends early for a whole one without a body."""
        super().begin()
        if self._timed.has_ended:
            raise IncompleteRead(b"")


class _Timed(HTTPConnection):
    """Reads the timeout that urllib3 sets for an answer as the limit of the whole answer."""

    def __init__(self, *args: Any, monotonic: Monotonic, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._monotonic = monotonic

    def getresponse(self) -> PooledResponse:  # type: ignore[override]
        limit = self.timeout if isinstance(self.timeout, int | float) else float("inf")
        self.response_class = partial(  # type: ignore[assignment]
            _TimedResponse, ends=self._monotonic() + limit, monotonic=self._monotonic
        )
        return super().getresponse()


class _TimedTLS(_Timed, HTTPSConnection):
    pass


class _TimedPool(HTTPConnectionPool):
    ConnectionCls = _Timed


class _TimedHTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _TimedTLS
