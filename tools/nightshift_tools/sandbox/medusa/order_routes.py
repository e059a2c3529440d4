"""The routes of orders: they are read, and no more."""

from nightshift_tools.sandbox.medusa import fields, query
from nightshift_tools.sandbox.medusa.errors import not_found
from nightshift_tools.sandbox.medusa.orders import Orders
from nightshift_tools.sandbox.message import Request, Response, json_response
from nightshift_tools.sandbox.routing import Route

_FILTERS = ("id", "status", "sales_channel_id", "fulfillment_status", "payment_status", "region_id")
_ORDERS = ("id", "display_id", "created_at", "updated_at")
_SEARCHED = ("display_id", "email")
_LIMIT = 15


class OrderRoutes:
    """Lists and reads orders."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders

    def table(self) -> list[Route]:
        return [
            Route("GET", "/admin/orders", self._list),
            Route("GET", "/admin/orders/{id}", self._read),
        ]

    def _list(self, request: Request) -> Response:
        wanted = query.parse(request.query, limit=_LIMIT, filters=_FILTERS, orders=_ORDERS)
        found = [order for order in self._orders.all if query.matches(wanted, order, _SEARCHED)]
        page = query.in_order(wanted, found)[wanted.offset : wanted.offset + wanted.limit]
        shown = fields.chosen(page, fields.parse(wanted.fields, fields.ORDER))
        window = {"count": len(found), "offset": wanted.offset, "limit": wanted.limit}
        return json_response(200, {"orders": shown} | window)

    def _read(self, request: Request, order_id: str) -> Response:
        order = next((each for each in self._orders.all if each["id"] == order_id), None)
        if order is None:
            raise not_found(f"Order id not found: {order_id}")
        wanted = query.parse(request.query, limit=1, filters=(), orders=())
        shown = fields.chosen(order, fields.parse(wanted.fields, fields.ORDER_WHOLE))
        return json_response(200, {"order": shown})
