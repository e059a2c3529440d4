"""The connectors against one running sandbox, back at its beginning before each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import urllib3

from contract.connectors.admin import Admin
from nightshift.connectors.digital_river import Account
from nightshift.connectors.dummyjson import Catalog
from nightshift.connectors.medusa import Store
from nightshift.connectors.salesforce import Org
from nightshift_tools.sandbox.server import Sandbox
from support.host import NOW, TestHost


@pytest.fixture(scope="session")
def running() -> Iterator[Sandbox]:
    with Sandbox(products=30) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Sandbox:
    running.reset()
    return running


@pytest.fixture
def new_host(sandbox: Sandbox) -> Iterator[Callable[..., TestHost]]:
    """Makes hosts that point at the sandbox; keyword arguments as of `TestHost`, `environment` laid over."""
    hosts: list[TestHost] = []

    def make(environment: dict[str, str] | None = None, **options: object) -> TestHost:
        given = {**sandbox.environment(), **(environment or {})}
        hosts.append(TestHost(given, **options))  # type: ignore[arg-type]
        return hosts[-1]

    yield make
    for host in hosts:
        host.close()


@pytest.fixture
def host(new_host: Callable[..., TestHost]) -> TestHost:
    return new_host()


@pytest.fixture
def catalog(host: TestHost) -> Catalog:
    return Catalog.connect(host, page_size=10)


@pytest.fixture
def store(host: TestHost, catalog: Catalog) -> Store:
    return Store.connect(host, catalog.categories)


class Office:
    """A sandbox whose clock stands still until it is moved, beginning where the hosts of the tests are."""

    def __init__(self) -> None:
        self.now = NOW.timestamp()
        self.sandbox = Sandbox(products=1, clock=lambda: self.now)


@pytest.fixture(scope="session")
def running_office() -> Iterator[Office]:
    office = Office()
    with office.sandbox:
        yield office


@pytest.fixture
def office(running_office: Office) -> Office:
    running_office.now = NOW.timestamp()
    running_office.sandbox.reset()
    return running_office


@pytest.fixture
def new_org_host(office: Office) -> Iterator[Callable[..., TestHost]]:
    """As `new_host`, but for the office's sandbox."""
    hosts: list[TestHost] = []

    def make(environment: dict[str, str] | None = None, **options: object) -> TestHost:
        given = {**office.sandbox.environment(), **(environment or {})}
        hosts.append(TestHost(given, **options))  # type: ignore[arg-type]
        return hosts[-1]

    yield make
    for host in hosts:
        host.close()


@pytest.fixture
def org_host(new_org_host: Callable[..., TestHost]) -> TestHost:
    return new_org_host()


@pytest.fixture
def org(org_host: TestHost) -> Org:
    return Org.connect(org_host)


@pytest.fixture
def river(host: TestHost) -> Account:
    return Account.connect(host)


@pytest.fixture
def admin(sandbox: Sandbox) -> Iterator[Admin]:
    with urllib3.PoolManager() as pool:
        yield Admin(sandbox, pool)
