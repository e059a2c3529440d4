"""Products as they are written to Medusa."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import blake2b
from typing import Any, NamedTuple, Protocol

import orjson

from nightshift.batch import FINGERPRINT_BYTES
from nightshift.errors import RecordError

MAX_PRODUCT_BYTES = 400_000
"""Of one product's JSON. Medusa 2.21 takes 2 MiB per request; what is longer than this is no text
about a product but a fault."""


class SourceCategory(Protocol):
    """A category of the source: `slug` becomes Medusa's handle."""

    @property
    def slug(self) -> str: ...
    @property
    def name(self) -> str: ...


class Product(NamedTuple):
    """One product in Medusa's terms.

    `key` is the source's id and becomes `external_id`. `body` is what `POST /admin/products` takes, but for
    `categories`: those follow from `category`, a handle, when the product is written. `fingerprint` is kept
    in Medusa as `metadata.source_hash`.
    """

    key: str
    handle: str
    title: str
    category: str | None
    body: Mapping[str, object]
    fingerprint: bytes

    @classmethod
    def of(cls, body: Mapping[str, object], category: str | None) -> Product:
        """The product with this body, whose `external_id`, `handle`, `title` and `metadata` must be there.

        RecordError for what Medusa cannot store: lone surrogates, NUL characters, too many bytes.
        """
        key: Any = body["external_id"]
        try:
            written = orjson.dumps([category, body], option=orjson.OPT_SORT_KEYS)
        except TypeError:
            raise RecordError(
                key, f"{_path_of_broken_text(body)}: half a character (a lone surrogate)"
            ) from None
        if len(written) > MAX_PRODUCT_BYTES:
            size = f"{len(written):,} bytes, where a product may have {MAX_PRODUCT_BYTES:,}"
            raise RecordError(key, f"{_path_of_longest_text(body)} is too long: the product has {size}")
        if b"\\" in written and b"\\u0000" in written and (path := _path_of_nul(body)):
            raise RecordError(key, f"{path}: a NUL character, which Medusa's database cannot store")
        fingerprint = blake2b(written, digest_size=FINGERPRINT_BYTES).digest()
        handle: Any = body["handle"]
        title: Any = body["title"]
        metadata: Any = body["metadata"]
        whole = dict(body)
        whole["metadata"] = {**metadata, "source_hash": fingerprint.hex()}
        return cls(key, handle, title, category, whole, fingerprint)


def _texts(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text within a value, with its place: `metadata.tags.0`."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for name, member in value.items():
            yield from _texts(member, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list):
        for place, member in enumerate(value):
            yield from _texts(member, f"{path}.{place}")


def _path_of_broken_text(body: Mapping[str, object]) -> str:
    return next((path for path, text in _texts(body) if not _is_utf8(text)), "the product")


def _path_of_nul(body: Mapping[str, object]) -> str | None:
    return next((path for path, text in _texts(body) if "\0" in text), None)


def _path_of_longest_text(body: Mapping[str, object]) -> str:
    return max(_texts(body), key=lambda found: len(found[1]))[0]


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
