"""Invoices: what Digital River itself collects for a subscription."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nightshift.connectors.digital_river.api import Api, path_of
from nightshift.connectors.digital_river.reading import Document, Fields
from nightshift.money import Money


@dataclass(frozen=True, slots=True)
class Invoice:
    """`state` is draft, open, paid, uncollectible or void; `order_id` is there once it is paid."""

    id: str
    state: str
    total: Money
    upstream_id: str | None
    order_id: str | None
    attempts: int


class Invoices:
    """The invoices of an account."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def get(self, invoice_id: str) -> Invoice | None:
        """One invoice, or None where there is none."""
        return self._api.get(path_of("invoices", invoice_id), _invoice)

    def with_upstream_id(self, upstream_id: str) -> Sequence[Invoice]:
        """Every invoice with this id of ours, newest first."""
        return self._api.matching(
            "/invoices", "upstreamIds", upstream_id, _invoice, lambda found: found.upstream_id
        )


def _invoice(document: Document) -> Invoice:
    fields = Fields(document)
    return Invoice(
        id=fields.text("id"),
        state=fields.text("state"),
        total=fields.money("totalAmount", fields.text("currency")),
        upstream_id=fields.maybe_text("upstreamId"),
        order_id=fields.maybe_text("orderId"),
        attempts=fields.whole("attemptCount"),
    )
