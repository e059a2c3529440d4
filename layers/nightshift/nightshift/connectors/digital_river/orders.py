"""Orders: made of a checkout, which charges its source; found by the id that we gave them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from nightshift.connectors.digital_river.api import Api, path_of
from nightshift.connectors.digital_river.charges import Charge, read_charge
from nightshift.connectors.digital_river.outcome import Result
from nightshift.connectors.digital_river.reading import Document, Fields
from nightshift.money import Money


@dataclass(frozen=True, slots=True)
class OrderItem:
    """`state` is created, fulfilled, paid, cancelled, blocked or returned."""

    id: str
    sku_id: str | None
    quantity: int
    state: str | None
    subscription_id: str | None = None
    billing_agreement_id: str | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """`state` is pending_payment, in_review, accepted, blocked, cancelled, fulfilled, complete, returned or
    dispute; a new one may come."""

    id: str
    state: str
    total: Money
    upstream_id: str | None
    checkout_id: str | None
    items: tuple[OrderItem, ...]
    charges: tuple[Charge, ...] = ()
    captured: Money | None = None
    metadata: Mapping[str, object] = field(default_factory=dict)
    created_at: datetime | None = None


class Orders:
    """The orders of an account."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def get(self, order_id: str) -> Order | None:
        """One order, or None where there is none."""
        return self._api.get(path_of("orders", order_id), _order)

    def create(self, checkout_id: str, upstream_id: str, metadata: Mapping[str, str]) -> Result[Order]:
        """Make an order of a checkout, and so charge its source. A decline is a Conflict with its code.

        Sent once. After Unknown, `with_upstream_id` tells what there is; Digital River takes an upstream id
        twice, and would charge twice.
        """
        body = {"checkoutId": checkout_id, "upstreamId": upstream_id, "metadata": dict(metadata)}
        return self._api.post("/orders", body, _order)

    def with_upstream_id(self, upstream_id: str) -> Sequence[Order]:
        """Every order with this id of ours, newest first.

        One id in one request: an order that a longer filter lost would be charged again.
        """
        return self._api.matching(
            "/orders", "upstreamIds", upstream_id, _order, lambda found: found.upstream_id
        )


def _order(document: Document) -> Order:
    fields = Fields(document)
    currency = fields.text("currency")
    return Order(
        id=fields.text("id"),
        state=fields.text("state"),
        total=fields.money("totalAmount", currency),
        upstream_id=fields.maybe_text("upstreamId"),
        checkout_id=fields.maybe_text("checkoutId"),
        items=tuple(_item(item) for item in fields.each("items")),
        charges=tuple(read_charge(charge, currency) for charge in fields.inner("payment").each("charges")),
        captured=fields.maybe_money("capturedAmount", currency),
        metadata=fields.metadata(),
        created_at=fields.maybe_instant("createdTime"),
    )


def _item(fields: Fields) -> OrderItem:
    subscription = fields.inner("subscriptionInfo")
    return OrderItem(
        id=fields.text("id"),
        sku_id=fields.maybe_text("skuId"),
        quantity=fields.whole("quantity"),
        state=fields.maybe_text("state"),
        subscription_id=subscription.maybe_text("subscriptionId"),
        billing_agreement_id=subscription.maybe_text("billingAgreementId"),
    )
