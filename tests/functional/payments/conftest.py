"""A till with a clock that it shares with its shop."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from nightshift_tools.sandbox.server import Sandbox
from support.payments import Till
from support.shop import FakeClock


@pytest.fixture
def till() -> Iterator[Till]:
    clock = FakeClock()
    with Sandbox(products=1, clock=lambda: clock.instant.timestamp()) as sandbox:
        yield Till(sandbox, clock)
