"""Medusa's front: log-in, credentials, limits, and the routes behind them."""

from nightshift_tools.sandbox.clock import Clock, iso
from nightshift_tools.sandbox.exact_json import loads
from nightshift_tools.sandbox.medusa import bodies, errors, product_routes
from nightshift_tools.sandbox.medusa.carts import CartRoutes
from nightshift_tools.sandbox.medusa.credentials import Credentials
from nightshift_tools.sandbox.medusa.customers import CustomerRoutes
from nightshift_tools.sandbox.medusa.errors import MedusaError
from nightshift_tools.sandbox.medusa.grouping_routes import GroupingRoutes
from nightshift_tools.sandbox.medusa.order_routes import OrderRoutes
from nightshift_tools.sandbox.medusa.price_list_routes import PriceListRoutes
from nightshift_tools.sandbox.medusa.product_routes import ProductRoutes
from nightshift_tools.sandbox.medusa.store import Store
from nightshift_tools.sandbox.message import Request, Response, html_response, json_response
from nightshift_tools.sandbox.routing import Route, Router

BATCH_BODY_LIMIT = 2 * 1024 * 1024
BODY_LIMIT = 100 * 1024


class Medusa:
    """The surface under `/medusa`."""

    name = "medusa"

    def __init__(self, *, seed: int, clock: Clock) -> None:
        self.credentials = Credentials(seed=seed, clock=clock)
        self.store = Store(clock, seed=seed)
        self.seconds = clock
        self._routes = [
            Route("POST", "/auth/user/emailpass", self._log_in),
            Route("POST", "/auth/token/refresh", self._refresh),
            *ProductRoutes(self.store, seed=seed).table(),
            *GroupingRoutes(self.store).table(),
            *PriceListRoutes(self.store).table(),
            *OrderRoutes(self.store.orders).table(),
            *CustomerRoutes(self.store.customers).table(),
        ]
        self.install_cart_routes(True)

    def now(self) -> str:
        """The present instant, as rows carry it."""
        return iso(self.seconds())

    def install_cart_routes(self, installed: bool) -> None:
        """Whether the shop has added the routes for carts, which Medusa itself has not."""
        self.store.carts.is_installed = installed
        self._router = Router([*self._routes, *CartRoutes(self.store.carts).table()])

    def route(self, method: str, path: str) -> str:
        """The template of the route that would answer."""
        return self._router.template(method, path)

    def answer(self, request: Request) -> Response:
        """Answer as Medusa does: size, then credentials, then route, then body."""
        is_batch = request.path == product_routes.BATCH or request.path.endswith("/prices/batch")
        limit = BATCH_BODY_LIMIT if is_batch else BODY_LIMIT
        if len(request.body) > limit:
            return errors.of_status(413)
        if request.path.startswith("/admin") and not self.credentials.accepts(_authorization(request)):
            return errors.unauthorized()
        found = self._router.find(request.method, request.path)
        if found is None:
            return html_response(404, f"Cannot {request.method} {request.path}")
        answer, parameters = found
        try:
            return answer(request, *parameters)
        except MedusaError as error:
            return error.response()

    def failure(self, status: int) -> Response:
        """An error in Medusa's words."""
        return errors.of_status(status)

    def empty_list(self, response: Response) -> Response:
        """The same envelope without its rows."""
        envelope = loads(response.body)
        emptied = {name: [] if isinstance(value, list) else value for name, value in envelope.items()}
        return json_response(200, emptied | {"count": 0})

    def expire_tokens(self) -> None:
        """Every JWT given out so far is 401 from now on."""
        self.credentials.expire()

    def _log_in(self, request: Request) -> Response:
        return json_response(200, {"token": self.credentials.log_in(bodies.parsed(request))})

    def _refresh(self, request: Request) -> Response:
        if not self.credentials.accepts_token(_authorization(request)):
            return errors.unauthorized()
        return json_response(200, {"token": self.credentials.token()})


def _authorization(request: Request) -> str:
    return request.headers.get("authorization", "")
