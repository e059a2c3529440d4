"""Somebody at Medusa's admin: looks at products and changes them, beside the job."""

from __future__ import annotations

from typing import Any

import urllib3

from nightshift.connectors.dummyjson import Catalog
from nightshift.connectors.medusa import Product
from nightshift_tools.sandbox.server import Sandbox
from sync_products.mapping import to_medusa

BATCH = "/admin/products/batch"


class Admin:
    """Medusa's admin routes, with a token that expires with all others."""

    def __init__(self, sandbox: Sandbox, pool: urllib3.PoolManager) -> None:
        self._sandbox = sandbox
        self._pool = pool

    def get(self, path: str) -> Any:
        return self._ask("GET", path)

    def post(self, path: str, body: object) -> Any:
        return self._ask("POST", path, json=body)

    def product(self, key: str) -> dict[str, Any]:
        """The one product with this external id, with its categories."""
        (found,) = self.get(f"/admin/products?external_id[]={key}&fields=*categories")["products"]
        return found

    def change(self, key: str, **fields: object) -> None:
        self.post(f"/admin/products/{self.product(key)['id']}", fields)

    def category(self, handle: str) -> str:
        """A new category; its id."""
        body = {"name": handle.title(), "handle": handle, "is_active": True}
        return self.post("/admin/product-categories", body)["product_category"]["id"]

    def categories(self) -> dict[str, dict[str, Any]]:
        listed = self.get("/admin/product-categories?limit=1000")["product_categories"]
        return {category["handle"]: category for category in listed}

    def _ask(self, method: str, path: str, **options: Any) -> Any:
        token = self._sandbox.shop.medusa.credentials.token()
        url = f"{self._sandbox.url}/medusa{path}"
        answer = self._pool.request(method, url, headers={"authorization": f"Bearer {token}"}, **options)
        assert answer.status == 200, answer.data
        return answer.json()


def mapped(catalog: Catalog) -> list[Product]:
    """Every product of the source as it stands."""
    return [to_medusa(product) for page in catalog.products() for _, product in page.records()]


def hashes(sandbox: Sandbox) -> dict[str, str | None]:
    """What the target holds."""
    return {key: product.source_hash for key, product in sandbox.target().items()}


def fingerprints(products: list[Product]) -> dict[str, str]:
    """What it should hold."""
    return {product.key: product.fingerprint.hex() for product in products}


def keys(products: list[Product]) -> list[str]:
    return [product.key for product in products]
