"""A shop with products, and a worker of report-products over one state, one folder and one clock."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from nightshift_tools.embedded import SqliteState
from nightshift_tools.local.files import FolderFiles
from nightshift_tools.sandbox.server import Sandbox
from support.jobs import JobWorker
from support.shop import FakeClock

MINUTE = 60


@dataclass
class Shop:
    """Medusa's products, put there through its store as the admin would."""

    sandbox: Sandbox
    clock: FakeClock
    folder: Path
    state: SqliteState = field(default_factory=SqliteState.in_memory)

    def __post_init__(self) -> None:
        self.files = FolderFiles(self.folder)
        self.job = JobWorker("report-products", self.sandbox, self.state, self.clock)
        self.job.files = self.files
        self._count = 0

    def add(
        self,
        *prices: str,
        currency: str = "usd",
        status: str = "published",
        image: bool = True,
        **fields: Any,
    ) -> str:
        """A product with a variant for each price; its id."""
        self._count += 1
        given = {
            "title": f"Product {self._count}",
            "status": status,
            "handle": f"product-{self._count}",
            "images": [{"url": "https://shop.example/1.png"}] if image else [],
            "options": [{"title": "Size", "values": [str(n) for n in range(len(prices) or 1)]}],
            "variants": [
                {
                    "title": str(n),
                    "options": {"Size": str(n)},
                    "prices": [{"currency_code": currency, "amount": Decimal(price)}] if price else [],
                }
                for n, price in enumerate(prices)
            ],
            **fields,
        }
        found: list[str] = self.sandbox.shop.admin(lambda medusa: medusa.store.products.create_all([given]))
        return found[0]

    def edit(self, product_id: str, **changes: Any) -> None:
        self.sandbox.shop.admin(
            lambda medusa: medusa.store.products.update_all([{"id": product_id, **changes}])
        )

    def remove(self, product_id: str) -> None:
        self.sandbox.shop.admin(lambda medusa: medusa.store.rows.delete(product_id))

    def category(self, name: str) -> dict[str, str]:
        """A reference to a category of that name, made where it is missing."""

        def make(medusa: Any) -> dict[str, str]:
            for category in medusa.store.categories:
                if category["name"] == name:
                    return {"id": category["id"]}
            made = medusa.store.categories.create({"name": name, "handle": name.lower()})
            return {"id": made["id"]}

        return self.sandbox.shop.admin(make)

    def report(self, **settings: object) -> Mapping[str, Any]:
        """Run the job a minute later; the JSON of its report."""
        self.clock.advance(MINUTE)
        ended = self.job.by_hand(**settings)
        assert ended.error is None, ended.error
        return self.json()

    def names(self) -> list[str]:
        return [found.name for found in self.files.find("")]

    def text(self, suffix: str) -> str:
        """The newest file with that end of its name."""
        (*_, name) = [name for name in self.names() if name.endswith(suffix)]
        return b"".join(self.files.read(name)).decode()

    def json(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = json.loads(self.text(".json"))
        return found

    def rows(self, kind: str = "") -> list[dict[str, str]]:
        """The rows of the newest table, or of the newest of that kind."""
        names = [name for name in self.names() if name.endswith(".csv")]
        (*_, name) = [name for name in names if name.endswith("-changes.csv") is bool(kind)]
        text = b"".join(self.files.read(name)).decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text)))
