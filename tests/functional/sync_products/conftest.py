"""A sandbox shop for each test, and somebody who runs the job against it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from nightshift_tools.sandbox.server import Sandbox
from support.sync import Worker


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(products=60) as sandbox:
        yield sandbox


@pytest.fixture
def worker(sandbox: Sandbox) -> Worker:
    return Worker(sandbox)
