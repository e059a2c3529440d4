"""Digital River's front: rate limit, key, version, and the routes behind them."""

import re

from nightshift_tools.sandbox.clock import Clock
from nightshift_tools.sandbox.digital_river import errors
from nightshift_tools.sandbox.digital_river.books import Books
from nightshift_tools.sandbox.digital_river.checkouts import CheckoutRoutes
from nightshift_tools.sandbox.digital_river.errors import RiverError
from nightshift_tools.sandbox.digital_river.fulfillments import FulfillmentRoutes
from nightshift_tools.sandbox.digital_river.orders import Orders
from nightshift_tools.sandbox.digital_river.skus import SkuRoutes
from nightshift_tools.sandbox.digital_river.subscriptions import SubscriptionRoutes
from nightshift_tools.sandbox.message import Request, Response, json_response
from nightshift_tools.sandbox.ratelimit import RateLimit
from nightshift_tools.sandbox.routing import Route, Router

API_KEY = "sk_test_sandbox"
REQUESTS, SECONDS = 25, 1


class DigitalRiver:
    """The surface under `/digital-river`, with a test key."""

    name = "digital-river"

    def __init__(self, *, clock: Clock, is_limited: bool) -> None:
        self.rate_limit = RateLimit(clock, REQUESTS, SECONDS, enabled=is_limited)
        self.books = Books(clock)
        self.orders = Orders(self.books)
        self._keys = 1
        self._answers = 0
        self._router = Router(self._table())

    @property
    def api_key(self) -> str:
        """The key that is accepted now; `expire_tokens` replaces it."""
        return API_KEY if self._keys == 1 else f"{API_KEY}_{self._keys}"

    def route(self, method: str, path: str) -> str:
        """The template of the route that would answer."""
        return self._router.template(method, path)

    def answer(self, request: Request) -> Response:
        """Answer as Digital River does: limit, key, version, route, body."""
        self._answers += 1
        try:
            response = self._checked(request)
        except RiverError as error:
            if not self.books.knobs.parameters:
                error.parameter = None
            response = error.response()
        return response.with_headers(("x-dr-requestid", f"sandbox-{self._answers}"))

    def failure(self, status: int) -> Response:
        """An error in Digital River's words."""
        return errors.of_status(status)

    def empty_list(self, response: Response) -> Response:
        """The list as if nothing were in it."""
        return json_response(200, {"hasMore": False, "data": []})

    def expire_tokens(self) -> None:
        """The key is 401 from now on, and another takes its place, as after a rotation."""
        self._keys += 1

    def settle(self) -> None:
        """Let happen what is due."""
        self.orders.captures.settle()

    def _checked(self, request: Request) -> Response:
        if self.rate_limit.enabled and not self.rate_limit.count():
            return self.failure(429).with_headers(("Retry-After", str(SECONDS)))
        if request.headers.get("authorization") != f"Bearer {self.api_key}":
            raise RiverError(401, "unauthorized", "The API key is missing, unknown or expired.")
        version = request.headers.get("digitalriver-version")
        if version is not None and not re.fullmatch(r"20\d\d-\d\d-\d\d", version):
            raise errors.invalid("DigitalRiver-Version", f"'{version}' is not a version.")
        self.settle()
        found = self._router.find(request.method, request.path)
        if found is None:
            raise RiverError(404, "not_found", f"There is no {request.method} {request.path}.")
        answer, parameters = found
        return answer(request, *parameters)

    def _table(self) -> list[Route]:
        return [
            *SkuRoutes(self.books).table(),
            *CheckoutRoutes(self.books).table(),
            *self.orders.table(),
            *FulfillmentRoutes(self.books, self.orders).table(),
            *SubscriptionRoutes(self.books).table(),
        ]
