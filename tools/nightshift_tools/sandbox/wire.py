"""HTTP/1.1 on a socket: reading requests with Node's limits, and sending answers at any pace.

Written by hand, because a test double must be able to break the protocol where a server must not.
"""

import socket
from http import HTTPStatus
from io import BufferedIOBase
from threading import Event

from nightshift_tools.sandbox.message import SANDBOX_HEADER, Request, Response

# Node's limit for a request's first line and headers together; a longer one is 431.
MAX_HEAD_BYTES = 16 * 1024
# Beyond this a body is not even read.
MAX_BODY_BYTES = 64 * 1024 * 1024
_MAX_DRAIN = 1024 * 1024
_DRIPS_PER_SECOND = 20


class BadRequest(Exception):  # noqa: N818 - an answer, not an accident
    """A request that cannot be read; the connection ends with this status."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def read_request(stream: BufferedIOBase, connection: socket.socket) -> Request | None:
    """The next request, or None where the client has closed the connection; raises BadRequest."""
    lines = _head(stream)
    if not lines:
        return None
    try:
        method, target, _ = lines[0].split(" ")
        headers = {name.lower(): value.strip() for name, value in (line.split(":", 1) for line in lines[1:])}
    except ValueError:
        raise BadRequest(400) from None
    if headers.get("expect", "").lower() == "100-continue":
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    path, _, query = target.partition("?")
    return Request(method, path, query, headers, _body(stream, headers))


def send(connection: socket.socket, response: Response, *, keep: bool, stopped: Event) -> bool:
    """Send an answer at its pace; False where the connection has to end after it."""
    pace = response.pace
    if pace.wait and stopped.wait(pace.wait):
        return False
    if pace.dropped:
        return False
    keep = keep and not response.close
    head = _answer_head(response, keep=keep)
    body = response.body[: len(response.body) // 2] if pace.cut else response.body
    if pace.bytes_per_second is None:
        connection.sendall(head + body)
        return keep
    connection.sendall(head)
    step = max(1, pace.bytes_per_second // _DRIPS_PER_SECOND)
    for start in range(0, len(body), step):
        connection.sendall(body[start : start + step])
        if stopped.wait(step / pace.bytes_per_second):
            return False
    return keep


def _head(stream: BufferedIOBase) -> list[str]:
    lines: list[str] = []
    size = 0
    while line := stream.readline(MAX_HEAD_BYTES + 1):
        size += len(line)
        if size > MAX_HEAD_BYTES:
            _drain_head(stream, line)
            raise BadRequest(431)
        if line in (b"\r\n", b"\n"):
            if lines:
                return lines
            continue
        lines.append(line.decode("latin-1").rstrip("\r\n"))
    return []


def _drain_head(stream: BufferedIOBase, line: bytes) -> None:
    """Read the rest, so that the client finishes sending and gets to read the answer."""
    drained = 0
    while line and line not in (b"\r\n", b"\n") and drained < _MAX_DRAIN:
        line = stream.readline(MAX_HEAD_BYTES)
        drained += len(line)


def _body(stream: BufferedIOBase, headers: dict[str, str]) -> bytes:
    if headers.get("transfer-encoding", "").lower() == "chunked":
        return _chunked_body(stream)
    length = headers.get("content-length", "0")
    if not length.isdecimal():
        raise BadRequest(400)
    if int(length) > MAX_BODY_BYTES:
        raise BadRequest(413)
    return _exactly(stream, int(length))


def _exactly(stream: BufferedIOBase, size: int) -> bytes:
    """That many bytes; a client that dies in the middle of a request has asked for nothing."""
    read = stream.read(size)
    if len(read) < size:
        raise ConnectionResetError
    return read


def _chunked_body(stream: BufferedIOBase) -> bytes:
    chunks: list[bytes] = []
    try:
        while size := int(stream.readline(1024).split(b";")[0], 16):
            chunks.append(_exactly(stream, size))
            stream.readline(1024)
            if sum(map(len, chunks)) > MAX_BODY_BYTES:
                raise BadRequest(413)
    except ValueError:
        raise BadRequest(400) from None
    while stream.readline(1024) not in (b"\r\n", b"\n", b""):
        pass
    return b"".join(chunks)


def _answer_head(response: Response, *, keep: bool) -> bytes:
    try:
        phrase = HTTPStatus(response.status).phrase
    except ValueError:
        phrase = "Unknown"
    headers = [
        ("Content-Type", response.content_type),
        ("Content-Length", str(len(response.body))),
        ("Connection", "keep-alive" if keep else "close"),
        SANDBOX_HEADER,
        *response.headers,
    ]
    lines = [f"HTTP/1.1 {response.status} {phrase}", *(f"{name}: {value}" for name, value in headers)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")
