"""The target: the part of Medusa's admin API that a product sync needs, in memory.

It keeps a hash of each product and what an update must know of it, not the product: a million fit. So it can
answer the look-up before a write, and refuses the one for a comparison, which none of these runs asks for.
Each path begins with the name of a shop of its own, so that contenders do not meet.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_to_bytes

import orjson

from bench.shop.digest import digest
from bench.shop.wire import Answer, Latency, Request, serve

_EXTERNAL_IDS = re.compile(rb"(?:^|&)external_id(?:%5B%5D|\[\])=([^&]*)")
_NOT_FOUND = Answer(b'{"message":"not found"}', b"404 Not Found")
_UNAUTHORIZED = Answer(b'{"message":"Unauthorized"}', b"401 Unauthorized")


@dataclass(frozen=True, slots=True)
class Held:
    """What is kept of a product."""

    number: int
    digest: bytes
    handle: str
    sku: str | None
    price: float
    category: str | None

    def document(self, external_id: str) -> dict[str, Any]:
        """The product as the look-up before an update asks for it."""
        price = {
            "id": f"price_{self.number}",
            "currency_code": "usd",
            "amount": self.price,
            "price_rules": [],
        }
        variant = {"id": f"variant_{self.number}", "title": "Default", "sku": self.sku, "prices": [price]}
        category = {"id": f"pcat_{self.category}", "handle": self.category}
        return {
            "id": f"prod_{self.number}",
            "external_id": external_id,
            "handle": self.handle,
            "variants": [variant],
            "categories": [category] if self.category else [],
        }


@dataclass(slots=True)
class Shop:
    """One shop: its products by external id, and how many it was told to create and to update."""

    products: dict[str, Held] = field(default_factory=dict)
    external_ids: dict[str, str] = field(default_factory=dict)
    categories: set[str] = field(default_factory=set)
    created: int = 0
    updated: int = 0

    def handle(self, request: Request, path: bytes) -> Answer:
        if path == b"/auth/user/emailpass":
            return Answer(b'{"token":"bench.token"}')
        if not request.is_authorized:
            return _UNAUTHORIZED
        match request.method, path:
            case b"GET", b"/admin/products":
                return self._look_up(request.query)
            case b"POST", b"/admin/products/batch":
                return self._write(orjson.loads(request.body))
            case b"GET", b"/admin/product-categories":
                listed = [{"id": f"pcat_{name}", "handle": name} for name in sorted(self.categories)]
                return Answer(orjson.dumps({"product_categories": listed, "count": len(listed)}))
            case b"POST", b"/admin/product-categories":
                name = orjson.loads(request.body)["handle"]
                self.categories.add(name)
                return Answer(orjson.dumps({"product_category": {"id": f"pcat_{name}", "handle": name}}))
        return _NOT_FOUND

    def _look_up(self, query: bytes) -> Answer:
        wanted = [unquote_to_bytes(name).decode() for name in _EXTERNAL_IDS.findall(query)]
        found = [self.products[name].document(name) for name in wanted if name in self.products]
        if found and b"metadata" in query:
            return Answer(b'{"message":"this double keeps no whole products"}', b"501 Not Implemented")
        return Answer(orjson.dumps({"products": found, "count": len(found)}))

    def _write(self, batch: dict[str, list[dict[str, Any]]]) -> Answer:
        created = [self._create(item) for item in batch.get("create", ())]
        updated = [self._update(item) for item in batch.get("update", ())]
        return Answer(orjson.dumps({"created": created, "updated": updated, "deleted": {"ids": []}}))

    def _create(self, item: dict[str, Any]) -> dict[str, str]:
        self.created += 1
        category = next((c["id"].removeprefix("pcat_") for c in item["categories"]), None)
        return self._keep(item, self.created, item["handle"], category)

    def _update(self, item: dict[str, Any]) -> dict[str, str]:
        self.updated += 1
        held = self.products[self.external_ids[item["id"]]]
        return self._keep(item, held.number, held.handle, held.category)

    def _keep(self, item: dict[str, Any], number: int, handle: str, category: str | None) -> dict[str, str]:
        name, variant = item["external_id"], item["variants"][0]
        price = variant["prices"][0]["amount"]
        self.products[name] = Held(number, digest(item, category), handle, variant["sku"], price, category)
        self.external_ids[f"prod_{number}"] = name
        return {"id": f"prod_{number}", "external_id": name}


class Target:
    """All shops of the process."""

    def __init__(self, latency: Latency) -> None:
        self._latency = latency
        self._shops: dict[bytes, Shop] = {}

    def handle(self, request: Request) -> Answer:
        if request.path.startswith(b"/_bench/"):
            return self._control(request)
        name, _, rest = request.path[1:].partition(b"/")
        shop = self._shops.setdefault(name, Shop())
        return shop.handle(request, b"/" + rest)

    def _control(self, request: Request) -> Answer:
        given = orjson.loads(request.body or b"{}")
        if request.path == b"/_bench/latency":
            self._latency.seconds = given["seconds"]
            return Answer(b"{}")
        name = given["shop"].encode()
        if request.path == b"/_bench/reset":
            self._shops.pop(name, None)
            return Answer(b"{}")
        shop = self._shops.setdefault(name, Shop())
        if request.path == b"/_bench/writes":
            return Answer(orjson.dumps([shop.created, shop.updated]))
        digests = {name: held.digest.hex() for name, held in shop.products.items()}
        return Answer(orjson.dumps(digests)) if request.path == b"/_bench/digests" else _NOT_FOUND


def main() -> None:
    latency = Latency()
    serve(Target(latency).handle, latency)


if __name__ == "__main__":
    main()
