"""What DummyJSON serves. Only `id` is vouched for: the rest is as the source sent it, and
whoever reads a field checks it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict


class Product(TypedDict, total=False):
    """One product. `unreadable` is ours: why its JSON could not be read, with nothing but `id` beside it."""

    id: int | str
    title: object
    description: object
    category: object
    price: object
    rating: object
    tags: object
    brand: object
    sku: object
    weight: object
    dimensions: object
    meta: object
    images: object
    thumbnail: object
    unreadable: str


@dataclass(frozen=True, slots=True)
class Category:
    """A category: `slug` is what products name, `name` is for people."""

    slug: str
    name: str
