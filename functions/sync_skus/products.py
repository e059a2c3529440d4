"""The products of an org: those to send, and what is written back of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import cached_property
from typing import TypeAlias

from nightshift import Cursor, Outcome, Run
from nightshift.connectors.digital_river import Conflict, Done, Planned, Refused, Result, Skus, StoredSku
from nightshift.connectors.salesforce import Org, Record
from nightshift.errors import RecordError
from sync_skus.mapping import TaxCodes, tax_codes, to_sku
from sync_skus.params import Params
from sync_skus.selection import (
    ATTEMPTS,
    ERROR,
    FLAG,
    PRODUCT,
    SYNCED,
    products_query,
    tax_codes_query,
)

SETTLED = timedelta(seconds=5)
"""A product that was changed less long ago is left for the next run."""

_MAX_ERROR = 1_000

Sending: TypeAlias = Result[StoredSku] | RecordError
"""What became of one product: Digital River's answer, or why it could not be sent."""


class Products:
    """The products that one run sends. What is read of one is what is written back on."""

    def __init__(self, org: Org, run: Run[Params]) -> None:
        self._org = org
        self._run = run
        self._package = run.params.package

    def to_send(self) -> Iterator[Record]:
        """In the order in which they are sent, read a page at a time."""
        before = self._run.now() - SETTLED
        after = self._run.cursor.get("after") if self._run.params.mode == "all" else None
        query = products_query(self._package, self._run.params.mode, before, str(after) if after else None)
        yield from self._org.query(query, page_size=200)

    @property
    def cursor(self) -> Callable[[Record], Cursor] | None:
        """Where to go on behind a product. Flagged ones lose their flag instead, and need no cursor."""
        return (lambda product: {"after": product.id}) if self._run.params.mode == "all" else None

    def send(self, skus: Skus, products: Sequence[Record]) -> dict[str, Sending]:
        """Send each product once; what became of it, by id."""
        results: dict[str, Sending] = {}
        for product in products:
            try:
                results[product.id] = skus.put(to_sku(product, self._package, self._tax_codes))
            except RecordError as error:
                results[product.id] = error
        return results

    def write_back(self, products: Sequence[Record], results: Mapping[str, Sending]) -> Outcome:
        """Note in Salesforce what became of each product, where nobody has changed it since it was read.

        One that was changed keeps its flag, and the next run sends it again.
        """
        failed = {key: why for key, result in results.items() if (why := _complaint(result)) is not None}
        rows = {
            product.id: self._as_failed(product, failed[product.id])
            if product.id in failed
            else self._as_synced()
            for product in products
        }
        seen = {product.id: product.instant("LastModifiedDate") for product in products}
        written = self._org.update_unchanged(
            PRODUCT, rows, {key: instant for key, instant in seen.items() if instant is not None}
        )
        for key, refusal in written.failed.items():
            failed.setdefault(key, f"it was sent, but Salesforce does not let that be noted: {refusal}")
        created = [key for key, result in results.items() if _is_new(result) and key not in failed]
        updated = [key for key in results if key not in failed and key not in created]
        return Outcome(created=created, updated=updated, failed=failed)

    def _as_synced(self) -> Mapping[str, object]:
        synced = {self._package(FLAG): False, self._package(SYNCED): self._run.now()}
        return {**synced, ERROR: None, ATTEMPTS: 0}

    def _as_failed(self, product: Record, why: str) -> Mapping[str, object]:
        attempts = product.number(ATTEMPTS) or 0
        return {ERROR: why[:_MAX_ERROR], ATTEMPTS: int(attempts) + 1}

    @cached_property
    def _tax_codes(self) -> TaxCodes:
        return tax_codes(self._org.query(tax_codes_query(self._package)), self._package)


def _complaint(result: Sending) -> str | None:
    if isinstance(result, RecordError):
        return result.reason
    if isinstance(result, Refused | Conflict):
        return f"Digital River refuses it: {result.problem}"
    return None


def _is_new(result: Sending) -> bool:
    return (isinstance(result, Done) and result.created) or (isinstance(result, Planned) and result.creates)
