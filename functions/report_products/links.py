"""Where a person finds a product: in Medusa's admin."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class Links:
    """Links into the admin of a shop; there are none where its address is not for a browser."""

    shop: str

    def __bool__(self) -> bool:
        return self.shop.startswith(("https://", "http://"))

    def product(self, product_id: str) -> str:
        return f"{self.shop.rstrip('/')}/app/products/{quote(product_id, safe='')}"
