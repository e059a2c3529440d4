"""Checkouts: what is to be bought, from which stored source; nothing is charged before the order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import orjson

from nightshift.connectors.digital_river.api import Api
from nightshift.connectors.digital_river.outcome import Result
from nightshift.connectors.digital_river.reading import Document, Fields
from nightshift.money import Money


@dataclass(frozen=True, slots=True)
class CheckoutItem:
    """`price` is of one piece, or with `is_aggregate` of all together, which need not be divisible. A renewal
    names its subscription and the billing agreement of the order that began it."""

    sku_id: str
    quantity: int
    price: Money
    subscription_id: str | None = None
    billing_agreement_id: str | None = None
    free_trial: bool = False
    is_aggregate: bool = False


@dataclass(frozen=True, slots=True)
class NewCheckout:
    """A purchase by a stored source without the customer: `merchant_initiated`.

    `tax_inclusive` None leaves it to the account. ValueError where an item's price is in another currency.
    """

    customer_id: str
    source_id: str
    currency: str
    items: Sequence[CheckoutItem]
    upstream_id: str
    tax_inclusive: bool | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for item in self.items:
            if item.price.currency != self.currency:
                raise ValueError(f"{item.sku_id} costs {item.price}, and the checkout is in {self.currency}")

    def body(self) -> Mapping[str, object]:
        """The document that is sent."""
        inclusive = {} if self.tax_inclusive is None else {"taxInclusive": self.tax_inclusive}
        return {
            "customerId": self.customer_id,
            "sourceId": self.source_id,
            "chargeType": "merchant_initiated",
            "currency": self.currency,
            "items": [_item(item) for item in self.items],
            "upstreamId": self.upstream_id,
            "metadata": dict(self.metadata),
            **inclusive,
        }


@dataclass(frozen=True, slots=True)
class Checkout:
    """A checkout that is there; `total` has the taxes."""

    id: str
    total: Money
    upstream_id: str | None


class Checkouts:
    """The checkouts of an account."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def create(self, checkout: NewCheckout) -> Result[Checkout]:
        """Make a checkout. It charges nothing: after Unknown another one may be made, and the one that is
        perhaps there is forgotten."""
        return self._api.post("/checkouts", checkout.body(), _checkout)


def _item(item: CheckoutItem) -> Mapping[str, object]:
    body: dict[str, object] = {
        "skuId": item.sku_id,
        "quantity": item.quantity,
        "aggregatePrice" if item.is_aggregate else "price": orjson.Fragment(f"{item.price.amount:f}"),
    }
    if item.subscription_id is not None:
        agreement = {"billingAgreementId": item.billing_agreement_id} if item.billing_agreement_id else {}
        body["subscriptionInfo"] = {
            "subscriptionId": item.subscription_id,
            "autoRenewal": True,
            "freeTrial": item.free_trial,
            **agreement,
        }
    return body


def _checkout(document: Document) -> Checkout:
    fields = Fields(document)
    total = fields.money("totalAmount", fields.text("currency"))
    return Checkout(fields.text("id"), total, fields.maybe_text("upstreamId"))
