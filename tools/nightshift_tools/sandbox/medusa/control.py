"""The sandbox's own routes for Medusa's customers and carts, under `/_sandbox/medusa`."""

from nightshift_tools.sandbox.forms import given_in
from nightshift_tools.sandbox.medusa.counter import Counter
from nightshift_tools.sandbox.message import Request, Response, json_response
from nightshift_tools.sandbox.routing import Route


class MedusaControl:
    """Answers them with what the counter does."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter

    def table(self, prefix: str) -> list[Route]:
        return [
            Route("POST", f"{prefix}/seed", self._seed),
            Route("POST", f"{prefix}/clear", self._clear),
            Route("GET", f"{prefix}/carts", self._carts),
            Route("POST", f"{prefix}/carts/{{id}}/touch", self._touch),
            Route("POST", f"{prefix}/cart-routes", self._install),
        ]

    def _seed(self, request: Request) -> Response:
        return json_response(200, self._counter.seed(**given_in(request, {"customers": list, "carts": list})))

    def _clear(self, _: Request) -> Response:
        self._counter.clear()
        return json_response(200, {"done": True})

    def _carts(self, _: Request) -> Response:
        return json_response(200, {"carts": self._counter.carts()})

    def _touch(self, _: Request, cart_id: str) -> Response:
        self._counter.touch(cart_id)
        return json_response(200, {"done": True})

    def _install(self, request: Request) -> Response:
        given = given_in(request, {"installed": bool}, required=("installed",))
        self._counter.install_cart_routes(given["installed"])
        return json_response(200, given)
