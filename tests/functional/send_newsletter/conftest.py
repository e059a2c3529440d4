"""A shop with a clock that it shares with its customers' Medusa."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from nightshift_tools.sandbox.server import Sandbox
from support.newsletter import Shop
from support.shop import FakeClock


@pytest.fixture
def shop() -> Iterator[Shop]:
    clock = FakeClock()
    with Sandbox(products=1, clock=lambda: clock.instant.timestamp()) as sandbox:
        yield Shop(sandbox, clock)
