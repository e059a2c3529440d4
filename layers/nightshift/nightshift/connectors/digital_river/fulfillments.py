"""Fulfilments: they capture what was authorised for an order's items, or cancel it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from nightshift.connectors.digital_river.api import Api
from nightshift.connectors.digital_river.outcome import Result
from nightshift.connectors.digital_river.reading import Document, Fields


@dataclass(frozen=True, slots=True)
class FulfillmentItem:
    """How much of one order item is fulfilled and how much cancelled, in pieces."""

    item_id: str
    quantity: int = 0
    cancel_quantity: int = 0


@dataclass(frozen=True, slots=True)
class Fulfillment:
    """One fulfilment that took effect."""

    id: str
    order_id: str
    items: tuple[FulfillmentItem, ...]
    metadata: Mapping[str, object] = field(default_factory=dict)
    created_at: datetime | None = None


class Fulfillments:
    """The fulfilments of an account."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def create(
        self, order_id: str, items: Sequence[FulfillmentItem], metadata: Mapping[str, str]
    ) -> Result[Fulfillment]:
        """Fulfil and cancel items of one order, all or none; one error is reported, even where several are.

        Sent once. After Unknown, `of_order` tells whether it took effect, by the metadata.
        """
        body = {
            "orderId": order_id,
            "items": [
                {"itemId": item.item_id, "quantity": item.quantity, "cancelQuantity": item.cancel_quantity}
                for item in items
            ],
            "metadata": dict(metadata),
        }
        return self._api.post("/fulfillments", body, _fulfillment)

    def of_order(self, order_id: str) -> Sequence[Fulfillment]:
        """All fulfilments of an order, newest first."""
        return self._api.matching(
            "/fulfillments", "orderId", order_id, _fulfillment, lambda found: found.order_id
        )


def _fulfillment(document: Document) -> Fulfillment:
    fields = Fields(document)
    return Fulfillment(
        id=fields.text("id"),
        order_id=fields.text("orderId"),
        items=tuple(
            FulfillmentItem(item.text("itemId"), item.whole("quantity"), item.whole("cancelQuantity"))
            for item in fields.each("items")
        ),
        metadata=fields.metadata(),
        created_at=fields.maybe_instant("createdTime"),
    )
