"""One running sandbox for all tests of this folder, back at its beginning before each."""

from collections.abc import Iterator

import pytest
import urllib3

from contract.sandbox.client import START, Client, ManualClock
from nightshift_tools.sandbox.server import Sandbox


@pytest.fixture(scope="session")
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture(scope="session")
def running(clock: ManualClock) -> Iterator[Sandbox]:
    with Sandbox(products=194, clock=clock) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def pool() -> Iterator[urllib3.PoolManager]:
    with urllib3.PoolManager() as pool:
        yield pool


@pytest.fixture
def sandbox(running: Sandbox, clock: ManualClock) -> Sandbox:
    clock.now = START
    running.reset()
    return running


@pytest.fixture
def dummyjson(sandbox: Sandbox, pool: urllib3.PoolManager) -> Client:
    return Client(sandbox.environment()["DUMMYJSON_URL"], pool)


@pytest.fixture
def medusa(sandbox: Sandbox, pool: urllib3.PoolManager) -> Client:
    token = sandbox.shop.medusa.credentials.token()
    return Client(sandbox.environment()["MEDUSA_URL"], pool, {"Authorization": f"Bearer {token}"})


@pytest.fixture
def salesforce(sandbox: Sandbox, pool: urllib3.PoolManager) -> Client:
    token = sandbox.shop.salesforce.oauth.token()
    return Client(sandbox.environment()["SALESFORCE_URL"], pool, {"Authorization": f"Bearer {token}"})


@pytest.fixture
def river(sandbox: Sandbox, pool: urllib3.PoolManager) -> Client:
    variables = sandbox.environment()
    key = variables["DIGITAL_RIVER_API_KEY"]
    return Client(variables["DIGITAL_RIVER_URL"], pool, {"Authorization": f"Bearer {key}"})


@pytest.fixture
def control(sandbox: Sandbox, pool: urllib3.PoolManager) -> Client:
    return Client(f"{sandbox.url}/_sandbox", pool)
