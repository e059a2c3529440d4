"""Requests to upstreams, seen where `run.http` sends them, and the clock that tells whose they are.

A socket is used only while the sandbox has a fault to show: without one it answers here, in half the time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from urllib3 import HTTPHeaderDict

from nightshift.http.connections import Answer, Asked, Connections
from nightshift_tools.sandbox.message import Request
from nightshift_tools.sandbox.server import Sandbox
from nightshift_tools.testing.upstreams import answered_when_asked
from support.fault_gate import Gate
from support.shop import FakeClock

SECONDS_PER_REQUEST = 1.0


class WorkerClock:
    """One worker's look at the time all share. An upstream request takes a second, or what it may."""

    def __init__(self, time: FakeClock, gate: Gate, sandbox: Sandbox) -> None:
        self.time = time
        self.gate = gate
        self.sandbox = sandbox

    def now(self) -> datetime:
        return self.time.now()

    def monotonic(self) -> float:
        return self.time.monotonic()

    def sleep(self, seconds: float) -> None:
        self.time.sleep(seconds)


def _has_faults(sandbox: Sandbox) -> bool:
    armed = sandbox.shop.faults()
    return any(each.fault.times is None or each.fired < each.fault.times for each in armed)


def _ask(
    sandbox: Sandbox, method: str, target: str, body: bytes | None, headers: Mapping[str, str]
) -> Answer:
    path, _, query = target.partition("?")
    lower = {"host": sandbox.url.partition("//")[2], **{name.lower(): headers[name] for name in headers}}
    answer = sandbox.shop.answer(Request(method, path, query, lower, body or b""))
    told = HTTPHeaderDict({"content-type": answer.content_type, **dict(answer.headers)})
    return Answer(answer.status, told, answer.body)


@contextmanager
def watched_upstreams() -> Iterator[None]:
    """For the length of the block, requests of workers pass their gates; sites are paths' first parts."""
    ask, hear = Connections.ask, Connections.hear

    def by_gate(
        connections: Connections,
        method: str,
        target: str,
        body: bytes | None,
        headers: Mapping[str, str],
        left: float,
    ) -> Asked | Answer:
        clock = getattr(connections.monotonic, "__self__", None)
        if not isinstance(clock, WorkerClock):
            return ask(connections, method, target, body, headers, left)
        path = target.partition("?")[0]

        def send() -> Answer:
            clock.time.advance(min(SECONDS_PER_REQUEST, left))
            by_wire = _has_faults(clock.sandbox)
            if by_wire:
                answer = hear(connections, ask(connections, method, target, body, headers, left))
            else:
                answer = _ask(clock.sandbox, method, target, body, headers)
            if left < SECONDS_PER_REQUEST:
                raise TimeoutError("the answer came too late")
            return answer

        answer: Answer = clock.gate.enter(path.split("/")[1], f"{method} {path}", target, send)
        return answer

    with answered_when_asked(by_gate):
        yield
