"""The shipped strategies against a sandbox shop."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import urllib3

from batch_strategies import STRATEGIES
from nightshift.batch_jobs.model import BatchJob
from nightshift_tools.sandbox.server import Sandbox
from support.batch_jobs import BatchWorld

FOLDER = "in/anna/"


class ShopWorld(BatchWorld):
    """Batch jobs of the shipped types, whose worker reaches a sandbox."""

    def __init__(self, folder: Path, sandbox: Sandbox, pool: urllib3.PoolManager) -> None:
        super().__init__(folder, STRATEGIES)
        self.sandbox = sandbox
        self.environment = sandbox.environment()
        self._pool = pool
        token = self.post("/auth/user/emailpass", {
            "email": self.environment["MEDUSA_EMAIL"], "password": self.environment["MEDUSA_PASSWORD"],
        })["token"]  # fmt: skip
        self._headers = {"authorization": f"Bearer {token}"}
        sandbox.clear_requests()

    _headers: dict[str, str] = {}  # noqa: RUF012 - replaced once there is a token

    def get(self, path: str) -> Any:
        return self._ask("GET", path)

    def post(self, path: str, body: object) -> Any:
        return self._ask("POST", path, json=body)

    def _ask(self, method: str, path: str, **options: Any) -> Any:
        url = f"{self.environment['MEDUSA_URL']}{path}"
        answer = self._pool.request(method, url, headers=self._headers, **options)
        assert answer.status == 200, answer.data
        return answer.json()

    def upload(self, text: str | bytes, name: str = "a.csv") -> str:
        content = text.encode() if isinstance(text, str) else text
        return self.files.write(FOLDER + name, [content], "text/csv").name

    def run(self, batch_type: str, **context: object) -> BatchJob:
        """A batch job from its creation to where it waits or ends, with one worker."""
        batch_job = self.create(batch_type, **context)
        self.work(batch_job)
        return self.job(batch_job)

    def import_(self, text: str | bytes, batch_type: str = "product-import", **context: object) -> BatchJob:
        return self.run(batch_type, file_key=self.upload(text), **context)

    def products(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get(
            "/admin/products?limit=10000&fields=*variants,*variants.prices,*options,*options.values,*images,"
            "*variants.options,title,handle,status,description,*categories,weight"
        )["products"]
        return found

    def product(self, handle: str) -> dict[str, Any]:
        (found,) = [product for product in self.products() if product["handle"] == handle]
        return found

    def writes(self) -> int:
        """Requests that may change Medusa, since the world began."""
        found = [count for count in self.sandbox.counts() if "/auth/" not in count.route]
        return sum(count.count for count in found if count.surface == "medusa" and count.method != "GET")


@pytest.fixture(scope="package")
def running() -> Iterator[Sandbox]:
    with Sandbox(products=60) as sandbox:
        yield sandbox


@pytest.fixture(scope="package")
def pool() -> Iterator[urllib3.PoolManager]:
    with urllib3.PoolManager() as pool:
        yield pool


@pytest.fixture
def shop(tmp_path: Path, running: Sandbox, pool: urllib3.PoolManager) -> ShopWorld:
    running.reset()
    return ShopWorld(tmp_path, running, pool)
