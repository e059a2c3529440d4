"""Every adapter of the state, so that one suite holds them all to the promises of `nightshift.state.ports`.

moto is single-threaded and proves nothing about atomicity, limits or capacity: what needs those runs on
SQLite and DynamoDB Local alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, cast
from uuid import uuid4

import boto3
import pytest
from moto import mock_aws

from nightshift.dynamodb_client import LambdaClient
from nightshift.state.models import JobKey
from nightshift_tools.embedded import SqliteState
from nightshift_tools.testing.dynamodb_local import client
from nightshift_tools.testing.tables import TableNames, create_tables
from support.driving import Job
from support.states import Store, dynamodb_store, sqlite_store

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

ALL = ("sqlite-memory", "sqlite-file", "moto", "dynamodb-local")
_NUMBERS = count(1)


@pytest.fixture(scope="module")
def moto_store() -> Iterator[Store]:
    """One pair of tables for a whole module, because a mock costs more to make than a test: jobs differ. It
    ends with the module: mocks that are made meanwhile, by other tests, share all that is in it."""
    with mock_aws():
        mocked = boto3.client("dynamodb", region_name="us-east-1")
        yield dynamodb_store("moto", mocked, create_tables(mocked, "contract"))


@pytest.fixture(scope="package")
def local_client(dynamodb_endpoint: str) -> DynamoDBClient:
    return client(dynamodb_endpoint)


@pytest.fixture(scope="package")
def lambda_client(dynamodb_endpoint: str) -> Iterator[DynamoDBClient]:
    """The client that a function has, where `local_client` is boto3's, which a laptop has."""
    with closing(LambdaClient(dynamodb_endpoint, "us-east-1", "local", "local")) as made:
        yield cast("DynamoDBClient", made)


@pytest.fixture(scope="package")
def local_tables(local_client: DynamoDBClient) -> TableNames:
    """One pair of tables on DynamoDB Local for the whole suite: jobs differ.

    TTL is off: DynamoDB Local removes what has expired by its own clock, and the tests live by another.
    """
    tables = create_tables(local_client, f"contract-{uuid4().hex[:8]}")
    for name in (tables.state, tables.log):
        local_client.update_time_to_live(
            TableName=name, TimeToLiveSpecification={"AttributeName": "expires_at", "Enabled": False}
        )
    return tables


@pytest.fixture(params=ALL)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A state and its logs, on each adapter in turn."""
    if request.param == "moto":
        yield request.getfixturevalue("moto_store")
    elif request.param == "dynamodb-local":
        tables: TableNames = request.getfixturevalue("local_tables")
        yield dynamodb_store("dynamodb-local", request.getfixturevalue("lambda_client"), tables)
    else:
        in_memory = request.param == "sqlite-memory"
        state = SqliteState.in_memory() if in_memory else SqliteState.open(tmp_path / "state.db")
        yield sqlite_store(request.param, state)
        state.close()


@pytest.fixture
def job(store: Store) -> Job:
    """A job of its own in the store."""
    return Job(store, JobKey(f"sync-products-{next(_NUMBERS)}"))
