"""What the matrices run on: a sandbox whose callers are watched, and each backend of the state."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest

from nightshift_tools.sandbox.server import Sandbox
from nightshift_tools.testing.dynamodb_local import client
from nightshift_tools.testing.tables import create_tables
from support.fault_dynamodb import DynamoBackend
from support.fault_sqlite import SqliteBackend
from support.fault_stage import Stage
from support.fault_upstream import watched_upstreams
from support.fault_world import PRODUCTS


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    with watched_upstreams(), Sandbox(products=PRODUCTS) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def sqlite(sandbox: Sandbox) -> Iterator[Stage]:
    backend = SqliteBackend()
    yield Stage(sandbox, backend)
    backend.close()


@pytest.fixture(scope="session")
def dynamodb(sandbox: Sandbox, dynamodb_endpoint: str) -> Iterator[Stage]:
    own = client(dynamodb_endpoint)
    backend = DynamoBackend(dynamodb_endpoint, create_tables(own, f"faults-{uuid4().hex[:8]}"))
    own.close()
    yield Stage(sandbox, backend)
    backend.close()
