"""The live products: stored as JSON, indexed by what must be unique and by what jobs look up."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from nightshift_tools.sandbox import exact_json
from nightshift_tools.sandbox.exact_json import JsonObject
from nightshift_tools.sandbox.medusa.errors import invalid

_VARIANT_KEYS = ("sku", "ean", "upc", "barcode")


class Key(NamedTuple):
    """A value that no other live row may have."""

    entity: str
    field: str
    value: str


class Row(NamedTuple):
    """A product as stored, with the columns that are asked for without the rest; `variants` are ids and SKUs.

    Kept as bytes: a hundred thousand products as dictionaries would fill a laptop.
    """

    json: bytes
    status: str
    updated_at: str
    external_id: str | None
    keys: tuple[Key, ...]
    variants: tuple[tuple[str, str | None], ...] = ()

    def document(self) -> JsonObject:
        """The product, parsed; the caller may change it."""
        parsed: JsonObject = exact_json.loads(self.json)
        return parsed


class Rows:
    """Products by id, in the order of their ids."""

    def __init__(self) -> None:
        self._rows: dict[str, Row] = {}
        self._owners: dict[Key, str] = {}
        self._by_external_id: dict[str, list[str]] = {}
        self._by_variant: dict[str, str] = {}
        self._undo: list[tuple[str, Row | None]] | None = None

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def get(self, product_id: str) -> Row | None:
        """The row, or None where no live product has that id."""
        return self._rows.get(product_id)

    def with_handle(self, handle: str) -> list[str]:
        """The id of the product with that handle, if there is one."""
        owner = self._owners.get(Key("Product", "handle", handle))
        return [owner] if owner else []

    def with_external_id(self, external_id: str) -> list[str]:
        """The ids of all products with that external id, which need not be unique."""
        return list(self._by_external_id.get(external_id, ()))

    def with_variant(self, variant_id: str) -> list[str]:
        """The id of the product with that variant, if there is one."""
        owner = self._by_variant.get(variant_id)
        return [owner] if owner else []

    def with_sku(self, sku: str) -> list[str]:
        """The id of the product with a variant of that SKU, if there is one."""
        owner = self._owners.get(Key("Product variant", "sku", sku))
        return [owner] if owner else []

    def external_ids(self) -> dict[str, list[str]]:
        """Product ids by external id."""
        return {external_id: list(ids) for external_id, ids in self._by_external_id.items() if ids}

    def put(self, document: JsonObject) -> None:
        """Insert or replace; raises MedusaError where a unique value is taken by another row."""
        product_id = document["id"]
        keys = _keys(document)
        for place, key in enumerate(keys):
            if self._owners.get(key, product_id) != product_id or key in keys[:place]:
                raise invalid(f"{key.entity} with {key.field}: {key.value}, already exists.")
        row = Row(
            exact_json.kept(document),
            document["status"],
            document["updated_at"],
            document["external_id"],
            keys,
            tuple((variant["id"], variant["sku"]) for variant in document["variants"]),
        )
        self._replace(product_id, row)

    def delete(self, product_id: str) -> None:
        """Take a product out of the live rows; an unknown id is no error, as in Medusa."""
        if product_id in self._rows:
            self._replace(product_id, None)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of the writes within, or none of them where one raises."""
        undo: list[tuple[str, Row | None]] = []
        self._undo = undo
        try:
            yield
        except BaseException:
            self._undo = None
            for product_id, row in reversed(undo):
                self._replace(product_id, row)
            raise
        finally:
            self._undo = None

    def _replace(self, product_id: str, row: Row | None) -> None:
        old = self._rows.get(product_id)
        if self._undo is not None:
            self._undo.append((product_id, old))
        if old is not None:
            for key in old.keys:
                del self._owners[key]
            self._link(old.external_id, product_id, present=False)
            for variant_id, _ in old.variants:
                del self._by_variant[variant_id]
        if row is None:
            self._rows.pop(product_id, None)
            return
        self._rows[product_id] = row
        self._owners.update(dict.fromkeys(row.keys, product_id))
        self._link(row.external_id, product_id, present=True)
        self._by_variant.update({variant_id: product_id for variant_id, _ in row.variants})

    def _link(self, external_id: str | None, product_id: str, *, present: bool) -> None:
        if external_id is None:
            return
        ids = self._by_external_id.setdefault(external_id, [])
        if present:
            ids.append(product_id)
        else:
            ids.remove(product_id)


def _keys(document: JsonObject) -> tuple[Key, ...]:
    handle = Key("Product", "handle", document["handle"])
    codes = [
        Key("Product variant", field, variant[field])
        for variant in document["variants"]
        for field in _VARIANT_KEYS
        if variant[field] is not None
    ]
    return (handle, *codes)
