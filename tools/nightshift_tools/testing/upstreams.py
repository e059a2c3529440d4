"""Requests to upstreams on their way through a worker's gate: those of `run.http` where urllib3 sends them,
those of a test's own doubles where they call `JobWorld.reach`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar, cast

from urllib3 import BaseHTTPResponse, HTTPConnectionPool
from urllib3.exceptions import ProtocolError, ReadTimeoutError

from nightshift.http import UnknownOutcomeError
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
    answer = call()
    if isinstance(answer, BaseHTTPResponse):
        answer.close()
    call.lose()


def lost(name: str) -> None:
    """What a double's caller sees of a lost answer: the error that `run.http` has for it."""
    failure = Failure("gave no whole answer in time", may_have_acted=True)
    raise UnknownOutcomeError(f"{name}: the answer was lost; whether it was done is not known", failure)


@contextmanager
def watched_upstreams() -> Iterator[None]:
    """For the length of the block, requests of workers pass their gates where urllib3 sends them."""
    original = HTTPConnectionPool.urlopen

    def urlopen(pool: HTTPConnectionPool, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        worker = getattr(pool.conn_kw.get("monotonic"), "__self__", None)
        if not isinstance(worker, Worker):
            return original(pool, method, url, *args, **kwargs)
        total = kwargs["timeout"].total
        limit = SECONDS_PER_CALL if total is None else float(total)

        def send() -> Any:
            response = original(pool, method, url, *args, **kwargs)
            if limit < SECONDS_PER_CALL:
                response.close()
                raise ReadTimeoutError(pool, url, "the answer came too late")
            return response

        def lose() -> None:
            raise ProtocolError("the connection was closed before the answer")

        seconds = min(SECONDS_PER_CALL, limit)
        return worker.reach(f"{method} {url.partition('?')[0]}", send, lose, seconds)

    HTTPConnectionPool.urlopen = urlopen  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        HTTPConnectionPool.urlopen = original  # type: ignore[method-assign]
