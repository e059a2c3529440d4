"""The routes of what groups products: categories and sales channels."""

from nightshift_tools.sandbox.medusa import bodies, fields, query, shapes
from nightshift_tools.sandbox.medusa.documents import Collection, create_category, create_sales_channel
from nightshift_tools.sandbox.medusa.errors import not_found
from nightshift_tools.sandbox.medusa.query import ListQuery
from nightshift_tools.sandbox.medusa.store import Store
from nightshift_tools.sandbox.message import Request, Response, json_response
from nightshift_tools.sandbox.routing import Route

_CATEGORY_FILTERS = ("id", "handle", "name", "description", "parent_category_id", "is_active", "is_internal")
_CATEGORY_ORDERS = ("id", "name", "handle", "rank", "created_at", "updated_at")
_CATEGORY_LIMIT = 50
_CHANNEL_FILTERS = ("id", "name", "description", "is_disabled")
_CHANNEL_ORDERS = ("id", "name", "created_at", "updated_at")
_CHANNEL_LIMIT = 20


class GroupingRoutes:
    """Lists and creates categories and sales channels, and puts products into categories."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def table(self) -> list[Route]:
        """The routes, fixed paths first."""
        return [
            Route("GET", "/admin/product-categories", self._list_categories),
            Route("POST", "/admin/product-categories", self._create_category),
            Route("GET", "/admin/product-categories/{id}", self._read_category),
            Route("POST", "/admin/product-categories/{id}/products", self._link_products),
            Route("GET", "/admin/sales-channels", self._list_channels),
            Route("POST", "/admin/sales-channels", self._create_channel),
        ]

    def _list_categories(self, request: Request) -> Response:
        wanted = query.parse(
            request.query, limit=_CATEGORY_LIMIT, filters=_CATEGORY_FILTERS, orders=_CATEGORY_ORDERS
        )
        return _list("product_categories", self._store.categories, wanted, fields.CATEGORY)

    def _create_category(self, request: Request) -> Response:
        given = bodies.checked(request, shapes.CREATE_CATEGORY)
        category = create_category(self._store.categories, given)
        return self._read_category(request, category["id"])

    def _read_category(self, request: Request, category_id: str) -> Response:
        if category_id not in self._store.categories:
            raise not_found(f"Product category with id: {category_id} was not found")
        wanted = query.parse(request.query, limit=1, filters=(), orders=())
        shown = fields.chosen(
            self._store.categories[category_id], fields.parse(wanted.fields, fields.CATEGORY)
        )
        return json_response(200, {"product_category": shown})

    def _link_products(self, request: Request, category_id: str) -> Response:
        given = bodies.checked(request, shapes.LINK_PRODUCTS)
        if category_id in self._store.categories:
            with self._store.rows.transaction():
                self._store.products.link(
                    category_id, add=given.get("add", []), remove=given.get("remove", [])
                )
        return self._read_category(request, category_id)

    def _list_channels(self, request: Request) -> Response:
        wanted = query.parse(
            request.query, limit=_CHANNEL_LIMIT, filters=_CHANNEL_FILTERS, orders=_CHANNEL_ORDERS
        )
        return _list("sales_channels", self._store.channels, wanted, fields.SALES_CHANNEL)

    def _create_channel(self, request: Request) -> Response:
        given = bodies.checked(request, shapes.CREATE_SALES_CHANNEL)
        channel = create_sales_channel(self._store.channels, given)
        shown = fields.chosen(channel, fields.parse(None, fields.SALES_CHANNEL))
        return json_response(200, {"sales_channel": shown})


def _list(key: str, documents: Collection, wanted: ListQuery, defaults: tuple[str, ...]) -> Response:
    searched = ("name", "handle", "description")
    found = [document for document in documents if query.matches(wanted, document, searched)]
    page = query.in_order(wanted, found)[wanted.offset : wanted.offset + wanted.limit]
    shown = fields.chosen(page, fields.parse(wanted.fields, defaults))
    window = {"count": len(found), "offset": wanted.offset, "limit": wanted.limit}
    return json_response(200, {key: shown} | window)
