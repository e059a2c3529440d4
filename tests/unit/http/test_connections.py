"""Connections are kept, shared out and given up: never two requests on one, never one request twice."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from nightshift.errors import TryLaterError
from nightshift.http import Client, UnknownOutcomeError
from nightshift.http.address import parse_address
from nightshift.http.body import MAX_BODY, TooLargeError
from nightshift.http.connections import MOST_KEPT, Connections
from nightshift.http.failures import TRANSPORT_ERRORS
from nightshift.http.transport import opener
from support.host import TestHost, host_of
from support.scripted_server import Act, Close, ScriptedServer, answer, chunked, serving

pytestmark = pytest.mark.filterwarnings("error::pytest.PytestUnraisableExceptionWarning")

OK = answer(b'{"done": 1}')
LATE = b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\n\r\n"


def client_of(host: TestHost, server: ScriptedServer) -> Client:
    return host.http("Shop", server.url)


def used(server: ScriptedServer) -> list[int]:
    return [asked.connection for asked in server.asked]


def ask_together(client: Client, threads: int) -> None:
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda _: client.request("GET", "/x"), range(threads)))


def met(barrier: threading.Barrier) -> Act:
    """An answer, when so many have asked."""

    def act(connection: socket.socket) -> None:
        barrier.wait(10)
        OK(connection)

    return act


class After:
    """An answer and, when it was read, what nobody asked for."""

    def __init__(self, more: bytes = b"", *, close: bool = True) -> None:
        self._more = more
        self._close = close
        self._was_read = threading.Event()
        self._done = threading.Event()

    def __call__(self, connection: socket.socket) -> None:
        OK(connection)
        self._was_read.wait(10)
        connection.sendall(self._more)
        if self._close:
            connection.shutdown(socket.SHUT_RDWR)
        self._done.set()

    def come(self) -> None:
        self._was_read.set()
        assert self._done.wait(10)


def left_open(data: bytes, ended: threading.Event) -> Act:
    """These bytes, and then nothing, until the client closes the connection."""

    def act(connection: socket.socket) -> None:
        connection.sendall(data)
        while connection.recv(65536):
            pass
        ended.set()
        raise Close

    return act


# --- kept ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "act",
    [
        OK,
        chunked(b"{}"),
        answer(b"", 204),
        answer(b"{}", 404),
        answer(b"", 503),
        answer(b"{}", 200, "content-encoding: gzip"),
    ],
    ids=["a length", "chunks", "no content", "refused", "failed", "whole, but no gzip"],
)
def test_a_connection_is_kept_after_a_whole_answer(act: Act) -> None:
    with serving(OK, act, OK) as server, host_of({}) as host:
        client = client_of(host, server)
        client.request("GET", "/x")
        client.request("GET", "/x")
        client.request("GET", "/x")
        assert set(used(server)) == {1}


def test_the_connection_that_was_used_last_is_used_next() -> None:
    with serving(*[met(threading.Barrier(3))] * 3, OK) as server, host_of({}) as host:
        client = client_of(host, server)
        ask_together(client, 3)
        for _ in range(4):
            client.request("GET", "/x")
        assert len(set(used(server)[3:])) == 1


def test_no_more_are_kept_than_jobs_have_threads() -> None:
    crowd = 2 * MOST_KEPT
    with serving(met(threading.Barrier(crowd))) as server, host_of({}) as host:
        client = client_of(host, server)
        ask_together(client, crowd)
        assert server.connections == crowd
        ask_together(client, crowd)
        assert server.connections == crowd + (crowd - MOST_KEPT)


# --- found dead ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "close"),
    [(b"", True), (LATE, True), (LATE, False)],
    ids=["closed", "closed with a word", "a word"],
)
def test_one_that_the_service_gave_up_is_replaced_and_nothing_is_sent_by_it(more: bytes, close: bool) -> None:
    after = After(more, close=close)
    with serving(after, OK) as server, host_of({}, max_retries=0) as host:
        client = client_of(host, server)
        client.request("GET", "/first")
        after.come()
        assert client.request("POST", "/second", json={}).json() == {"done": 1}
        assert [(asked.target, asked.connection) for asked in server.asked] == [("/first", 1), ("/second", 2)]
        assert host.requests == {"Shop": 2}


def test_all_that_the_service_gave_up_are_passed_over() -> None:
    ends = [After() for _ in range(3)]
    barrier = threading.Barrier(3)

    def leave(end: After) -> Act:
        def act(connection: socket.socket) -> None:
            barrier.wait(10)
            end(connection)

        return act

    with serving(*map(leave, ends), OK) as server, host_of({}, max_retries=0) as host:
        client = client_of(host, server)
        ask_together(client, 3)
        for end in ends:
            end.come()
        client.request("POST", "/x", json={})
        client.request("POST", "/x", json={})
        assert used(server)[3:] == [4, 4]


# --- given up -----------------------------------------------------------------------------------------------

HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: "
HALVES = {
    "half a head": HEAD,
    "half a body": HEAD + b"100\r\n\r\n{",
    "half of what is read to its end": b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{",
    "half a chunk": b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nff\r\n{",
    "a broken chunk": b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
    "two lengths": HEAD + b"2\r\ncontent-length: 3\r\n\r\n{}",
    "two lengths in one": HEAD + b"2, 3\r\n\r\n{}",
    "no HTTP": b"nonsense\r\n\r\n",
    "too much": HEAD + b"%d\r\n\r\n{" % (MAX_BODY + 1),
    "too much, to its end": HEAD + b"%d\r\nconnection: close\r\n\r\n{" % (MAX_BODY + 1),
}


@pytest.mark.parametrize("data", HALVES.values(), ids=HALVES)
def test_a_connection_is_closed_after_anything_but_a_whole_answer(data: bytes) -> None:
    ended = threading.Event()
    with serving(left_open(data, ended), OK) as server:
        connections = Connections(parse_address(server.url, "SHOP_URL"), time.monotonic, 5.0, 0.1)
        with pytest.raises((*TRANSPORT_ERRORS, TooLargeError)) as raised:
            connections.exchange("GET", "/x", None, {}, 60.0)
        assert ended.wait(10), "the service still holds the connection"
        assert raised.tb is not None, "and the connection was not merely forgotten"
        assert connections.exchange("GET", "/x", None, {}, 60.0).status == 200
        connections.close()
        assert used(server) == [1, 2]


def test_a_service_that_reads_no_further_is_given_up() -> None:
    event = threading.Event()

    def stall(connection: socket.socket) -> None:
        OK(connection)
        event.wait(20)
        raise Close

    with serving(stall) as server, host_of({}, max_retries=0) as host:
        host.time_limits = {"connect_timeout": 0.2}
        client = client_of(host, server)
        client.request("GET", "/x")
        began = time.monotonic()
        with pytest.raises(UnknownOutcomeError, match="gave no whole answer in time"):
            client.request("POST", "/x", body=b" " * 30_000_000)
        assert time.monotonic() - began < 10
        event.set()


def test_time_that_was_used_up_by_sending_leaves_none_to_wait_for_the_answer() -> None:
    seconds = iter(range(100))
    with serving(OK) as server, host_of({}, max_retries=0) as host:
        host.clock.monotonic = lambda: float(next(seconds))
        host.seconds_left = 0.5
        with pytest.raises(UnknownOutcomeError, match="gave no whole answer in time"):
            client_of(host, server).request("POST", "/x", json={})


def test_an_answer_to_half_a_request_is_read() -> None:
    """What refuses 30 MB by their head answers, and closes the connection in the middle of them."""
    with socket.create_server(("127.0.0.1", 0)) as listener, host_of({}, max_retries=0) as host:

        def refuse() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(100)
                connection.sendall(b"HTTP/1.1 413 X\r\ncontent-length: 2\r\n\r\n{}")

        thread = threading.Thread(target=refuse)
        thread.start()
        client = host.http("Shop", f"http://127.0.0.1:{listener.getsockname()[1]}")
        assert client.request("POST", "/x", body=b" " * 30_000_000).status == 413
        thread.join()


# --- threads ------------------------------------------------------------------------------------------------


class Echo(BaseHTTPRequestHandler):
    """Answers what was asked for, after a moment in which others ask."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def do_GET(self) -> None:
        time.sleep(0.001)
        body = self.path[1:].encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


class EchoServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 32


@contextmanager
def echoing() -> Iterator[str]:
    with EchoServer(("127.0.0.1", 0), Echo) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize("threads", [MOST_KEPT, 3 * MOST_KEPT])
def test_every_thread_gets_the_answer_to_its_own_request(threads: int) -> None:
    with echoing() as url, host_of({}, max_retries=0) as host:
        client = host.http("Shop", url)
        with ThreadPoolExecutor(threads) as pool:
            bodies = list(pool.map(lambda n: client.request("GET", f"/{n}").body, range(400)))
        assert bodies == [b"%d" % n for n in range(400)]


# --- closed -------------------------------------------------------------------------------------------------


def test_a_closed_client_keeps_nothing_open_and_sends_nothing() -> None:
    ended = threading.Event()
    asked, go_on = threading.Event(), threading.Event()

    def wait(connection: socket.socket) -> None:
        asked.set()
        go_on.wait(10)
        left_open(HEAD + b"2\r\n\r\n{}", ended)(connection)

    with serving(wait) as server, host_of({}, max_retries=0) as host:
        client = client_of(host, server)
        with ThreadPoolExecutor(1) as pool:
            answered = pool.submit(client.request, "GET", "/x")
            assert asked.wait(10)
            client.close()
            go_on.set()
            assert answered.result().body == b"{}"
        assert ended.wait(10), "one that was in use when the client was closed is still open"
        with pytest.raises(TryLaterError):
            client.request("GET", "/x")
        assert len(server.asked) == 1


def test_closing_closes_what_is_idle() -> None:
    ended = threading.Event()
    with serving(left_open(HEAD + b"2\r\n\r\n{}", ended)) as server, host_of({}) as host:
        client = client_of(host, server)
        client.request("GET", "/x")
        assert not ended.is_set()
        client.close()
        assert ended.wait(10)


def test_connections_that_nobody_has_any_more_close() -> None:
    ended = threading.Event()
    with serving(left_open(HEAD + b"2\r\n\r\n{}", ended)) as server:
        connections = Connections(parse_address(server.url, "SHOP_URL"), time.monotonic, 5.0, 5.0)
        connections.exchange("GET", "/x", None, {}, 5.0)
        assert not ended.is_set()
        del connections
        assert ended.wait(10)


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("http://shop.example", "shop.example", 80),
        ("https://shop.example", "shop.example", 443),
        ("https://shop.example:8443", "shop.example", 8443),
        ("http://[::1]", "::1", 80),
        ("https://[::1]:9", "::1", 9),
    ],
)
def test_a_connection_leads_where_the_address_says(url: str, host: str, port: int) -> None:
    connection = opener(parse_address(url, "SHOP_URL"), time.monotonic)()
    assert (connection.host, connection.port, connection.is_closed) == (host, port, True)
