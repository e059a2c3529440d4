"""Fulfilments: all of a request or nothing of it, and one error, however many there are."""

from nightshift_tools.sandbox.digital_river import bodies
from nightshift_tools.sandbox.digital_river.books import Books, Lines
from nightshift_tools.sandbox.digital_river.errors import conflict, invalid, missing
from nightshift_tools.sandbox.digital_river.orders import Orders
from nightshift_tools.sandbox.exact_json import JsonObject
from nightshift_tools.sandbox.message import Request, Response, json_response
from nightshift_tools.sandbox.routing import Route

_WRITABLE = frozenset(
    {"orderId", "items", "shipmentId", "trackingCompany", "trackingNumber", "trackingUrl", "metadata"}
)
_ITEM = frozenset(["itemId", "quantity", "cancelQuantity", "shipmentItemId"])
_OVER = {"fulfilled": "order_fulfilled", "complete": "order_complete", "cancelled": "order_cancelled"}


class FulfillmentRoutes:
    """The routes under `/fulfillments`."""

    def __init__(self, books: Books, orders: Orders) -> None:
        self._books = books
        self._orders = orders

    def table(self) -> list[Route]:
        return [
            Route("GET", "/fulfillments", self._books.fulfillments.every),
            Route("POST", "/fulfillments", self._create),
            Route("GET", "/fulfillments/{id}", self._books.fulfillments.one),
        ]

    def _create(self, request: Request) -> Response:
        body = bodies.parsed(request, _WRITABLE)
        order_id = bodies.text(body, "orderId")
        items = bodies.objects(body, "items")
        order = self._books.orders.get(order_id, "orderId")
        if order["state"] in _OVER:
            raise conflict(_OVER[order["state"]], "orderId", f"Resource '{order_id}' is {order['state']}.")
        if order["state"] != "accepted":
            raise conflict("invalid_state", "orderId", f"Order '{order_id}' is {order['state']}.")
        pieces: dict[str, tuple[int, int]] = {}
        for place, item in enumerate(items):
            self._add(pieces, order, item, f"items[{place}].")
        document = self._document(body, order, items)
        self._books.fulfillments.put(document)
        self._books.effects.fulfillments[order_id] += 1
        self._books.tell("fulfillment.created", document)
        self._orders.book(order, pieces)
        return json_response(201, document)

    def _add(
        self, pieces: dict[str, tuple[int, int]], order: JsonObject, item: JsonObject, where: str
    ) -> None:
        bodies.refuse_unknown(item, _ITEM, where)
        item_id = bodies.text(item, "itemId", where)
        line = self._books.effects.lines[order["id"]].get(item_id)
        if line is None:
            raise invalid(f"{where}itemId", f"'{item_id}' is not an item of order '{order['id']}'.")
        done, dropped = bodies.count(item, "quantity", where), bodies.count(item, "cancelQuantity", where)
        if done + dropped == 0:
            raise missing(f"{where}quantity")
        before = pieces.get(item_id, (0, 0))
        pieces[item_id] = before[0] + done, before[1] + dropped
        _check_open(line, sum(pieces[item_id]), item_id, where)

    def _document(self, body: JsonObject, order: JsonObject, items: list[JsonObject]) -> JsonObject:
        sku_ids = {item["id"]: item.get("skuId") for item in order["items"]}
        shown = [
            {
                "itemId": item["itemId"],
                "skuId": sku_ids[item["itemId"]],
                "quantity": item.get("quantity") or 0,
                "cancelQuantity": item.get("cancelQuantity") or 0,
            }
            for item in items
        ]
        return {
            **body,
            "id": self._books.named("ful"),
            "createdTime": self._books.stamp(),
            "items": shown,
            "metadata": body.get("metadata") or {},
            "liveMode": False,
        }


def _check_open(line: Lines, wanted: int, item_id: str, where: str) -> None:
    if line.open == 0:
        state = "fulfilled" if line.fulfilled else "cancelled"
        raise conflict(f"item_{state}", f"{where}itemId", f"Item '{item_id}' is {state}.")
    if wanted > line.open:
        raise conflict(
            "quantity_too_large", f"{where}quantity", f"Item '{item_id}' has {line.open} open, not {wanted}."
        )
