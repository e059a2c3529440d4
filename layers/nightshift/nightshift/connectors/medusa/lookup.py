"""Which of our products Medusa has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from nightshift.connectors import Log
from nightshift.connectors.medusa.found import Found
from nightshift.connectors.medusa.listing import read_list, read_list_from_its_end
from nightshift.connectors.medusa.session import Session
from nightshift.http import Response
from nightshift.http.query import escaped

PRODUCTS = "/admin/products"
_MAX_QUERY = 6000
"""Characters. Medusa answers 431 to 21 kB of URL; 200 ids pass (seen on Medusa 2.21)."""


class Lookup:
    """Looks products up by what identifies them, and believes nothing that was not asked for."""

    def __init__(self, session: Session, log: Log) -> None:
        self._session = session
        self._log = log

    def by_external_id(self, handles: Mapping[str, str | None], fields: str) -> dict[str, Found]:
        """Live products by external id. `handles` has, for each id, the handle we would give.

        External ids are not unique in Medusa: of several products with one, that with our
        handle counts, else the oldest, and a warning says so. UpstreamError where this Medusa does not know
        the filter and lists what was not asked for.
        """
        found: dict[str, list[Found]] = {}
        for product, answer in self._read("external_id[]", handles, fields):
            if product.external_id is None or product.external_id not in handles:
                raise answer.error(
                    "products that were not asked for: this Medusa ignores the filter external_id, so what "
                    "it holds cannot be told; use a release that has it (2.21 does)"
                )
            found.setdefault(product.external_id, []).append(product)
        return {key: self._choose(key, handles[key], products) for key, products in found.items()}

    def by_handle(self, handles: Iterable[str], fields: str) -> dict[str, Found]:
        """Live products by handle, which is unique."""
        wanted = list(handles)
        found = {product.handle: product for product, _ in self._read("handle[]", wanted, fields)}
        return {handle: found[handle] for handle in wanted if handle in found}

    def by_id(self, ids: Iterable[str], fields: str) -> dict[str, Found]:
        """Live products by Medusa's id."""
        wanted = list(ids)
        found = {product.id: product for product, _ in self._read("id[]", wanted, fields)}
        return {identity: found[identity] for identity in wanted if identity in found}

    def by_sku(self, skus: Iterable[str], fields: str) -> Iterator[Found]:
        """Live products with a variant of one of these SKUs. UpstreamError as in `by_external_id`."""
        wanted = set(skus)
        for product, answer in self._read("variants[sku][]", sorted(wanted), fields):
            if wanted.isdisjoint(str(variant.get("sku")) for variant in product.variants):
                raise answer.error(
                    "products that were not asked for: this Medusa ignores the filter variants[sku]; name "
                    "variants by their id instead"
                )
            yield product

    def of_source(self, source: str) -> Iterator[str]:
        """The external ids of all products whose `metadata.source` is this; read page by page, and none is
        left out where they are deleted meanwhile."""
        query = [("fields", "id,external_id,metadata"), ("order", "id")]
        for document in read_list_from_its_end(self._session, PRODUCTS, "products", query):
            product = Found.of(document)
            if product.external_id and product.metadata.get("source") == source:
                yield product.external_id

    def _read(self, name: str, values: Iterable[str], fields: str) -> Iterator[tuple[Found, Response]]:
        for part in _short_enough(list(values), name):
            query = [*((name, value) for value in part), ("fields", fields)]
            for document, answer in read_list(self._session, PRODUCTS, "products", query):
                yield Found.of(document), answer

    def _choose(self, key: str, handle: str | None, products: Sequence[Found]) -> Found:
        # Medusa's ids are ULIDs: the smallest is the oldest.
        chosen = min(products, key=lambda product: (product.handle != handle, product.id))
        if len(products) > 1:
            self._log.warning(
                f"Medusa has {len(products)} products with external_id {key}; {chosen.id} is kept up to date",
                extra={"record": key},
            )
        return chosen


def _short_enough(values: Sequence[str], name: str) -> Iterator[Sequence[str]]:
    """The values in parts that fit into a URL."""
    part: list[str] = []
    length = 0
    for value in values:
        size = len(f"&{escaped(name)}=") + len(escaped(value))
        if part and length + size > _MAX_QUERY:
            yield part
            part, length = [], 0
        part.append(value)
        length += size
    if part:
        yield part
