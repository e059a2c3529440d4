"""Requests to upstreams, seen where urllib3 sends them, and the clock that tells whose they are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from urllib3 import HTTPConnectionPool
from urllib3.exceptions import ReadTimeoutError

from support.fault_gate import Gate
from support.shop import FakeClock

SECONDS_PER_REQUEST = 1.0


class WorkerClock:
    """One worker's look at the time all share. An upstream request takes a second, or what it may."""

    def __init__(self, time: FakeClock, gate: Gate) -> None:
        self.time = time
        self.gate = gate

    def now(self) -> datetime:
        return self.time.now()

    def monotonic(self) -> float:
        return self.time.monotonic()

    def sleep(self, seconds: float) -> None:
        self.time.sleep(seconds)


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
            response = original(pool, method, url, *args, **kwargs)
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
