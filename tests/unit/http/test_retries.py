"""What is sent again, after how long, and what is not."""

from __future__ import annotations

import math
import random

import pytest

from nightshift.errors import DeadlineError, TryLaterError
from nightshift.http import Client, UnknownOutcomeError
from nightshift.http.retry import LONGEST_WAIT, Retries
from support.host import NoWaitClock, TestHost, host_of
from support.scripted_server import Act, ScriptedServer, answer, chunked, drop, raw, serving

OK = answer(b'{"done": 1}')


def client_of(host: TestHost, server: ScriptedServer, **options: object) -> Client:
    return host.http("Shop", server.url, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504, 599])
def test_a_passing_failure_is_tried_again(status: int) -> None:
    with serving(answer(status=status), OK) as server, host_of({}) as host:
        assert client_of(host, server).request("GET", "/x").json() == {"done": 1}
        assert [asked.target for asked in server.asked] == ["/x", "/x"]
        assert len(host.clock.slept) == 1
        assert host.requests == {"Shop": 2}


@pytest.mark.parametrize("status", [200, 201, 204, 400, 401, 403, 404, 409, 413, 422, 431])
def test_an_answer_that_would_stay_the_same_is_returned(status: int) -> None:
    with serving(answer(b"" if status == 204 else b"{}", status)) as server, host_of({}) as host:
        assert client_of(host, server).request("GET", "/x").status == status
        assert len(server.asked) == 1


BREAKS: list[tuple[str, Act]] = [
    ("no answer", drop),
    ("half a head", raw(b"HTTP/1.1 200 OK\r\ncontent-le")),
    ("half a length", raw(b"HTTP/1.1 200 OK\r\ncontent-length: 1")),
    ("a head without a blank line", raw(b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n")),
    ("not HTTP", raw(b"nonsense\r\n\r\n")),
    ("half a body", answer(b'{"done"', length=100)),
    ("no body", answer(b"", length=100)),
    ("chunks without an end", chunked(b'{"done"', whole=False)),
    ("a broken chunk", raw(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n")),
    ("two lengths", raw(b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n{}")),
    ("half a gzip", answer(b"\x1f\x8b\x08\x00", 200, "content-encoding: gzip")),
    ("no gzip at all", answer(b"{}", 200, "content-encoding: gzip")),
    ("an encoding not asked for", answer(b"{}", 200, "content-encoding: br")),
]


@pytest.mark.parametrize("broken", [act for _, act in BREAKS], ids=[name for name, _ in BREAKS])
def test_half_an_answer_is_no_answer(broken: Act) -> None:
    with serving(broken, OK) as server, host_of({}) as host:
        assert client_of(host, server).request("GET", "/x").json() == {"done": 1}
        assert len(server.asked) == 2


def test_a_connection_that_stood_idle_and_was_closed_is_made_anew() -> None:
    with serving(OK, OK, drop, OK) as server, host_of({}) as host:
        client = client_of(host, server)
        for _ in range(3):
            client.request("GET", "/x")
        assert [asked.connection for asked in server.asked] == [1, 1, 1, 2]


@pytest.mark.parametrize("max_retries", [0, 1, 4])
def test_the_tries_of_one_request_are_counted(max_retries: int) -> None:
    with serving(answer(status=503)) as server, host_of({}, max_retries=max_retries) as host:
        with pytest.raises(TryLaterError) as raised:
            client_of(host, server).request("GET", "/x")
        assert len(server.asked) == 1 + max_retries
        text = f"Shop answered 503 to GET {server.url}/x; tries: {1 + max_retries}; a later run tries again"
        assert str(raised.value) == text


# --- Retry-After --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "slept"),
    [
        ("0", 0.0),
        ("7", 7.0),
        (" 120 ", 120.0),
        ("Fri, 20 Nov 2026 22:00:30 GMT", 30.0),
        ("Friday, 20-Nov-26 22:01:00 GMT", 60.0),
        ("Fri, 20 Nov 2026 23:00:30 +0100", 30.0),
        ("Fri, 20 Nov 2026 21:59:00 GMT", 0.0),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_the_service_says_how_long_to_wait(status: int, header: str, slept: float) -> None:
    with serving(answer(b"", status, f"Retry-After: {header}"), OK) as server, host_of({}) as host:
        client_of(host, server).request("GET", "/x")
        assert host.clock.slept == [slept]


@pytest.mark.parametrize("header", ["", "soon", "-5", "1.5", "NaN", "²", "Fri, 99 Foo 2026"])
def test_a_wait_that_cannot_be_read_is_left_to_us(header: str) -> None:
    with serving(answer(b"", 429, f"Retry-After: {header}"), OK) as server, host_of({}) as host:
        client_of(host, server).request("GET", "/x")
        (slept,) = host.clock.slept
        assert 0 <= slept <= 0.5


@pytest.mark.parametrize(
    ("header", "left", "text"),
    [
        ("121", math.inf, "asks to wait 121 s"),
        ("999999999999", math.inf, "asks to wait"),
        ("Sat, 21 Nov 2026 22:00:00 GMT", math.inf, "asks to wait 86400 s"),
        ("30", 30.0, "the 30.0 s left are too short"),
        ("30", 12.0, "the 12.0 s left are too short"),
    ],
)
def test_a_wait_that_does_not_fit_is_not_begun(header: str, left: float, text: str) -> None:
    with serving(answer(b"", 429, f"Retry-After: {header}"), OK) as server, host_of({}) as host:
        host.seconds_left = left
        with pytest.raises(TryLaterError, match=text):
            client_of(host, server).request("GET", "/x")
        assert host.clock.slept == []
        assert len(server.asked) == 1


# --- waits of our own ---------------------------------------------------------------------------------------


def test_waits_grow_and_are_spread_over_their_whole_length() -> None:
    clock = NoWaitClock()
    limits = [0.5, 1, 2, 4, 8, 16, LONGEST_WAIT, LONGEST_WAIT]
    for attempt, limit in enumerate(limits):
        clock.slept.clear()
        for seed in range(300):
            Retries(clock, random.Random(seed), lambda: math.inf).wait(attempt, None, "it failed")
        assert 0 <= min(clock.slept) < 0.1 * limit
        assert 0.9 * limit < max(clock.slept) <= limit


def test_a_service_in_trouble_is_not_given_twice_the_load() -> None:
    with serving(answer(status=500)) as server, host_of({}, max_retries=1000) as host:
        client = client_of(host, server)
        for _ in range(20):
            with pytest.raises(TryLaterError):
                client.request("GET", "/x")
        assert len(server.asked) <= 10 + 1.1 * 20
        with pytest.raises(TryLaterError, match="too many requests of this run had to be repeated"):
            client.request("GET", "/x")


@pytest.mark.parametrize("left", [0.0, -3.0])
def test_nothing_is_sent_once_the_time_is_used_up(left: float) -> None:
    with serving(OK) as server, host_of({}) as host:
        host.seconds_left = left
        with pytest.raises(DeadlineError, match=f"no time is left to send GET {server.url}/x"):
            client_of(host, server).request("GET", "/x")
        assert server.asked == []
        assert host.requests == {}


def test_time_that_runs_out_during_a_try_ends_the_run_and_not_the_upstream() -> None:
    with host_of({}) as host:

        def use_up(connection: object) -> None:
            host.seconds_left = -1
            raise ConnectionError

        with serving(use_up) as server, pytest.raises(DeadlineError, match="broke off its answer"):
            client_of(host, server).request("GET", "/x")
        assert len(server.asked) == 1


# --- requests that may have had their effect ----------------------------------------------------------------


UNKNOWN: list[tuple[str, Act]] = [
    *((str(status), answer(status=status)) for status in (408, 500, 502, 503, 504)),
    ("503 that names a time", answer(b"", 503, "Retry-After: 9")),
    *BREAKS,
]


@pytest.mark.parametrize("act", [act for _, act in UNKNOWN], ids=[name for name, _ in UNKNOWN])
def test_a_post_that_may_have_had_its_effect_is_not_sent_again(act: Act) -> None:
    with serving(act, OK) as server, host_of({}) as host:
        with pytest.raises(UnknownOutcomeError, match="whether it was done is not known"):
            client_of(host, server).request("POST", "/x", json={"a": 1})
        assert len(server.asked) == 1
        assert host.clock.slept == []


@pytest.mark.parametrize("act", [act for _, act in UNKNOWN], ids=[name for name, _ in UNKNOWN])
def test_a_post_that_may_be_repeated_is_sent_again(act: Act) -> None:
    with serving(act, OK) as server, host_of({}) as host:
        client_of(host, server).request("POST", "/x", json={"a": 1}, idempotent=True)
        assert [asked.body for asked in server.asked] == [b'{"a":1}'] * 2


@pytest.mark.parametrize(("status", "options"), [(429, {}), (409, {"retry_statuses": frozenset({409})})])
def test_a_post_that_was_turned_away_is_sent_again(status: int, options: dict[str, object]) -> None:
    with serving(answer(status=status), OK) as server, host_of({}) as host:
        client_of(host, server, **options).request("POST", "/x", json={})
        assert len(server.asked) == 2


def test_a_post_that_reached_nobody_is_sent_again() -> None:
    with host_of({}) as host:
        with pytest.raises(TryLaterError, match="could not be reached") as raised:
            host.http("Shop", "http://127.0.0.1:9").request("POST", "/x", json={})
        assert not isinstance(raised.value, UnknownOutcomeError)
        assert host.requests == {"Shop": 3}


def test_the_wait_before_an_outcome_is_settled_keeps_to_what_the_service_asked() -> None:
    with serving(answer(b"", 503, "Retry-After: 9")) as server, host_of({}) as host:
        client = client_of(host, server)
        with pytest.raises(UnknownOutcomeError) as raised:
            client.request("POST", "/x", json={})
        client.wait(0, raised.value)
        assert host.clock.slept == [9.0]
        host.seconds_left = 9
        with pytest.raises(TryLaterError):
            client.wait(1, raised.value)
