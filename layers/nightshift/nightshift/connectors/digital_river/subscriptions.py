"""Subscriptions as Digital River keeps them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from nightshift.connectors.digital_river.api import Api, path_of
from nightshift.connectors.digital_river.reading import Document, Fields


@dataclass(frozen=True, slots=True)
class Subscription:
    """`state` is draft, active, activeFree, activePendingInvoice, failed, lapsed, cancelled or ended."""

    id: str
    state: str
    plan_id: str | None
    customer_id: str | None
    source_id: str | None
    billing_agreement_id: str | None
    currency: str | None
    current_period_ends_at: datetime | None
    next_invoice_at: datetime | None
    metadata: Mapping[str, object] = field(default_factory=dict)


class Subscriptions:
    """The subscriptions of an account."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def get(self, subscription_id: str) -> Subscription | None:
        """One subscription, or None where there is none."""
        return self._api.get(path_of("subscriptions", subscription_id), _subscription)

    def all(self, *, state: str | None = None) -> Iterator[Subscription]:
        """Every subscription, or those in a state. There is no filter by date: who wants what is due reads
        them all."""
        query = [] if state is None else [("state", state)]
        return self._api.every("/subscriptions", query, _subscription)


def _subscription(document: Document) -> Subscription:
    fields = Fields(document)
    return Subscription(
        id=fields.text("id"),
        state=fields.text("state"),
        plan_id=fields.maybe_text("planId"),
        customer_id=fields.maybe_text("customerId"),
        source_id=fields.maybe_text("sourceId"),
        billing_agreement_id=fields.maybe_text("billingAgreementId"),
        currency=fields.maybe_text("currency"),
        current_period_ends_at=fields.maybe_instant("currentPeriodEndDate"),
        next_invoice_at=fields.maybe_instant("nextInvoiceDate"),
        metadata=fields.metadata(),
    )
