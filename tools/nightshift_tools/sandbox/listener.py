"""The socket side: one thread per connection, kept alive, closed with the server."""

import contextlib
import socket
import socketserver
import threading
from collections.abc import Callable
from typing import Any

from nightshift_tools.sandbox import wire
from nightshift_tools.sandbox.errors import PortError
from nightshift_tools.sandbox.message import Request, Response, json_response

HOST = "127.0.0.1"
_STOP_SECONDS = 2.0

Answer = Callable[[Request], Response]


class Listener(socketserver.ThreadingTCPServer):
    """Answers on loopback until it is stopped; port 0 takes any free one."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, answer: Answer) -> None:
        self.answer = answer
        self.stopped = threading.Event()
        self._connections: set[socket.socket] = set()
        self._changed = threading.Condition()
        try:
            super().__init__((HOST, port), _Connection)
        except (OSError, OverflowError) as error:
            raise PortError(f"port {port} on {HOST} cannot be had: {error}; name another") from error

    @property
    def port(self) -> int:
        """The port in use."""
        return self.server_address[1]

    def process_request(self, request: Any, client_address: Any) -> None:
        """Note the connection, so that it can be closed with the server."""
        with self._changed:
            self._connections.add(request)
        super().process_request(request, client_address)

    def close_request(self, request: Any) -> None:
        """Close a connection and forget it."""
        super().close_request(request)
        with self._changed:
            self._connections.discard(request)
            self._changed.notify_all()

    def stop(self) -> None:
        """End waiting answers, and close every connection and the port."""
        self.stopped.set()
        self.shutdown()
        self.server_close()
        with self._changed:
            for connection in self._connections:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
            self._changed.wait_for(lambda: not self._connections, _STOP_SECONDS)


class _Connection(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True
    rbufsize = 1 << 16
    server: Listener

    def handle(self) -> None:
        # A client that goes away, and a server that is stopped, end the connection and nothing else.
        with contextlib.suppress(OSError):
            while self._exchange():
                pass

    def _exchange(self) -> bool:
        stopped = self.server.stopped
        try:
            request = wire.read_request(self.rfile, self.request)
        except wire.BadRequest as error:
            refusal = json_response(error.status, {"message": "the request cannot be read"})
            return wire.send(self.request, refusal, keep=False, stopped=stopped)
        if request is None:
            return False
        keep = request.headers.get("connection", "").lower() != "close"
        return wire.send(self.request, self.server.answer(request), keep=keep, stopped=stopped)
