"""The routes of price lists."""

from nightshift_tools.sandbox.exact_json import JsonObject
from nightshift_tools.sandbox.medusa import bodies, fields, query, shapes
from nightshift_tools.sandbox.medusa.errors import not_found
from nightshift_tools.sandbox.medusa.store import Store
from nightshift_tools.sandbox.message import Request, Response, json_response
from nightshift_tools.sandbox.routing import Route

_LIMIT = 50


class PriceListRoutes:
    """Lists and creates price lists, and reads and changes their prices."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def table(self) -> list[Route]:
        return [
            Route("GET", "/admin/price-lists", self._list),
            Route("POST", "/admin/price-lists", self._create),
            Route("GET", "/admin/price-lists/{id}", self._read),
            Route("GET", "/admin/price-lists/{id}/prices", self._prices),
            Route("POST", "/admin/price-lists/{id}/prices/batch", self._batch),
        ]

    def _list(self, request: Request) -> Response:
        wanted = query.parse(
            request.query, limit=_LIMIT, filters=("id", "status"), orders=("id", "created_at")
        )
        found = [each for each in self._store.price_lists.lists if query.matches(wanted, each, ("title",))]
        page = query.in_order(wanted, found)[wanted.offset : wanted.offset + wanted.limit]
        shown = fields.chosen(page, fields.parse(wanted.fields, fields.PRICE_LIST))
        return json_response(
            200,
            {"price_lists": shown, "count": len(found), "offset": wanted.offset, "limit": wanted.limit},
        )

    def _create(self, request: Request) -> Response:
        created = self._store.price_lists.create(bodies.checked(request, shapes.CREATE_PRICE_LIST))
        return json_response(200, {"price_list": _shown(created)})

    def _read(self, _: Request, list_id: str) -> Response:
        if list_id not in self._store.price_lists.lists:
            raise not_found(f"Price list with id: {list_id} was not found")
        return json_response(200, {"price_list": _shown(self._store.price_lists.lists[list_id])})

    def _prices(self, request: Request, list_id: str) -> Response:
        wanted = query.parse(request.query, limit=_LIMIT, filters=(), orders=("id",))
        found = self._store.price_lists.prices(list_id)
        page = query.in_order(wanted, found)[wanted.offset : wanted.offset + wanted.limit]
        return json_response(
            200, {"prices": page, "count": len(found), "offset": wanted.offset, "limit": wanted.limit}
        )

    def _batch(self, request: Request, list_id: str) -> Response:
        given = bodies.checked(request, shapes.BATCH_PRICES)
        deleted = given.get("delete", [])
        created, updated = self._store.price_lists.change(
            list_id, create=given.get("create", []), update=given.get("update", []), delete=deleted
        )
        done = {"ids": deleted, "object": "price", "deleted": True}
        return json_response(200, {"created": created[::-1], "updated": updated[::-1], "deleted": done})


def _shown(price_list: JsonObject) -> object:
    return fields.chosen(price_list, fields.parse(None, fields.PRICE_LIST))
