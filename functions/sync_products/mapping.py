"""A DummyJSON product in Medusa's terms: pure."""

from __future__ import annotations

import re
import unicodedata

from nightshift.connectors.dummyjson import Product
from nightshift.connectors.medusa import Product as MedusaProduct
from nightshift.errors import RecordError
from sync_products.fields import FieldError, number, object_, required_text, text, texts

VERSION = 1
"""Raised when the mapping changes, so that products are mapped again that the source has not touched."""

SOURCE = "dummyjson"
FIELDS = (
    "id", "title", "description", "category", "price", "rating", "tags", "brand", "sku", "weight",
    "dimensions", "meta", "images", "thumbnail",
)  # fmt: skip
"""What the mapping reads: a change of anything else is none."""

MAX_PRICE = 1_000_000_000
MAX_MEASURE = 1_000_000_000
MAX_TITLE = 1_000
MAX_CODE = 255
_MAX_SLUG = 200  # Medusa indexes handles; PostgreSQL takes 2,704 bytes there
_MAX_URL = 2_000

_ACCENTS = re.compile(r"[\u0300-\u036f]")
_NOT_IN_HANDLES = re.compile(r"[^a-z0-9]+")


def to_medusa(product: Product) -> MedusaProduct:
    """The product as it is written to Medusa; RecordError names the field that keeps it from that.

    Prices are in major units and leave as the number that came. A field that the source does not have is
    written as null, or in metadata as the empty text, by which Medusa drops a key.
    """
    key = str(product["id"])
    try:
        if "unreadable" in product:
            raise FieldError(product["unreadable"])
        return MedusaProduct.of(_body(key, product), text(product, "category", MAX_CODE))
    except FieldError as error:
        raise RecordError(key, str(error)) from None


def handle_of(title: str, key: str) -> str:
    """`<slug of the title>-<id>`: titles repeat, and handles may not."""
    slug = slug_of(title)
    if len(slug) > _MAX_SLUG:
        slug = slug[:_MAX_SLUG].rstrip("-")
    return f"{slug or 'product'}-{key if key.isascii() and key.isdecimal() else slug_of(key)}"


def slug_of(title: str) -> str:
    """Lower case, accents stripped, every run of anything else than a-z and 0-9 one hyphen."""
    if not title.isascii():
        title = _ACCENTS.sub("", unicodedata.normalize("NFKD", title.casefold()))
    return _NOT_IN_HANDLES.sub("-", title.lower()).strip("-")


def _body(key: str, product: Product) -> dict[str, object]:
    title = required_text(product, "title", MAX_TITLE)
    price = number(product, "price", MAX_PRICE)
    if price is None:
        raise FieldError("price is missing")
    dimensions, meta = object_(product, "dimensions"), object_(product, "meta")
    return {
        "external_id": key,
        "title": title,
        "handle": handle_of(title, key),
        "description": text(product, "description"),
        "status": "published",
        "thumbnail": text(product, "thumbnail", _MAX_URL),
        "images": [{"url": url} for url in texts(product, "images", _MAX_URL)],
        "weight": number(product, "weight", MAX_MEASURE),
        "width": number(dimensions, "width", MAX_MEASURE),
        "height": number(dimensions, "height", MAX_MEASURE),
        "length": number(dimensions, "depth", MAX_MEASURE),
        "options": [{"title": "Default", "values": ["Default"]}],
        "variants": [
            {
                "title": "Default",
                "sku": text(product, "sku", MAX_CODE),
                "barcode": text(meta, "barcode", MAX_CODE),
                "manage_inventory": False,
                "prices": [{"currency_code": "usd", "amount": price}],
                "options": {"Default": "Default"},
            }
        ],
        "metadata": {
            "source": SOURCE,
            "brand": text(product, "brand", MAX_TITLE) or "",
            "rating": _or_empty(number(product, "rating", MAX_MEASURE)),
            "tags": texts(product, "tags", MAX_CODE) or "",
        },
    }


def _or_empty(value: float | None) -> float | str:
    return "" if value is None else value
