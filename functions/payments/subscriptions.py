"""Subscriptions as an org has them, and what both jobs know of one: names, and the terms of a charge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

SUBSCRIPTION = "DR_Subscription"
ACTIVE, PAST_DUE, COMPLETED = "Active", "Past Due", "Completed"


@dataclass(frozen=True, slots=True)
class Terms:
    """What a charge needs to know beside its amount and what does not change until it succeeds: what is sold,
    and for which subscription of Digital River's. Source and agreement are read when it is charged."""

    sku: str
    quantity: int
    subscription: str

    def as_json(self) -> Mapping[str, object]:
        """As the ledger keeps them."""
        return asdict(self)

    @classmethod
    def read(cls, kept: Mapping[str, object]) -> Terms:
        """From the ledger; ValueError where they are none."""
        sku, quantity, subscription = (kept.get(name) for name in ("sku", "quantity", "subscription"))
        if not isinstance(sku, str) or type(quantity) is not int or not isinstance(subscription, str):
            raise ValueError(f"its terms are {dict(kept)}: sku, quantity and subscription make them")
        return cls(sku, quantity, subscription)
