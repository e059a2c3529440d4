"""Everything that an account of Digital River keeps, and what tests ask of it."""

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from nightshift_tools.sandbox import exact_json
from nightshift_tools.sandbox.clock import Clock, Stamps
from nightshift_tools.sandbox.digital_river.shelf import Shelf
from nightshift_tools.sandbox.digital_river.sources import Sources
from nightshift_tools.sandbox.exact_json import JsonObject


@dataclass(slots=True)
class Knobs:
    """What tests may turn, in seconds where it is a time.

    `search_delay` is how long after its making a document shows up in lists; `capture_delay` how long after a
    fulfilment its captures end, and so an order stays `fulfilled` before it is `complete`; `order_state` the
    state in which orders begin; without `parameters` errors do not say where they are.
    """

    search_delay: float = 0.0
    capture_delay: float = 0.0
    order_state: str = "accepted"
    parameters: bool = True


@dataclass(slots=True)
class Lines:
    """What became of one order item, in pieces."""

    quantity: int
    fulfilled: int = 0
    cancelled: int = 0

    @property
    def open(self) -> int:
        return self.quantity - self.fulfilled - self.cancelled


@dataclass(slots=True)
class Effects:
    """What took effect since the last reset, whatever the client was told.

    By SKU: writes. By order: fulfilments, and lines by item. By upstream id: orders made, charges made, what
    they charged and what of it was captured, and declines.
    """

    skus: Counter[str] = field(default_factory=Counter)
    fulfillments: Counter[str] = field(default_factory=Counter)
    lines: dict[str, dict[str, Lines]] = field(default_factory=dict)
    orders: Counter[str] = field(default_factory=Counter)
    charges: Counter[str] = field(default_factory=Counter)
    charged: dict[str, Decimal] = field(default_factory=dict)
    captured: dict[str, Decimal] = field(default_factory=dict)
    declines: Counter[str] = field(default_factory=Counter)


class Books:
    """The shelves of one account."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.knobs = Knobs()
        self.effects = Effects()
        self.sources = Sources()
        self.expired_agreements: set[str] = set()
        self.stamps = Stamps(clock)
        self._last = 0
        self.skus = self._shelf(
            "SKU",
            "eccn",
            "partNumber",
            "hsCode",
            "taxCode",
            "skuGroupId",
            times=("createdTime", "updatedTime"),
        )
        self.checkouts = self._shelf("Checkout", "customerId", "currency", "upstreamId")
        self.orders = self._shelf(
            "Order", "state", "customerId", "checkoutId", "currency", "upstreamId",
            times=("createdTime", "updatedTime"), skuId=_sku_ids,
        )  # fmt: skip
        self.charges = self._shelf("Charge")
        self.fulfillments = self._shelf(
            "Fulfillment", "orderId", "trackingCompany", "trackingNumber", skuId=_sku_ids
        )
        self.subscriptions = self._shelf("Subscription", "planId", "state", "customerId")
        self.invoices = self._shelf("Invoice", "customerId", "currency", "state", "upstreamId")
        self.events = self._shelf("Event", "type", types=_field("type"))

    def number(self) -> str:
        """The next id of an order or an item: digits."""
        self._last += 1
        return f"{200_000_000_000 + self._last * 10_000}"

    def named(self, prefix: str) -> str:
        """The next id of another kind: a prefix and a UUID that counts."""
        self._last += 1
        return f"{prefix}_00000000-0000-4000-8000-{self._last:012d}"

    def stamp(self) -> str:
        return self.stamps.next()

    def tell(self, kind: str, thing: JsonObject) -> None:
        """Write down that something happened to a thing, as it is now."""
        self.events.put(
            {
                "id": self.named("evt"),
                "type": kind,
                "data": {"object": exact_json.copy(thing), "previousAttributes": {}},
                "liveMode": False,
                "createdTime": self.stamp(),
                "digitalriverVersion": "2021-12-13",
                "webhookIds": [],
            }
        )

    def _shelf(
        self, what: str, *fields: str, times: tuple[str, ...] = ("createdTime",), **held: Any
    ) -> Shelf:
        # The parameter is the field, but for upstreamId, of which several may be asked for.
        filters = {("upstreamIds" if name == "upstreamId" else name): _field(name) for name in fields}
        return Shelf(what, self.clock, lambda: self.knobs.search_delay, {**filters, **held}, times)


def _field(name: str) -> Any:
    return lambda document: document.get(name)


def _sku_ids(document: JsonObject) -> set[str]:
    return {item.get("skuId") for item in document["items"]}
