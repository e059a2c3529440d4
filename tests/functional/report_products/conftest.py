"""A shop without products, with a clock that it shares with its Medusa."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from nightshift_tools.sandbox.server import Sandbox
from support.reporting import Shop
from support.shop import FakeClock


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    clock = FakeClock()
    with Sandbox(products=1, clock=lambda: clock.instant.timestamp()) as sandbox:
        yield Shop(sandbox, clock, tmp_path / "files")
