"""Requests to upstreams on their way through a worker's gate: those of `run.http` where they are sent,
those of a test's own doubles where they call `JobWorld.reach`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar, cast

from nightshift.http import UnknownOutcomeError
from nightshift.http.connections import Answer, Asked, Connections
from nightshift.http.failures import Failure
from nightshift_tools.testing.clock import FakeClock
from nightshift_tools.testing.gate import UPSTREAM, Gate, Passage

T = TypeVar("T")

SECONDS_PER_CALL = 1.0


class Worker:
    """One process: its gate, and its look at the time that all share. Each of its upstream calls takes a
    second, or what it may take. `calls` says after how many seconds of the process each was begun."""

    def __init__(self, time: FakeClock, gate: Gate) -> None:
        self.gate = gate
        self.calls: list[float] = []
        self._time = time
        self._began = time.monotonic()

    def now(self) -> datetime:
        return self._time.now()

    def monotonic(self) -> float:
        return self._time.monotonic()

    def seconds(self) -> float:
        """How long the process has run."""
        return self.monotonic() - self._began

    def sleep(self, seconds: float) -> None:
        self._time.sleep(seconds)

    def reach(
        self, name: str, send: Callable[[], T], lose: Callable[[], object], seconds: float = SECONDS_PER_CALL
    ) -> T:
        """Make one upstream call; `lose` raises what the caller sees when the answer does not come."""

        def begin() -> T:
            self.calls.append(self.seconds())
            self._time.advance(seconds)
            return send()

        found: T = self.gate.enter(UPSTREAM, name, "", _Call(begin, lose))
        return found


@dataclass(frozen=True)
class _Call:
    """A call whose answer can be lost."""

    send: Callable[[], Any]
    lose: Callable[[], object]

    def __call__(self) -> Any:
        return self.send()


def lose_answer(passage: Passage) -> Any:
    """The call takes effect, and its answer never arrives."""
    call = cast(_Call, passage.send)
    call()
    call.lose()


def lost(name: str) -> None:
    """What a double's caller sees of a lost answer: the error that `run.http` has for it."""
    failure = Failure("gave no whole answer in time", may_have_acted=True)
    raise UnknownOutcomeError(f"{name}: the answer was lost; whether it was done is not known", failure)


@contextmanager
def watched_upstreams() -> Iterator[None]:
    """For the length of the block, requests of workers pass their gates where `run.http` sends them."""
    ask, hear = Connections.ask, Connections.hear

    def by_gate(
        connections: Connections,
        method: str,
        target: str,
        body: bytes | None,
        headers: Mapping[str, str],
        left: float,
    ) -> Asked | Answer:
        worker = getattr(connections.monotonic, "__self__", None)
        if not isinstance(worker, Worker):
            return ask(connections, method, target, body, headers, left)

        def send() -> Answer:
            answer = hear(connections, ask(connections, method, target, body, headers, left))
            if left < SECONDS_PER_CALL:
                raise TimeoutError("the answer came too late")
            return answer

        def lose() -> None:
            raise ConnectionError("the connection was closed before the answer")

        return worker.reach(f"{method} {target.partition('?')[0]}", send, lose, min(SECONDS_PER_CALL, left))

    with answered_when_asked(by_gate):
        yield


@contextmanager
def answered_when_asked(ask: Callable[..., Asked | Answer]) -> Iterator[None]:
    """For the length of the block `ask` stands for `Connections.ask`, and may give the answer at once: what
    happens to a request then happens at one place, between those before and those after it."""
    asking, hearing = Connections.ask, Connections.hear

    def hear(connections: Connections, asked: Asked | Answer) -> Answer:
        return asked if isinstance(asked, Answer) else hearing(connections, asked)

    Connections.ask, Connections.hear = ask, hear  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        Connections.ask, Connections.hear = asking, hearing  # type: ignore[method-assign]
