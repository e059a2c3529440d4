"""Who is measured against whom: the bare loop, and sync-products with either state."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast
from uuid import uuid4

from bench.limit import BATCH
from bench.measuring import BrokenRunError, Measured, run
from bench.shops import Shops
from nightshift.dynamodb_client import LambdaClient
from nightshift.state.dynamodb.table import Table, Update
from nightshift_tools.testing import dynamodb_local
from nightshift_tools.testing.tables import create_tables

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

AWS = {
    "AWS_LAMBDA_FUNCTION_NAME": "bench",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local",
}
BATCH_SIZE = 2 * BATCH
"""Products of one batch of ours, the most that sync-products takes. It goes to the target as two requests
of 50: the limit's own calls."""

_FENCED = "attribute_not_exists(fence) OR fence <= :fence"

_CHECKED_UP_TO = 100_000
"""Products. Above, writes are only counted: to compare the products would take longer than to sync them."""


class Contender(Protocol):
    """Somebody who syncs; each into a shop of its own."""

    @property
    def name(self) -> str: ...

    def run(self, shops: Shops, writes: int) -> Measured:
        """One run, after which target equals source; BrokenRunError where it does not, or where another
        number of products was written."""
        ...


@dataclass(frozen=True, slots=True)
class Limit:
    """The bare loop. It writes all, into an emptied shop."""

    threads: int = 1

    @property
    def name(self) -> str:
        return "limit" if self.threads == 1 else f"limit, {self.threads} threads"

    def run(self, shops: Shops, writes: int) -> Measured:
        shop = f"limit-{self.threads}"
        shops.reset(shop)
        arguments = ["--source", shops.source, "--target", shops.target(shop), f"--threads={self.threads}"]
        measured = run("bench.limit", arguments, {})
        _check(shops, shop, (0, 0), shops.count)
        return measured


@dataclass(slots=True)
class Ours:
    """sync-products with a state that lasts from run to run, and so begins with a first sync."""

    name: str
    state: str
    environment: dict[str, str]
    shop: str = field(default_factory=lambda: f"ours-{uuid4().hex[:8]}")
    _minutes: Iterator[int] = field(default_factory=lambda: count(0, 2))

    def run(self, shops: Shops, writes: int) -> Measured:
        before = shops.writes(self.shop)
        arguments = [f"--state={self.state}", f"--minute={next(self._minutes)}"]
        measured = run("bench.ours", arguments, {**self.environment, **shops.environment(self.shop)})
        _check(shops, self.shop, before, writes)
        return measured


@contextmanager
def with_sqlite() -> Iterator[Ours]:
    """The product as on a laptop, with a fresh state."""
    with tempfile.TemporaryDirectory() as home:
        yield Ours("SQLite", "sqlite", {**_settings(), "NIGHTSHIFT_HOME": str(Path(home))})


def with_dynamodb(endpoint: str) -> Ours:
    """The product as in Lambda, with fresh tables."""
    tables = create_tables(dynamodb_local.client(endpoint), f"bench-{uuid4().hex[:8]}")
    names = {"STATE_TABLE": tables.state, "LOG_TABLE": tables.log, "AWS_ENDPOINT_URL_DYNAMODB": endpoint}
    return Ours("DynamoDB Local", "dynamodb", {**_settings(), **AWS, **names})


def warm(endpoint: str, seconds: float) -> None:
    """Send DynamoDB Local what a sync sends, for so long, so that its compiler is done with that."""
    tables = create_tables(dynamodb_local.client(endpoint), f"warm-{uuid4().hex[:8]}")
    with closing(LambdaClient(endpoint, "us-east-1", "local", "local")) as client:
        table, ends = Table(cast("DynamoDBClient", client), tables.state), time.monotonic() + seconds
        while time.monotonic() < ends:
            for number in range(100):
                table.put("WARM", f"{number}", {"fence": 1, "body": bytes(900)}, _FENCED, {"fence": 1})
                table.update("WARM", f"{number}", Update("fence <= :fence", {"at": 1}, values={"fence": 1}))


def _settings() -> dict[str, str]:
    return {"SYNC_PRODUCTS_BATCH_SIZE": str(BATCH_SIZE)}


def _check(shops: Shops, shop: str, before: tuple[int, int], writes: int) -> None:
    after = shops.writes(shop)
    done = sum(after) - sum(before)
    if done != writes:
        raise BrokenRunError(f"{shop}: {done} products were written where {writes} had to be")
    if writes and shops.count <= _CHECKED_UP_TO:
        shops.check(shop)
