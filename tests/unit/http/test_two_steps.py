"""A request in two steps: sent by one call, and its answer heard by another, with others in between."""

from __future__ import annotations

import socket
import threading

import pytest

from nightshift.errors import DeadlineError
from nightshift.http import Client, UnknownOutcomeError
from support.host import TestHost, host_of
from support.scripted_server import Act, ScriptedServer, answer, drop, serving

pytestmark = pytest.mark.filterwarnings("error::pytest.PytestUnraisableExceptionWarning")

OK = answer(b'{"done": 1}')


def client_of(host: TestHost, server: ScriptedServer) -> Client:
    return host.http("Shop", server.url)


def test_both_are_there_before_either_is_answered() -> None:
    both = threading.Barrier(2)

    def met(connection: socket.socket) -> None:
        both.wait(10)
        OK(connection)

    with serving(met, met) as server, host_of({}) as host:
        client = client_of(host, server)
        first, second = client.begin("POST", "/1", json=1), client.begin("POST", "/2", json=2)
        assert (second().json(), first().json()) == ({"done": 1}, {"done": 1})
        assert sorted(asked.target for asked in server.asked) == ["/1", "/2"]
        assert len({asked.connection for asked in server.asked}) == 2


def test_each_hears_its_own_answer() -> None:
    with serving(OK, OK, answer(b"1"), answer(b"2"), answer(b"3")) as server, host_of({}) as host:
        client = client_of(host, server)
        first, second = client.begin("GET", "/a"), client.begin("GET", "/b")
        assert first().json() == second().json() == {"done": 1}
        for number in (1, 2, 3):
            assert client.begin("GET", f"/{number}")().json() == number
        assert len({asked.connection for asked in server.asked}) == 2


@pytest.mark.parametrize("act", [answer(status=503), drop], ids=["refused", "broken off"])
def test_what_failed_is_sent_again_when_it_is_heard_and_not_before(act: Act) -> None:
    with serving(act, OK) as server, host_of({}) as host:
        hear = client_of(host, server).begin("GET", "/x")
        assert host.requests == {"Shop": 1}
        assert not host.clock.slept
        assert hear().json() == {"done": 1}
        assert host.requests == {"Shop": 2}
        assert [asked.target for asked in server.asked] == ["/x", "/x"]


def test_what_may_have_been_done_is_unknown_when_it_is_heard() -> None:
    with serving(drop, OK) as server, host_of({}) as host:
        hear = client_of(host, server).begin("POST", "/x", json={})
        with pytest.raises(UnknownOutcomeError):
            hear()
        assert len(server.asked) == 1


def test_an_answer_that_nobody_heard_is_not_taken_for_the_next_ones() -> None:
    with serving(answer(b"1"), answer(b"2")) as server, host_of({}) as host:
        client = client_of(host, server)
        hear = client.begin("GET", "/1")
        del hear
        assert client.request("GET", "/2").json() == 2


def test_nothing_is_sent_where_no_time_is_left() -> None:
    with serving(OK) as server, host_of({}) as host:
        host.seconds_left = 0.0
        with pytest.raises(DeadlineError):
            client_of(host, server).begin("GET", "/x")
        assert not server.asked
