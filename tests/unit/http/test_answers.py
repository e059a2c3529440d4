"""What comes back: whole bodies, JSON as far as it goes, and texts that say what else it was."""

from __future__ import annotations

import gzip
import math
import threading
import tracemalloc
import zlib
from concurrent.futures import ThreadPoolExecutor

import pytest

from nightshift.errors import ConfigurationError, TryLaterError, UpstreamError
from nightshift.http import Client, Response, UnknownOutcomeError
from nightshift.http.body import MAX_BODY
from support.host import TestHost, host_of
from support.scripted_server import Act, answer, chunked, drip, hang, raw, serving

BIG = b'"' + b"x" * 300_000 + b'"'


def get(act: Act, **options: object) -> Response:
    with serving(act) as server, host_of({}, max_retries=0) as host:
        return host.http("Shop", server.url, **options).request("GET", "/x")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "act",
    [
        answer(BIG),
        chunked(BIG),
        raw(b"HTTP/1.0 200 OK\r\n\r\n" + BIG),
        answer(gzip.compress(BIG), 200, "Content-Encoding: gzip"),
        answer(gzip.compress(BIG[:9]) + gzip.compress(BIG[9:]), 200, "Content-Encoding: GZIP"),
        chunked(gzip.compress(BIG), headers="content-encoding: x-gzip\r\n"),
        answer(BIG, 200, "Content-Encoding: identity"),
    ],
)
def test_a_body_is_read_whole_however_it_is_framed(act: Act) -> None:
    assert get(act).body == BIG


SPACES = b" " * (MAX_BODY + 1)


@pytest.mark.parametrize(
    "act",
    [
        answer(b"{}", length=MAX_BODY + 1),
        chunked(SPACES),
        answer(gzip.compress(SPACES), 200, "content-encoding: gzip"),
        answer(gzip.compress(SPACES[: MAX_BODY // 2 + 1]) * 2, 200, "content-encoding: gzip"),
    ],
    ids=["announced", "chunked", "packed", "packed in two"],
)
def test_a_body_without_end_is_not_read_to_it(act: Act) -> None:
    with pytest.raises(UpstreamError, match="with more than 32 MiB"):
        get(act)


def test_a_body_without_end_does_not_hide_that_something_may_have_been_done() -> None:
    with serving(answer(b"{}", length=MAX_BODY + 1)) as server, host_of({}) as host:
        with pytest.raises(UnknownOutcomeError, match="answered with more than 32 MiB"):
            host.http("Shop", server.url).request("POST", "/x")
        assert len(server.asked) == 1


def test_a_gzip_bomb_is_not_unpacked_to_see_how_large_it_is() -> None:
    packer = zlib.compressobj(wbits=31)
    bomb = b"".join(packer.compress(SPACES) for _ in range(6)) + packer.flush()
    with serving(answer(bomb, 200, "content-encoding: gzip")) as server, host_of({}) as host:
        client = host.http("Shop", server.url)
        tracemalloc.start()
        with pytest.raises(UpstreamError):
            client.request("GET", "/x")
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 2.5 * MAX_BODY


@pytest.mark.parametrize(
    ("packed", "length"),
    [(gzip.compress(SPACES[:-1]), MAX_BODY), (SPACES[:-1], MAX_BODY)],
    ids=["gzip", "plain"],
)
def test_a_body_of_just_the_limit_is_read(packed: bytes, length: int) -> None:
    encoding = "gzip" if packed[:2] == b"\x1f\x8b" else "identity"
    assert len(get(answer(packed, 200, f"content-encoding: {encoding}")).body) == length


def test_requests_go_through_one_connection_and_carry_what_was_given() -> None:
    with serving() as server, host_of({}) as host:
        client = host.http("Shop", f"{server.url}/api/")
        client.request("GET", "/a b", query=[("x[]", "1 2"), ("x[]", "ä&b")], headers={"x-own": "1"})
        client.request("POST", "/p", json={"ä": [1.5, None]})
        client.request("POST", "/p", body=b"[1]")
    first, second, third = server.asked
    assert first.target == "/api/a%20b?x%5B%5D=1+2&x%5B%5D=%C3%A4%26b"
    assert (first.headers["x-own"], first.headers["accept-encoding"], first.body) == ("1", "gzip", b"")
    assert second.body == '{"ä":[1.5,null]}'.encode()
    assert second.headers["content-type"] == third.headers["content-type"] == "application/json"
    assert third.body == b"[1]"
    assert {asked.connection for asked in server.asked} == {1}


# --- time limits of a try -----------------------------------------------------------------------------------


class RunningClock:
    """A second goes by whenever somebody looks."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        self.seconds += 1
        return self.seconds


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n" + b"x" * 500,
        b"HTTP/1.1 200 OK\r\nx-slow: " + b"x" * 500,
    ],
    ids=["body", "head"],
)
def test_an_answer_that_drips_is_given_up_as_a_whole(data: bytes) -> None:
    event = threading.Event()
    with serving(drip(data, event)) as server, host_of({}, max_retries=0) as host:
        host.clock.monotonic = RunningClock()
        with pytest.raises(TryLaterError, match="gave no whole answer in time"):
            host.http("Shop", server.url).request("GET", "/x")
        event.set()
        assert host.clock.monotonic.seconds < 50


@pytest.mark.parametrize("act", [hang, lambda event: drip(b"HTTP/1.1 200 OK\r\n" + b"x" * 5000, event)])
@pytest.mark.parametrize("bound", ["service", "run"])
def test_a_silent_service_is_given_up(act: object, bound: str) -> None:
    event = threading.Event()
    with serving(act(event)) as server, host_of({}, max_retries=0) as host:  # type: ignore[operator]
        if bound == "service":
            host.time_limits = {"answer_timeout": 0.05}
        else:
            host.seconds_left = 0.05
        with pytest.raises(TryLaterError, match="gave no whole answer in time"):
            host.http("Shop", server.url).request("GET", "/x")
        event.set()


# --- JSON and texts -----------------------------------------------------------------------------------------


def response(body: bytes, status: int = 200, kind: str = "application/json") -> Response:
    return Response("Shop", "GET", "http://shop.example/x", status, {"content-type": kind}, body)


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"a": [1, 2.50, null, "\xc3\xa4"]}', {"a": [1, 2.5, None, "ä"]}),
        (b'"\\ud800"', "\ud800"),
        (b"[Infinity, -Infinity]", [math.inf, -math.inf]),
        (b"[" * 500 + b"]" * 500, None),
    ],
)
def test_json_is_read_as_far_as_any_parser_goes(body: bytes, value: object) -> None:
    read = response(body).json()
    assert value is None or read == value


@pytest.mark.parametrize(
    ("body", "kind", "text"),
    [
        (
            b"<html>\n <b>Down</b></html>",
            "text/html",
            "200 text/html instead of JSON: 26 bytes",
        ),
        (b"", "application/json", "200 application/json instead of JSON: an empty body"),
        (b'{"a": ', "application/json", "instead of JSON: 6 bytes"),
        (b"\xff\xfe\x00", "", "200 without a content type instead of JSON: 3 bytes"),
        (b"[" * 100_000, "application/json", "instead of JSON: 100,000 bytes"),
    ],
)
def test_what_is_not_json_is_told_and_not_quoted(body: bytes, kind: str, text: str) -> None:
    with pytest.raises(UpstreamError) as raised:
        response(body, kind=kind).json()
    assert str(raised.value).startswith("Shop answered GET http://shop.example/x with ")
    assert text in str(raised.value)
    assert len(str(raised.value)) < 250
    assert str(raised.value).isprintable()


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b'{"type": "x", "message": "No such thing"}', "No such thing"),
        (b'{"message": ["a"]}', "no reason given: 400 application/json: 18 bytes"),
        (b"<html>", "no reason given: 400 application/json: 6 bytes"),
    ],
)
def test_a_refusal_says_why(body: bytes, text: str) -> None:
    assert response(body, 400).message() == text
    assert str(response(body, 400).refusal()).endswith(f"with 400: {text}")


# --- what is never done or said -----------------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_told_and_not_followed(status: int) -> None:
    place = "Location: https://user:hunter2@other.example/y?token=hunter2&page=2"
    with serving(answer(b"", status, place)) as server, host_of({}) as host:
        with pytest.raises(UpstreamError) as raised:
            host.http("Shop", server.url, variable="SHOP_URL").request("POST", "/x", json={})
        assert f"{status}, a redirect to https://other.example/y?token=…&page=2;" in str(raised.value)
        assert "set SHOP_URL to where Shop itself answers" in str(raised.value)
        assert "hunter2" not in str(raised.value)
        assert len(server.asked) == 1


def test_no_text_shows_a_secret_of_the_url_or_one_that_came_back() -> None:
    echo = b'{"message": "you sent Bearer abcdefghi, sk_live123, hunter2 and eyJhbGci.eyJh.xyz"}'
    with serving(answer(echo, 400)) as server, host_of({}) as host:
        client = host.http("Shop", server.url)
        client.redactor.hide("hunter2", "no")
        refused = client.request("GET", "/x", query=[("api_token", "hunter3"), ("page", "2")])
        text = str(refused.refusal())
        assert "you sent …, …, … and …" in text
        assert "api_token=…&page=2" in text
        assert "hunter" not in text


def test_a_long_url_is_cut_in_texts() -> None:
    with serving(answer(status=500)) as server, host_of({}, max_retries=0) as host:
        with pytest.raises(TryLaterError) as raised:
            host.http("Shop", server.url).request("GET", "/x", query=[("id[]", str(n)) for n in range(500)])
        assert len(str(raised.value)) < 300


@pytest.mark.parametrize(
    "url",
    [
        "",
        "shop",
        "shop.example",
        "ftp://shop.example",
        "http://",
        "//shop.example",
        "http://[::1",
        "http://a b",
    ],
)
def test_an_address_that_is_none_is_a_wrong_configuration(url: str) -> None:
    with pytest.raises(ConfigurationError, match="SHOP_URL"):
        TestHost({}).http("Shop", url, variable="SHOP_URL")


@pytest.mark.parametrize(
    "url", ["http://a:hunter2@shop.example", "https://hunter2@shop.example", "http://shop.example/?k=hunter2"]
)
def test_a_secret_in_an_address_is_refused_and_not_quoted(url: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        TestHost({}).http("Shop", url, variable="SHOP_URL")
    assert "SHOP_URL" in str(raised.value)
    assert "hunter2" not in str(raised.value)


def test_threads_share_a_client_and_every_request_is_counted() -> None:
    with serving() as server, host_of({}) as host:
        client: Client = host.http("Shop", server.url)
        with ThreadPoolExecutor(4) as threads:
            list(threads.map(lambda _: client.request("GET", "/x"), range(200)))
        assert host.requests == {"Shop": 200}
        assert server.connections <= 4
