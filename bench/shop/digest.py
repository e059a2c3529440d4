"""What a product in the target says, as one hash: to see that target equals source."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

import orjson

_PLAIN = (
    "external_id", "title", "description", "status", "thumbnail", "images", "weight", "width", "height",
    "length",
)  # fmt: skip


def digest(item: Mapping[str, Any], category: str | None) -> bytes:
    """The hash of an item of a batch, whether it creates or updates: all that both carry."""
    variant = item["variants"][0]
    amounts = [(price["currency_code"], price["amount"]) for price in variant["prices"]]
    metadata = {name: value for name, value in item["metadata"].items() if value != ""}
    told = [[item[name] for name in _PLAIN], variant["sku"], variant["barcode"], amounts, metadata, category]
    return blake2b(orjson.dumps(told, option=orjson.OPT_SORT_KEYS), digest_size=8).digest()
