"""The two servers, started and steered, and the check that target equals source."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import orjson
import urllib3

from bench.limit import SELECT
from bench.measuring import FUNCTIONS, ROOT, BrokenRunError
from bench.shop.catalogue import Catalogue
from bench.shop.digest import digest
from sync_products.mapping import to_medusa


class Shops:
    """A source of `count` products and a target with a shop per contender."""

    def __init__(self, count: int, source: str, target: str) -> None:
        self.source = source
        self._target = target
        self._http = urllib3.PoolManager()
        self._catalogue = Catalogue(count)
        self._expected: dict[str, str] = {}
        self._edition = 0

    @property
    def count(self) -> int:
        return self._catalogue.count

    def target(self, shop: str) -> str:
        """The base URL of one contender's shop."""
        return f"{self._target}/{shop}"

    def environment(self, shop: str) -> dict[str, str]:
        """The variables that point a job at the source and at one shop."""
        return {
            "DUMMYJSON_URL": self.source,
            "MEDUSA_URL": self.target(shop),
            "MEDUSA_EMAIL": "bench@example.test",
            "MEDUSA_PASSWORD": "password",
        }

    def set_latency(self, seconds: float) -> None:
        for url in (self.source, self._target):
            self._post(f"{url}/_bench/latency", {"seconds": seconds})

    def warm(self) -> None:
        """Have every page of the source serialised, so that nobody waits for it."""
        query = f"limit=100&skip={{skip}}&select={quote(SELECT, safe='')}"
        self._post(f"{self.source}/_bench/warm", {"query": query})

    def reset(self, shop: str) -> None:
        """Empty a shop."""
        self._post(f"{self._target}/_bench/reset", {"shop": shop})

    def reprice(self, every: int) -> int:
        """Change the price, and not `updatedAt`, of every `every`-th product; how many that are."""
        self._edition += 1
        edited = self._catalogue.reprice(self._edition, every)
        self._post(f"{self.source}/_bench/reprice", {"edition": self._edition, "every": every})
        if self._expected:
            self._expect(edited)
        self.warm()
        return len(edited)

    def touch(self, every: int) -> int:
        """Change `updatedAt`, and nothing else, of every `every`-th product; how many that are."""
        self._edition += 1
        edited = self._catalogue.touch(self._edition, every)
        self._post(f"{self.source}/_bench/touch", {"edition": self._edition, "every": every})
        self.warm()
        return len(edited)

    def writes(self, shop: str) -> tuple[int, int]:
        """How many products a shop was told to create and to update so far."""
        created, updated = self._post(f"{self._target}/_bench/writes", {"shop": shop})
        return created, updated

    def check(self, shop: str) -> None:
        """BrokenRunError unless a shop holds exactly the source's products as they are now."""
        if not self._expected:
            self._expect(range(1, self.count + 1))
        held = self._post(f"{self._target}/_bench/digests", {"shop": shop})
        if held != self._expected:
            wrong = [key for key in {**held, **self._expected} if held.get(key) != self._expected.get(key)]
            raise BrokenRunError(f"{shop}: {len(wrong)} products differ from the source, such as {wrong[:5]}")

    def _expect(self, ids: Iterable[int]) -> None:
        for product_id in ids:
            product: Any = self._catalogue.product(product_id)
            mapped = to_medusa(product)
            found = digest(orjson.loads(orjson.dumps(mapped.body)), mapped.category)
            self._expected[mapped.key] = found.hex()

    def _post(self, url: str, body: object) -> Any:
        answer = self._http.request("POST", url, body=orjson.dumps(body), timeout=120)
        if answer.status != 200:
            raise BrokenRunError(f"POST {url} answered {answer.status}")
        return orjson.loads(answer.data)


@contextmanager
def open_shops(count: int) -> Iterator[Shops]:
    """Both servers for the length of the block."""
    with (
        _serving("bench.shop.source", f"--products={count}") as source,
        _serving("bench.shop.target") as target,
    ):
        yield Shops(count, source, target)


@contextmanager
def _serving(module: str, *arguments: str) -> Iterator[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(FUNCTIONS)])}
    command = [sys.executable, "-m", module, *arguments]
    with subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            if not url:
                raise BrokenRunError(f"{module} did not start")
            yield url
        finally:
            process.terminate()
