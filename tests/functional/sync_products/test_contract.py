"""sync-products keeps the contract of every job, against the sandbox shop."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any

from nightshift_tools.sandbox.exact_json import loads
from nightshift_tools.sandbox.message import Request, Response
from nightshift_tools.sandbox.server import Sandbox
from nightshift_tools.testing import JobContract, JobWorld, entry_of
from support.sync import ROOT
from sync_products.app import lambda_handler


class Catalogue(JobWorld):
    """Seven products, one of which Medusa refuses when it is poisoned, and one that cannot be mapped."""

    handler = lambda_handler
    entry = entry_of(
        "sync-products",
        ROOT,
        batch_size=3,
        params={"on_missing": "delete", "page_size": 4, "min_seen_ratio": 0.5},
    )

    def prepare(self) -> None:
        self.sandbox = Sandbox(products=7)
        self.sandbox.__enter__()
        self.sandbox.refuse(title="Refused")
        self.environment = self.sandbox.environment()
        self.written: Counter[str] = Counter()
        self.changes = 0
        self._count_writes()

    def close(self) -> None:
        self.sandbox.__exit__(None, None, None)

    def differences(self) -> Mapping[str, str]:
        catalogue = self.sandbox.shop.catalogue
        source = {str(number): catalogue.document(number)["title"] for number in catalogue.ids}
        target = {key: product.title for key, product in self.sandbox.target().items()}
        return {
            key: f"{target.get(key)!r} in Medusa, {source.get(key)!r} in the catalogue"
            for key in source.keys() | target.keys()
            if source.get(key) != target.get(key)
        }

    def effects(self) -> Mapping[str, int]:
        return self.written

    def change(self) -> None:
        self.changes += 1
        self.sandbox.edit(2, title=f"edited {self.changes}")
        self.sandbox.add(title=f"added {self.changes}")
        self.sandbox.remove(max(self.sandbox.shop.catalogue.ids) - 1)

    def poison(self) -> Collection[str]:
        self.sandbox.edit(3, title="Refused")
        self.sandbox.edit(5, price="free")
        return ["3", "5"]

    def cure(self) -> None:
        self.sandbox.edit(3, title="Good")
        self.sandbox.edit(5, price=5)

    def _count_writes(self) -> None:
        """Count what Medusa does to products, whether or not its answer arrives."""
        medusa: Any = self.sandbox.shop.medusa
        answer = medusa.answer

        def counting(request: Request) -> Response:
            response: Response = answer(request)
            if request.path == "/admin/products/batch" and response.status == 200:
                for kind, items in loads(request.body).items():
                    self.written[kind] += len(items)
            return response

        medusa.answer = counting


class TestSyncProducts(JobContract):
    world = Catalogue
