"""Requests to upstreams, seen where urllib3 sends them, and the clock that tells whose they are.

A socket is used only while the sandbox has a fault to show: without one it answers here, in half the time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from io import BytesIO
from typing import Any

from urllib3 import HTTPConnectionPool, HTTPResponse
from urllib3.exceptions import ReadTimeoutError

from nightshift_tools.sandbox.message import Request
from nightshift_tools.sandbox.server import Sandbox
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
    sandbox: Sandbox,
    host: str,
    method: str,
    url: str,
    body: bytes | None,
    headers: Mapping[str, str],
    **_: object,
) -> HTTPResponse:
    path, _, query = url.partition("?")
    lower = {"host": host, **{name.lower(): value for name, value in headers.items()}}
    answer = sandbox.shop.answer(Request(method, path, query, lower, body or b""))
    return HTTPResponse(
        BytesIO(answer.body),
        {
            "content-type": answer.content_type,
            "content-length": str(len(answer.body)),
            **dict(answer.headers),
        },
        answer.status,
        preload_content=False,
        decode_content=False,
    )


@contextmanager
def watched_upstreams() -> Iterator[None]:
    """For the length of the block, requests of workers pass their gates; sites are paths' first parts."""
    original = HTTPConnectionPool.urlopen

    def urlopen(pool: HTTPConnectionPool, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        clock = getattr(pool.conn_kw.get("monotonic"), "__self__", None)
        if not isinstance(clock, WorkerClock):
            return original(pool, method, url, *args, **kwargs)
        total = kwargs["timeout"].total
        limit = SECONDS_PER_REQUEST if total is None else float(total)
        path = url.partition("?")[0]

        def send() -> Any:
            clock.time.advance(min(SECONDS_PER_REQUEST, limit))
            by_wire = _has_faults(clock.sandbox)
            send_on = (
                partial(original, pool)
                if by_wire
                else partial(_ask, clock.sandbox, f"{pool.host}:{pool.port}")
            )
            response = send_on(method, url, *args, **kwargs)
            if limit < SECONDS_PER_REQUEST:
                response.close()
                raise ReadTimeoutError(pool, url, "the answer came too late")
            return response

        return clock.gate.enter(path.split("/")[1], f"{method} {path}", url, send)

    HTTPConnectionPool.urlopen = urlopen  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        HTTPConnectionPool.urlopen = original  # type: ignore[method-assign]
