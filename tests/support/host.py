"""A run as connectors see it, for tests: real requests, but waits are only written down."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Unpack

from nightshift import http

NOW = datetime(2026, 11, 20, 22, 0, tzinfo=UTC)


class NoWaitClock:
    """A fixed instant; real seconds for time limits; sleeping returns at once and is remembered."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.slept: list[float] = []
        self.monotonic = monotonic

    def now(self) -> datetime:
        return NOW

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


class RecordingLog:
    def __init__(self) -> None:
        self.lines: list[str] = []

    def info(self, message: str, /, *, extra: Mapping[str, object] | None = None) -> None:
        self.lines.append(f"INFO {message}")

    def warning(self, message: str, /, *, extra: Mapping[str, object] | None = None) -> None:
        self.lines.append(f"WARNING {message}")


class TestHost:
    """`seconds_left` is what the run has left; tests change it."""

    __test__ = False

    def __init__(
        self, environment: Mapping[str, str], *, dry_run: bool = False, max_retries: int = 2
    ) -> None:
        self.environment = dict(environment)
        self.dry_run = dry_run
        self.max_retries = max_retries
        self.log = RecordingLog()
        self.clock = NoWaitClock()
        self.seconds_left = math.inf
        self.requests: dict[str, int] = {}
        self.secrets: dict[str, Mapping[str, str]] = {}
        self.rotated: dict[str, Mapping[str, str]] = {}
        self.asked: list[tuple[str, bool]] = []
        self.time_limits: http.Options = {}
        self.paces: dict[str, http.Pace] = {}
        self.budgets: list[str | None] = []
        self._clients: list[http.Client] = []

    def now(self) -> datetime:
        return self.clock.now()

    def secret(self, name: str, *, fresh: bool = False) -> Mapping[str, str]:
        """What is in the secret; a `fresh` look sees what it was rotated to."""
        self.asked.append((name, fresh))
        return self.rotated.get(name, self.secrets[name]) if fresh else self.secrets[name]

    def http(
        self, service: str, base_url: str, *, budget: str | None = None, **options: Unpack[http.Options]
    ) -> http.Client:
        self.budgets.append(budget)
        client = http.Client(
            base_url,
            service=service,
            clock=self.clock,
            randomness=random.Random(7),
            remaining=lambda: self.seconds_left,
            requests=self.requests,
            max_retries=self.max_retries,
            pace=self.paces.get(budget or ""),
            **{**options, **self.time_limits},
        )
        self._clients.append(client)
        return client

    def close(self) -> None:
        for client in self._clients:
            client.close()


@contextmanager
def host_of(environment: Mapping[str, str], **options: object) -> Iterator[TestHost]:
    """A host whose connections are closed at the end."""
    host = TestHost(environment, **options)  # type: ignore[arg-type]
    try:
        yield host
    finally:
        host.close()
