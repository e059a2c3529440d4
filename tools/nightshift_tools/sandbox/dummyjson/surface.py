"""DummyJSON's product routes. Writes are echoes: nothing that a client sends is ever stored."""

import re
from dataclasses import replace

from nightshift_tools.sandbox.clock import Clock, iso
from nightshift_tools.sandbox.dummyjson import lists, query
from nightshift_tools.sandbox.dummyjson.catalogue import Catalogue
from nightshift_tools.sandbox.dummyjson.query import ListOptions
from nightshift_tools.sandbox.exact_json import JsonObject, loads
from nightshift_tools.sandbox.message import Pace, Request, Response, html_response, json_response
from nightshift_tools.sandbox.ratelimit import RateLimit
from nightshift_tools.sandbox.routing import Route, Router

BODY_LIMIT = 300 * 1024
REQUESTS, SECONDS = 100, 10
LIMITED = "request limit exceeded, please wait a few seconds"

# What DummyJSON takes of a written product; every other field is dropped.
_ECHOED = (
    "title", "price", "discountPercentage", "stock", "rating", "images", "thumbnail", "description", "brand",
    "category",
)  # fmt: skip


class DummyJson:
    """The surface under `/dummyjson`."""

    name = "dummyjson"

    def __init__(self, catalogue: Catalogue, *, clock: Clock, is_limited: bool) -> None:
        self.catalogue = catalogue
        self.rate_limit = RateLimit(clock, REQUESTS, SECONDS, enabled=is_limited)
        self._clock = clock
        self._router = Router(
            [
                Route("GET", "/products", self._list),
                Route("GET", "/products/search", self._search),
                Route("GET", "/products/categories", self._categories),
                Route("GET", "/products/category-list", self._category_list),
                Route("GET", "/products/category/{slug}", self._category),
                Route("GET", "/products/{id}", self._one),
                Route("POST", "/products/add", self._add),
                Route("PUT", "/products/{id}", self._update),
                Route("PATCH", "/products/{id}", self._update),
                Route("DELETE", "/products/{id}", self._delete),
            ]
        )

    def route(self, method: str, path: str) -> str:
        """The template of the route that would answer."""
        return self._router.template(method, path)

    def answer(self, request: Request) -> Response:
        """Answer as DummyJSON does; the rate limit counts before anything else."""
        if not self.rate_limit.enabled:
            return self._dispatch(request)
        if self.rate_limit.count():
            return self._dispatch(request).with_headers(*self.rate_limit.headers())
        return self.failure(429).with_headers(*self.rate_limit.headers(), ("Retry-After", str(SECONDS)))

    def failure(self, status: int) -> Response:
        """An error in DummyJSON's words."""
        return _error(status, LIMITED if status == 429 else f"the sandbox fails with {status}")

    def empty_list(self, response: Response) -> Response:
        """The envelope of an empty catalogue, or a bare empty list for the category routes."""
        is_envelope = isinstance(loads(response.body), dict)
        return json_response(200, {"products": [], "total": 0, "skip": 0, "limit": 0} if is_envelope else [])

    def expire_tokens(self) -> None:
        """Nothing to expire: the products are public."""

    def _dispatch(self, request: Request) -> Response:
        if request.path.endswith("/") and len(request.path) > 1:
            return _without_slash(request)
        if len(request.body) > BODY_LIMIT:
            return _error(413, "request entity too large")
        try:
            options = query.parse(request.query)
        except query.BadQuery as error:
            return _error(400, str(error))
        found = self._router.find(request.method, request.path)
        if found is None:
            return html_response(404, f"Cannot {request.method} {request.path}")
        answer, parameters = found
        response = answer(request, options, *parameters)
        return replace(response, pace=Pace(wait=options.delay_seconds)) if options.delay_seconds else response

    def _list(self, _: Request, options: ListOptions) -> Response:
        return lists.everything(self.catalogue, options)

    def _search(self, _: Request, options: ListOptions) -> Response:
        return lists.mentioning(self.catalogue, options)

    def _category(self, _: Request, options: ListOptions, slug: str) -> Response:
        return lists.of_category(self.catalogue, options, slug)

    def _categories(self, request: Request, _: ListOptions) -> Response:
        base = f"http://{request.headers.get('host', 'localhost')}{request.prefix}/products/category"
        return json_response(
            200,
            [
                {"slug": slug, "name": slug.replace("-", " ").title(), "url": f"{base}/{slug}"}
                for slug in self.catalogue.categories()
            ],
        )

    def _category_list(self, request: Request, options: ListOptions) -> Response:
        return json_response(200, self.catalogue.categories())

    def _one(self, _: Request, options: ListOptions, product_id: str) -> Response:
        product = self._stored(product_id)
        if product is None:
            return _not_found(product_id)
        return json_response(200, lists.selected(product, options.select) if options.select else product)

    def _add(self, request: Request, _: ListOptions) -> Response:
        given = _written(request)
        if given is None:
            return _error(400, "the body is not a JSON object")
        echo = {name: given[name] for name in _ECHOED if name in given}
        return json_response(201, {"id": len(self.catalogue.ids) + 1} | echo)

    def _update(self, request: Request, _: ListOptions, product_id: str) -> Response:
        product, given = self._stored(product_id), _written(request)
        if given is None:
            return _error(400, "the body is not a JSON object")
        if product is None:
            return _not_found(product_id)
        # As in JavaScript's `given || stored`: an empty text or a zero keeps the old value.
        merged = {name: given.get(name) or product.get(name) for name in _ECHOED}
        kept = {name: value for name, value in merged.items() if value is not None}
        return json_response(200, {"id": product["id"]} | kept)

    def _delete(self, _: Request, options: ListOptions, product_id: str) -> Response:
        product = self._stored(product_id)
        if product is None:
            return _not_found(product_id)
        return json_response(200, product | {"isDeleted": True, "deletedOn": iso(self._clock())})

    def _stored(self, text: str) -> JsonObject | None:
        # DummyJSON compares the id's text: "01" is not product 1.
        if not re.fullmatch("0|[1-9][0-9]{0,17}", text) or int(text) not in self.catalogue:
            return None
        return self.catalogue.document(int(text))


def _written(request: Request) -> JsonObject | None:
    try:
        body = request.json_body()
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def _error(status: int, message: str) -> Response:
    return json_response(status, {"message": message})


def _not_found(product_id: str) -> Response:
    return _error(404, f"Product with id '{product_id}' not found")


def _without_slash(request: Request) -> Response:
    path = f"{request.prefix}{re.sub('/+', '/', request.path[:-1])}"
    target = f"{path}?{request.query}" if request.query else path
    text = f"Moved Permanently. Redirecting to {target}"
    return Response(301, text.encode(), (("Location", target),), "text/plain; charset=utf-8")
