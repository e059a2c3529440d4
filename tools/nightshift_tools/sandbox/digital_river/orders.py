"""Orders and their charges: made of a checkout, moved by reviews, fulfilments and captures."""

from collections.abc import Sequence
from decimal import Decimal

from nightshift_tools.sandbox.digital_river import bodies
from nightshift_tools.sandbox.digital_river.books import Books, Lines
from nightshift_tools.sandbox.digital_river.captures import Captures
from nightshift_tools.sandbox.digital_river.errors import RiverError
from nightshift_tools.sandbox.errors import ControlError
from nightshift_tools.sandbox.exact_json import JsonObject
from nightshift_tools.sandbox.message import Request, Response, json_response
from nightshift_tools.sandbox.routing import Route

STATES = (
    "pending_payment", "in_review", "accepted", "blocked", "cancelled", "fulfilled", "complete", "returned",
    "dispute",
)  # fmt: skip
DECIMALS = {"USD": 2, "EUR": 2, "GBP": 2, "CHF": 2, "JPY": 0, "KRW": 0, "KWD": 3, "BHD": 3}
"""The currencies of checkouts. Not the runtime's table: the sandbox starts without the runtime."""

_CREATE = frozenset(["checkoutId", "upstreamId", "metadata"])
_UPDATE = frozenset(["metadata", "requestToBeForgotten"])


class Orders:
    """The routes under `/orders` and `/charges`, and what fulfilments do to orders."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self.captures = Captures(books, self.move)

    def table(self) -> list[Route]:
        return [
            Route("GET", "/orders", self._books.orders.every),
            Route("POST", "/orders", self._create),
            Route("GET", "/orders/{id}", self._books.orders.one),
            Route("POST", "/orders/{id}", self._update),
            Route("GET", "/charges/{id}", self._books.charges.one),
        ]

    def make(
        self,
        items: Sequence[JsonObject],
        currency: str,
        source_id: str,
        *,
        order_id: str | None = None,
        state: str = "accepted",
        **more: object,
    ) -> JsonObject:
        """An order with its charge; `items` have ids, quantities and amounts."""
        now = self._books.stamp()
        total = sum((item["amount"] for item in items), Decimal())
        order: JsonObject = {
            **more,
            "id": order_id or self._books.number(),
            "createdTime": now,
            "updatedTime": now,
            "currency": currency,
            "totalAmount": total,
            "subtotal": total,
            "capturedAmount": Decimal(),
            "cancelledAmount": Decimal(),
            "refundedAmount": Decimal(),
            "items": [{**item, "state": "created"} for item in items],
            "liveMode": False,
        }
        order["payment"] = {"sources": [{"id": source_id}], "charges": [self._charge(order, source_id)]}
        self._books.orders.put(order)
        self._books.effects.lines[order["id"]] = {item["id"]: Lines(item["quantity"]) for item in items}
        self.move(order["id"], state)
        return order

    def move(self, order_id: str, state: str) -> JsonObject:
        """Put an order into a state, as a review or a payment would; raises ControlError for one that is
        none."""
        if state not in STATES:
            raise ControlError(f"state is {state!r}; there are: {', '.join(STATES)}")
        order = self._books.orders.get(order_id)
        order["state"] = state
        order["updatedTime"] = self._books.stamp()
        for charge in order["payment"]["charges"] if state in ("blocked", "cancelled") else ():
            if charge["state"] == "capturable":
                charge["state"] = "cancelled"
        order.setdefault("stateTransitions", {})[state] = order["updatedTime"]
        self._books.tell(f"order.{state}", order)
        return order

    def book(self, order: JsonObject, pieces: dict[str, tuple[int, int]]) -> None:
        """Write down what was fulfilled and cancelled, by item, and capture or cancel its money."""
        lines = self._books.effects.lines[order["id"]]
        fulfilled, cancelled = Decimal(), Decimal()
        for item in order["items"]:
            done, dropped = pieces.get(item["id"], (0, 0))
            line = lines[item["id"]]
            line.fulfilled += done
            line.cancelled += dropped
            fulfilled += _part(order, item, done)
            cancelled += _part(order, item, dropped)
            if line.open == 0:
                item["state"] = "fulfilled" if line.fulfilled else "cancelled"
        order["cancelledAmount"] += cancelled
        if fulfilled:
            self.captures.begin(order, fulfilled)
        if all(line.open == 0 for line in lines.values()):
            self.move(
                order["id"], "fulfilled" if any(line.fulfilled for line in lines.values()) else "cancelled"
            )
        self.captures.settle()

    def _create(self, request: Request) -> Response:
        body = bodies.parsed(request, _CREATE)
        checkout = self._books.checkouts.get(bodies.text(body, "checkoutId"), "checkoutId")
        upstream_id = body.get("upstreamId") or checkout.get("upstreamId") or ""
        source = self._books.sources.get(checkout["sourceId"], "checkoutId")
        try:
            source.charge()
        except RiverError:
            self._books.effects.declines[upstream_id] += 1
            raise
        order = self.make(
            checkout["items"],
            checkout["currency"],
            source.id,
            state=source.order_state or self._books.knobs.order_state,
            checkoutId=checkout["id"],
            customerId=checkout.get("customerId"),
            upstreamId=upstream_id or None,
            metadata=body.get("metadata") or {},
        )
        self._count(upstream_id, order["totalAmount"])
        return json_response(201, order)

    def _count(self, upstream_id: str, total: Decimal) -> None:
        effects = self._books.effects
        effects.orders[upstream_id] += 1
        effects.charges[upstream_id] += 1
        effects.charged[upstream_id] = effects.charged.get(upstream_id, Decimal()) + total

    def _update(self, request: Request, order_id: str) -> Response:
        order = self._books.orders.get(order_id)
        body = bodies.parsed(request, _UPDATE)
        order |= {"updatedTime": self._books.stamp(), "metadata": body.get("metadata", order["metadata"])}
        return json_response(200, order)

    def _charge(self, order: JsonObject, source_id: str) -> JsonObject:
        charge = {
            "id": self._books.named("chrg"),
            "createdTime": order["createdTime"],
            "orderId": order["id"],
            "currency": order["currency"],
            "amount": order["totalAmount"],
            "state": "capturable",
            "captured": False,
            "refunded": False,
            "sourceId": source_id,
            "type": "merchant_initiated",
            "captures": [],
        }
        return self._books.charges.put(charge)


def _part(order: JsonObject, item: JsonObject, pieces: int) -> Decimal:
    """What so many pieces of an item cost."""
    unit = Decimal(1).scaleb(-DECIMALS.get(order["currency"], 2))
    part: Decimal = item["amount"] * pieces / item["quantity"]
    return part.quantize(unit)
