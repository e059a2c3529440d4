"""A run keeps to its share of a request budget, on the run's own clock."""

from __future__ import annotations

import math
import random
import threading
import time

import pytest

from nightshift.errors import DeadlineError, TryLaterError
from nightshift.http import Client, Pace
from support.scripted_server import Act, ScriptedServer, answer, serving
from support.shop import START, FakeClock

OK = answer(b"{}")


class Sent:
    """A client with a pace, and the instants at which it sent."""

    def __init__(self, server: ScriptedServer, rate: float, *, left: float = math.inf) -> None:
        self.clock = FakeClock()
        ends = self.clock.monotonic() + left
        self.pace = Pace(rate, self.clock, self._remaining)
        self._ends = ends
        self.instants: list[float] = []
        self.client = Client(
            server.url,
            service="River",
            clock=self.clock,
            randomness=random.Random(7),
            remaining=self._remaining,
            requests=self,  # type: ignore[arg-type]
            pace=self.pace,
        )

    def _remaining(self) -> float:
        return self._ends - self.clock.monotonic()

    # The client counts each request just before it goes out.
    def get(self, _: str, before: int) -> int:
        return before

    def __setitem__(self, _: str, __: int) -> None:
        self.instants.append(round((self.clock.instant - START).total_seconds(), 6))


def sent_by(requests: int, rate: float, *script: Act, method: str = "GET") -> list[float]:
    with serving(*script) as server:
        sent = Sent(server, rate)
        with sent.client as client:
            for _ in range(requests):
                client.request(method, "/x")
        return sent.instants


def test_requests_are_evenly_spaced_from_the_first_on() -> None:
    assert sent_by(5, 4, OK) == [0, 0.25, 0.5, 0.75, 1]


def test_no_second_has_more_requests_than_the_rate() -> None:
    instants = sent_by(40, 8, OK)
    assert max(sum(start <= instant < start + 1 for instant in instants) for start in instants) == 8


def test_time_that_nobody_used_is_not_saved_up() -> None:
    with serving(OK) as server:
        sent = Sent(server, 2)
        with sent.client as client:
            client.request("GET", "/x")
            sent.clock.advance(60)
            for _ in range(3):
                client.request("GET", "/x")
        assert sent.instants == [0, 60, 60.5, 61]


def test_a_repeated_request_waits_for_its_turn_too() -> None:
    instants = sent_by(1, 0.1, answer(b"", 503), answer(b"", 503), OK)
    assert instants == [0, 10, 20]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_retry_after_pauses_whoever_keeps_to_the_same_pace(method: str) -> None:
    with serving(answer(b"", 429, "Retry-After: 7"), OK) as server:
        sent = Sent(server, 4)
        with sent.client as client:
            client.request(method, "/x")
            client.request(method, "/x")
        assert sent.instants == [0, 7, 7.25]
        sent.pace.pause(3)
        sent.pace.wait("send")
        assert sent.clock.monotonic() == 10.25


def test_a_pause_too_long_to_wait_for_stops_the_run_and_nobody_sleeps_through_it() -> None:
    with serving(answer(b"", 429, "Retry-After: 3600")) as server:
        sent = Sent(server, 4)
        with pytest.raises(TryLaterError, match="asks to wait 3600 s"), sent.client as client:
            client.request("GET", "/x")
        sent.pace.wait("send")
        assert sent.clock.monotonic() == 0.25


def test_a_turn_that_comes_after_the_end_is_not_waited_for() -> None:
    with serving(OK) as server:
        sent = Sent(server, 0.1, left=15)
        with sent.client as client:
            client.request("GET", "/x")
            client.request("GET", "/x")
            expected = (
                r"no time is left to send GET \S+/x: its turn .* comes in 10.0 s, and the run has 5.0 s"
            )
            with pytest.raises(DeadlineError, match=expected):
                client.request("GET", "/x")
        assert sent.instants == [0, 10]
        assert sent.clock.monotonic() == 10


def test_threads_take_turns() -> None:
    class Turns(FakeClock):
        """Sleepers do not move the time of others: each remembers how long it was to wait."""

        slept: list[float]

        def sleep(self, seconds: float) -> None:
            self.slept.append(seconds)

    def remaining() -> float:
        """Let another thread in between the look at the turn and the step to the next."""
        time.sleep(0.001)
        return math.inf

    clock = Turns()
    clock.slept = []
    pace = Pace(10, clock, remaining)
    threads = [threading.Thread(target=pace.wait, args=("send",)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(clock.slept) == pytest.approx([turn / 10 for turn in range(1, 20)])
