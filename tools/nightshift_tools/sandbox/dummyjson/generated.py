"""A catalogue of any size, made product by product when it is asked for, and always the same.

A product depends on the seed and its id alone, so nothing is kept: a million products cost no memory, and a
page is made anew each time it is read.
"""

import re
from collections.abc import Sequence
from typing import Final

from nightshift_tools.sandbox import exact_json
from nightshift_tools.sandbox.dummyjson.words import (
    BRANDS,
    COMMENTS,
    QUALITIES,
    RETURNS,
    REVIEWERS,
    SHIPPINGS,
    THINGS,
    WARRANTIES,
)
from nightshift_tools.sandbox.exact_json import JsonObject

_CATEGORIES: Final = tuple(THINGS)
_NAMES: Final = 5 * len(QUALITIES)  # names per category before they need a number
_STRIDE: Final = 73  # shares no factor with _NAMES, so it visits every name once
# The two instants that all of DummyJSON's products share: useless as a watermark, as there.
_CREATED: Final = "2025-04-30T09:41:02.053Z"
_INSTANTS: Final = (_CREATED, "2025-04-30T09:41:02.054Z")
_TWIN: Final = 2  # the product that carries the title of the one before it
_BARCODES: Final = 10**13
_PRICES: Final = {3: 0.79, 4: 36999.99}  # cheapest and dearest
_CDN: Final = "https://cdn.sandbox.example"
_CODES: Final = {name: re.sub("[^A-Z]", "X", name[:3].upper()) for name in (*THINGS, *BRANDS)}
# Shared between products, so never to be changed in place.
_REVIEWS: Final[list[JsonObject]] = [
    {
        "rating": 1 + (len(comment) + len(name)) % 5,
        "comment": comment,
        "date": _CREATED,
        "reviewerName": name,
        "reviewerEmail": f"{name.split()[0].lower()}@reviews.sandbox.example",
    }
    for comment in COMMENTS
    for name in REVIEWERS
]


class Generated:
    """`count` products with the ids 1 to `count`."""

    def __init__(self, count: int, seed: int) -> None:
        self.ids: Sequence[int] = range(1, count + 1)
        self._seed = seed

    def product(self, product_id: int) -> bytes:
        """The product's JSON. Any id gives one, so that products can be added beyond `count`."""
        return exact_json.dumps(product_document(product_id, self._seed))

    def categories(self) -> list[str]:
        """The categories that occur, in the order of their first product."""
        turns = self.ids[: 2 * len(_CATEGORIES)]  # the twin leaves its own category's first turn out
        return list(dict.fromkeys(_category(product_id) for product_id in turns))


def product_document(product_id: int, seed: int) -> JsonObject:
    """One product in DummyJSON's full shape; `brand` is missing from about half of them."""
    dice = _mix(product_id * 0x9E3779B97F4A7C15 + seed)
    category, title, thing = _identity(product_id)
    brand = BRANDS[dice % 16]
    folder = f"{_CDN}/{category}/{product_id}"
    document: JsonObject = {
        "id": product_id,
        "title": title,
        "description": f"The {title} is made for everyday use. Customers praise its finish and its price.",
        "category": category,
        "price": _PRICES.get(product_id) or _price(dice >> 4),
        "discountPercentage": (dice >> 8) % 2000 / 100,
        "rating": (250 + (dice >> 12) % 250) / 100,
        "stock": 0 if (stock := (dice >> 16) % 120 - 3) < 0 else stock,
        "tags": [category, thing.lower()],
        "brand": brand,
        "sku": f"{_CODES[category]}-{_CODES[brand]}-{product_id:03d}",
        "weight": 1 + (dice >> 20) % 10,
        "dimensions": {
            "width": (500 + (dice >> 24) % 2500) / 100,
            "height": (500 + (dice >> 28) % 2500) / 100,
            "depth": (500 + (dice >> 32) % 2500) / 100,
        },
        "warrantyInformation": WARRANTIES[(dice >> 36) % 4],
        "shippingInformation": SHIPPINGS[(dice >> 38) % 3],
        "availabilityStatus": "Out of Stock" if stock <= 0 else "Low Stock" if stock < 9 else "In Stock",
        "reviews": [_REVIEWS[(dice >> shift) % len(_REVIEWS)] for shift in (40, 45, 50)],
        "returnPolicy": RETURNS[(dice >> 42) % 3],
        "minimumOrderQuantity": 1 + (dice >> 44) % 50,
        "meta": {
            "createdAt": _CREATED,
            "updatedAt": _INSTANTS[(dice >> 48) % 2],
            "barcode": f"{(product_id * 7_368_787_891 + 5_784_719_087_687) % _BARCODES:013d}",
            "qrCode": f"{_CDN}/qr-code.png",
        },
        "images": [f"{folder}/{number}.webp" for number in range(1, 2 + (dice >> 52) % 6)],
        "thumbnail": f"{folder}/thumbnail.webp",
    }
    if (dice >> 56) % 2:
        del document["brand"]
    return document


def _identity(product_id: int) -> tuple[str, str, str]:
    """Category, title and thing; no title comes twice but the twin's."""
    category = _category(product_id)
    series, turn = divmod((product_id - 1) // len(_CATEGORIES), _NAMES)
    quality, thing = divmod(turn * _STRIDE % _NAMES, 5)
    name = f"{QUALITIES[quality]} {THINGS[category][thing]}"
    return category, f"{name} No. {series + 1}" if series else name, THINGS[category][thing]


def _category(product_id: int) -> str:
    place = 1 if product_id == _TWIN else product_id
    return _CATEGORIES[(place - 1) % len(_CATEGORIES)]


def _price(dice: int) -> float:
    """Mostly tens, some hundreds, few thousands; always between the cheapest and the dearest."""
    ceiling = (2_000, 10_000, 50_000, 3_000_000)[dice % 4]
    return (80 + (dice >> 2) % ceiling) / 100


def _mix(value: int) -> int:
    """64 well-stirred bits (the finisher of splitmix64)."""
    value &= 0xFFFFFFFFFFFFFFFF
    value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9 & 0xFFFFFFFFFFFFFFFF
    value = (value ^ (value >> 27)) * 0x94D049BB133111EB & 0xFFFFFFFFFFFFFFFF
    return value ^ (value >> 31)
