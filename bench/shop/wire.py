"""HTTP as fast as one asyncio process can serve it: kept-alive connections, no framework, a latency knob."""

from __future__ import annotations

import asyncio
import re
import signal
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
_AUTHORIZED = re.compile(rb"(?i)\r\nauthorization: *\S")


@dataclass(frozen=True, slots=True)
class Request:
    """A request with its target still encoded."""

    method: bytes
    path: bytes
    query: bytes
    body: bytes
    is_authorized: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer; its body is JSON."""

    body: bytes
    status: bytes = b"200 OK"

    def encoded(self) -> bytes:
        head = b"HTTP/1.1 %b\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
        return head % (self.status, len(self.body)) + self.body


Handle: TypeAlias = Callable[[Request], Answer]


@dataclass(slots=True)
class Latency:
    """Seconds that each answer waits, but for those to the benchmark itself."""

    seconds: float = 0.0


class _Connection(asyncio.Protocol):
    """One client. Requests on one connection come one after the other, as HTTP/1.1 clients send them."""

    def __init__(self, handle: Handle, latency: Latency) -> None:
        self._handle = handle
        self._latency = latency
        self._buffer = bytearray()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (request := self._take()) is not None:
            self._answer(request)

    def _take(self) -> Request | None:
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return None
        head = bytes(self._buffer[:end])
        length = _LENGTH.search(head)
        whole = end + 4 + (int(length[1]) if length else 0)
        if len(self._buffer) < whole:
            return None
        body = bytes(self._buffer[end + 4 : whole])
        del self._buffer[:whole]
        method, target, _ = head.split(b" ", 2)
        path, _, query = target.partition(b"?")
        return Request(method, path, query, body, _AUTHORIZED.search(head) is not None)

    def _answer(self, request: Request) -> None:
        assert self._transport is not None
        answer = self._handle(request).encoded()
        if self._latency.seconds and not request.path.startswith(b"/_bench"):
            asyncio.get_running_loop().call_later(self._latency.seconds, self._transport.write, answer)
        else:
            self._transport.write(answer)


def serve(handle: Handle, latency: Latency) -> None:
    """Serve on a free port of loopback until terminated; the first line printed is the base URL."""
    asyncio.run(_serve(handle, latency))


async def _serve(handle: Handle, latency: Latency) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(handle, latency), "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    await stopped.wait()
    server.close()
