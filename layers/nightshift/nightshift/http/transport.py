"""Connections whose answers have a time limit as a whole, not only between two bytes."""

from __future__ import annotations

import io
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache, partial
from http.client import HTTPConnection as PlainConnection
from http.client import HTTPResponse, IncompleteRead
from ssl import CERT_REQUIRED, SSLContext
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util import create_urllib3_context

from nightshift.http.address import Address

Monotonic = Callable[[], float]


def opener(address: Address, monotonic: Monotonic) -> Callable[[], Connection]:
    """What gives connections to one service, not yet open. Certificates are checked, by authorities that are
    read once, for the first of the connections."""
    host = address.host.strip("[]")
    if address.scheme == "http":
        return partial(Connection, host, address.port or HTTPConnection.default_port, monotonic=monotonic)
    port = address.port or HTTPSConnection.default_port
    context = cache(_new_context)
    return lambda: _TLSConnection(
        host, port, ssl_context=context(), cert_reqs="CERT_REQUIRED", monotonic=monotonic
    )


def _new_context() -> SSLContext:
    """What urllib3 makes for every connection anew: to read the authorities takes it 30 ms each time."""
    context = create_urllib3_context(cert_reqs=CERT_REQUIRED)
    context.load_default_certs()
    context.set_alpn_protocols(["http/1.1"])
    # urllib3 sets it again for each connection: OpenSSL would free it while another thread copies it.
    context.set_alpn_protocols = lambda alpn_protocols: None  # type: ignore[method-assign]
    return context


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


class Connection(HTTPConnection):
    """A connection to a host, opened when it is first used. Limits are in seconds.

    Of urllib3 it is how connections are made and checked. Requests and answers pass its layer by and are
    those of the standard library: what urllib3 notes down about them is for its own pool.
    """

    def __init__(self, *args: Any, monotonic: Monotonic, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._monotonic = monotonic

    def ask(
        self, method: str, target: str, body: bytes | None, headers: Mapping[str, str], limit: float
    ) -> None:
        """Send a request; to connect, to send its head and to send its body may each take `limit`. A service
        that refuses it before it has read all of it may have answered: that is no error here."""
        self.timeout = limit
        if self.is_closed:
            self.connect()
        self.sock.settimeout(limit)
        with suppress(BrokenPipeError, ConnectionResetError):
            PlainConnection.request(self, method, target, body, headers)

    def answer(self, limit: float) -> HTTPResponse:
        """The answer, with its head read; head and body together may take `limit`."""
        self.response_class = partial(  # type: ignore[assignment]
            _TimedResponse, ends=self._monotonic() + limit, monotonic=self._monotonic
        )
        return PlainConnection.getresponse(self)

    def __del__(self) -> None:
        """Nobody hears an answer that is still to come."""
        self.close()


class _TLSConnection(Connection, HTTPSConnection):
    pass
