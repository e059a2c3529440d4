"""Captures: the money of what was fulfilled, which comes at once, later, or never."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from nightshift_tools.sandbox.digital_river.books import Books
from nightshift_tools.sandbox.digital_river.sources import Capture
from nightshift_tools.sandbox.exact_json import JsonObject


@dataclass(frozen=True, slots=True)
class _Pending:
    """A capture on its way, how it ends and when; never, where `due` is None."""

    order_id: str
    charge_id: str
    capture_id: str
    ends: str
    due: float | None


class Captures:
    """All captures on their way. `move` puts an order into a state."""

    def __init__(self, books: Books, move: Callable[[str, str], JsonObject]) -> None:
        self._books = books
        self._move = move
        self._pending: list[_Pending] = []

    def begin(self, order: JsonObject, amount: Decimal) -> None:
        """Capture a part of an order's charge, in the way of its source."""
        charge = order["payment"]["charges"][0]
        kind = self._books.sources.get(charge["sourceId"], "sourceId").capture
        capture = {"id": self._books.named("cap"), "amount": amount, "state": "pending"}
        charge["captures"].append(capture)
        charge["state"] = "processing"
        delay = 0.0 if kind is Capture.FAILED else self._books.knobs.capture_delay
        due = None if kind is Capture.PENDING else self._books.clock() + delay
        ends = "complete" if kind is Capture.COMPLETE else "failed"
        self._pending.append(_Pending(order["id"], charge["id"], str(capture["id"]), ends, due))

    def settle(self) -> None:
        """End those whose time has come, and with them their orders."""
        now = self._books.clock()
        for pending in [one for one in self._pending if one.due is not None and one.due <= now]:
            self._pending.remove(pending)
            self._end(pending)

    def _end(self, pending: _Pending) -> None:
        order, charge = self._books.orders.get(pending.order_id), self._books.charges.get(pending.charge_id)
        capture = next(one for one in charge["captures"] if one["id"] == pending.capture_id)
        capture["state"] = pending.ends
        if pending.ends == "failed":
            failure = {"failureCode": "payment_authorization_failed", "failureMessage": "The capture failed."}
            capture |= failure
            charge |= {"state": "failed", **failure}
        else:
            upstream_id, captured = order.get("upstreamId") or "", self._books.effects.captured
            captured[upstream_id] = captured.get(upstream_id, Decimal()) + capture["amount"]
            order["capturedAmount"] += capture["amount"]
        self._books.tell(f"order.charge.capture.{pending.ends}", order)
        states = {one["state"] for one in charge["captures"]}
        if order["state"] == "fulfilled" and states == {"complete"}:
            charge |= {"state": "complete", "captured": True}
            self._move(order["id"], "complete")
