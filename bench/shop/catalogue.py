"""The products that the source serves: the sandbox's generated ones, edited."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from nightshift_tools.sandbox.dummyjson.generated import Generated, product_document

SEED = 1
_TOUCHED = datetime(2026, 1, 1, tzinfo=UTC)


class Catalogue:
    """`count` products with the ids 1 to `count`, the same in every process, and the edits made to them."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._prices: dict[int, float] = {}
        self._touched: dict[int, str] = {}

    def product(self, product_id: int) -> dict[str, Any]:
        product = product_document(product_id, SEED)
        if product_id in self._prices:
            product["price"] = self._prices[product_id]
        if product_id in self._touched:
            product["meta"]["updatedAt"] = self._touched[product_id]
        return product

    def categories(self) -> list[str]:
        return Generated(self.count, SEED).categories()

    def reprice(self, edition: int, every: int) -> list[int]:
        """Give every `every`-th product another price and touch nothing else, `updatedAt` neither, as
        DummyJSON does; their ids."""
        edited = list(range(every, self.count + 1, every))
        self._prices.update({product_id: 10_000 + edition + product_id % 100 / 100 for product_id in edited})
        return edited

    def touch(self, edition: int, every: int) -> list[int]:
        """Change nothing but `updatedAt` of every `every`-th product; their ids."""
        edited = list(range(every, self.count + 1, every))
        at = (_TOUCHED + timedelta(seconds=edition)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        self._touched.update(dict.fromkeys(edited, at))
        return edited
