"""The product routes."""

from random import Random

from nightshift_tools.sandbox.medusa import bodies, fields, listing, query, shapes
from nightshift_tools.sandbox.medusa.errors import not_found
from nightshift_tools.sandbox.medusa.store import Store
from nightshift_tools.sandbox.message import Request, Response, json_response
from nightshift_tools.sandbox.routing import Route

BATCH = "/admin/products/batch"


class ProductRoutes:
    """Lists, reads and writes products; a batch is applied as a whole or not at all."""

    def __init__(self, store: Store, *, seed: int) -> None:
        self._store = store
        self._random = Random(seed)  # noqa: S311 - an order, not a secret

    def table(self) -> list[Route]:
        """The routes, fixed paths first."""
        return [
            Route("GET", "/admin/products", self._list),
            Route("POST", "/admin/products", self._create),
            Route("POST", BATCH, self._batch),
            Route("GET", "/admin/product-variants", self._variants),
            Route("GET", "/admin/products/{id}", self._read),
            Route("POST", "/admin/products/{id}", self._update),
            Route("DELETE", "/admin/products/{id}", self._delete),
        ]

    def _list(self, request: Request) -> Response:
        wanted = listing.parse(request.query)
        ids = listing.ids(self._store.rows, wanted)
        page = ids[wanted.offset : wanted.offset + wanted.limit]
        products = self._store.shown(page, fields.parse(wanted.fields, fields.PRODUCT))
        window = {"count": len(ids), "offset": wanted.offset, "limit": wanted.limit}
        return json_response(200, {"products": products} | window)

    def _variants(self, request: Request) -> Response:
        """By their ids only: no job asks for others."""
        wanted = query.parse(request.query, limit=listing.DEFAULT_LIMIT, filters=("id",), orders=("id",))
        owners = {pid for vid in wanted.equal.get("id", ()) for pid in self._store.rows.with_variant(vid)}
        rows = (self._store.rows.get(product_id) for product_id in sorted(owners))
        held = (variant for row in rows if row for variant in row.document()["variants"])
        found = [variant for variant in held if variant["id"] in wanted.equal.get("id", ())]
        page = found[wanted.offset : wanted.offset + wanted.limit]
        shown = fields.chosen(page, fields.parse(wanted.fields, fields.VARIANT))
        window = {"count": len(found), "offset": wanted.offset, "limit": wanted.limit}
        return json_response(200, {"variants": shown} | window)

    def _create(self, request: Request) -> Response:
        given = bodies.checked(request, shapes.CREATE_PRODUCT)
        with self._store.rows.transaction():
            created = self._store.products.create_all([given])
        return self._read(request, created[0])

    def _read(self, request: Request, product_id: str) -> Response:
        wanted = listing.parse(request.query)
        shown = self._store.shown([product_id], fields.parse(wanted.fields, fields.PRODUCT))
        if not shown:
            raise not_found(f"Product with id: {product_id} was not found")
        return json_response(200, {"product": shown[0]})

    def _update(self, request: Request, product_id: str) -> Response:
        given = bodies.checked(request, shapes.UPDATE_PRODUCT)
        with self._store.rows.transaction():
            self._store.products.update_all([given | {"id": product_id}])
        return self._read(request, product_id)

    def _delete(self, _: Request, product_id: str) -> Response:
        self._store.rows.delete(product_id)
        return json_response(200, {"id": product_id, "object": "product", "deleted": True})

    def _batch(self, request: Request) -> Response:
        given = bodies.checked(request, shapes.BATCH_PRODUCTS)
        deleted = given.get("delete", [])
        with self._store.rows.transaction():
            created = self._store.products.create_all(given.get("create", []))
            updated = self._store.products.update_all(given.get("update", []))
            for product_id in deleted:
                self._store.rows.delete(product_id)
        wanted = fields.parse(listing.parse(request.query).fields, fields.PRODUCT)
        return json_response(
            200,
            {
                "created": self._store.shown(self._shuffled(created), wanted),
                "updated": self._store.shown(self._shuffled(updated), wanted),
                "deleted": {"ids": deleted, "object": "product", "deleted": True},
            },
        )

    def _shuffled(self, ids: list[str]) -> list[str]:
        """The same ids in another order: Medusa does not keep the request's."""
        shuffled = self._random.sample(ids, len(ids))
        return shuffled if shuffled != ids else shuffled[::-1]
