"""A server on loopback that does, request by request, exactly what a test wrote down."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True)
class Asked:
    """One request as it came, and the number of the connection it came by."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    connection: int


Act: TypeAlias = Callable[[socket.socket], None]
"""What to do with a request: write to the connection. It is closed after an act that raises."""


class Close(Exception):  # noqa: N818 - an instruction, not an accident
    """End the connection now."""


def answer(body: bytes = b"{}", status: int = 200, *headers: str, length: int | None = None) -> Act:
    """A plain answer; `length` announces another length than the body's."""
    announced = len(body) if length is None else length
    lines = [
        f"HTTP/1.1 {status} X",
        "content-type: application/json",
        f"content-length: {announced}",
        *headers,
    ]
    head = "\r\n".join([*lines, "", ""]).encode()

    def act(connection: socket.socket) -> None:
        connection.sendall(head + body)
        if length is not None and length > len(body):
            raise Close

    return act


def raw(data: bytes, *, close: bool = True) -> Act:
    """These bytes, and the end of the connection."""

    def act(connection: socket.socket) -> None:
        connection.sendall(data)
        if close:
            raise Close

    return act


def chunked(body: bytes, *, whole: bool = True, headers: str = "") -> Act:
    """A chunked answer, perhaps without its end."""
    head = f"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n{headers}\r\n".encode()
    chunks = b"".join(
        b"%x\r\n%b\r\n" % (len(part), part)
        for part in (body[i : i + 65536] for i in range(0, len(body), 65536))
    )
    return raw(head + chunks + (b"0\r\n\r\n" if whole else b""), close=not whole)


def drip(data: bytes, event: threading.Event) -> Act:
    """One byte after the other, until the event is set or the client is gone."""

    def act(connection: socket.socket) -> None:
        for byte in data:
            if event.wait(0.001):
                break
            connection.sendall(bytes([byte]))
        raise Close

    return act


def hang(event: threading.Event) -> Act:
    """No answer until the event is set."""

    def act(_: socket.socket) -> None:
        event.wait(10)
        raise Close

    return act


def drop(_: socket.socket) -> None:
    """The request is taken, and the connection ends."""
    raise Close


@dataclass
class ScriptedServer:
    """Does the acts of the script in order, the last one for ever."""

    script: list[Act]
    asked: list[Asked] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)
    connections: int = 0

    def start(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def stop(self) -> None:
        self.released.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                threading.Thread(target=self._serve, args=(connection, self.connections), daemon=True).start()

    def _serve(self, connection: socket.socket, number: int) -> None:
        with connection, connection.makefile("rb") as file, suppress(OSError, Close):
            while line := file.readline():
                method, target, _ = line.decode().split()
                headers = {}
                while header := file.readline().decode().strip():
                    name, _, value = header.partition(":")
                    headers[name.lower()] = value.strip()
                body = file.read(int(headers.get("content-length", 0)))
                with self._lock:
                    self.asked.append(Asked(method, target, headers, body, number))
                    act = self.script.pop(0) if len(self.script) > 1 else self.script[0]
                act(connection)


@contextmanager
def serving(*script: Act) -> Iterator[ScriptedServer]:
    """A server with this script, for the time of a `with`."""
    server = ScriptedServer(list(script) or [answer()])
    server.start()
    try:
        yield server
    finally:
        server.stop()
