"""One page of products: told from its neighbours by its bytes, parsed only when its records are asked for."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import cast

import orjson

from nightshift.batch import FINGERPRINT_BYTES
from nightshift.connectors.dummyjson.model import Product
from nightshift.connectors.dummyjson.salvage import salvage
from nightshift.errors import UpstreamError
from nightshift.http import Response

MAX_KEY_BYTES = 255

# The layout that DummyJSON's server writes; any other is parsed whole.
_HEAD = re.compile(rb'\s*\{\s*"products"\s*:\s*\[\s*')
_NUMBER = rb"(\d{1,15})"
_TAIL = re.compile(
    rb'\s*\]\s*,\s*"total"\s*:\s*%b\s*,\s*"skip"\s*:\s*%b\s*,\s*"limit"\s*:\s*%b\s*\}\s*\Z'
    % (_NUMBER, _NUMBER, _NUMBER)
)
_TAIL_BYTES = 200


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ProductPage:
    """A page as `nightshift.batch.Page` wants it.

    `start` is the place of its first product in the source, `end` that of the first one after it. `digest`
    hashes the products' bytes and their number, not the total.
    """

    start: int
    total: int
    end: int
    digest: bytes
    _count: int
    _response: Response
    _listed: slice | list[object]

    def records(self) -> Sequence[tuple[str, Product]]:
        """Id, as text, and product. A product whose JSON cannot be read has its `unreadable` set.

        UpstreamError where the page is not what its envelope says, or a product has no usable id: then
        nothing on the page can be trusted.
        """
        listed = self._parse(self._listed) if isinstance(self._listed, slice) else self._listed
        if len(listed) != self._count and self.end < self.total:
            raise self._response.error(f"{len(listed)} products in an envelope that says {self._count}")
        return [self._record(place, product) for place, product in enumerate(listed)]

    def _parse(self, listed: slice) -> list[object]:
        try:
            envelope = self._response.json()
        except UpstreamError:
            products = salvage(self._response.body[listed])
            if products is None:
                raise
            return products
        return _listed_in(envelope, self._response)

    def _record(self, place: int, product: object) -> tuple[str, Product]:
        key = _key_of(product)
        if key is None:
            raise self._response.error(f"a product without a usable id, as number {place + 1} of the page")
        return key, cast(Product, product)


def read_page(response: Response, start: int) -> ProductPage:
    """The page in an answer to a request for the products after the first `start`.

    UpstreamError where the answer is none, or is empty before the total is reached: that must never pass for
    the end of the products.
    """
    head, tail = _HEAD.match(response.body), None
    if head:
        tail = _TAIL.search(response.body, max(head.end(), len(response.body) - _TAIL_BYTES))
    listed: slice | list[object]
    hashed: memoryview | bytes
    if head and tail:
        listed = slice(head.end(), tail.start())
        total, skipped, count = (int(number) for number in tail.groups())
        hashed = memoryview(response.body)[listed]
        count = count if hashed else 0
    else:
        envelope = response.json()
        listed = _listed_in(envelope, response)
        total, skipped = _number(envelope, "total", response), _number(envelope, "skip", response)
        count = len(listed)
        hashed = _canonical(listed)
    if skipped != start:
        raise response.error(f"the products after the first {skipped}, not after the first {start}")
    if count == 0 and start < total:
        raise response.error(f"no products where {total} are said to be")
    digest = blake2b(hashed, digest_size=FINGERPRINT_BYTES, salt=str(count).encode()).digest()
    return ProductPage(start, total, start + count, digest, count, response, listed)


def _listed_in(envelope: object, response: Response) -> list[object]:
    products = envelope.get("products") if isinstance(envelope, dict) else None
    if not isinstance(products, list):
        raise response.error(f"no list of products: {response.message()}")
    return products


def _number(envelope: object, name: str, response: Response) -> int:
    value = envelope.get(name) if isinstance(envelope, dict) else None
    if type(value) is not int or value < 0:
        raise response.error(f"a list of products whose '{name}' is not a whole number")
    return value


def _canonical(products: list[object]) -> bytes:
    try:
        return orjson.dumps(products, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # lone surrogates
        return json.dumps(products, sort_keys=True).encode()


def _key_of(product: object) -> str | None:
    identity = product.get("id") if isinstance(product, dict) else None
    if type(identity) is int and identity >= 0:
        return str(identity)
    if isinstance(identity, str) and identity.isprintable() and 0 < len(identity.encode()) <= MAX_KEY_BYTES:
        return identity
    return None
