"""The sandbox's own routes under `/_sandbox`: faults, refusals, the catalogue, and what was asked."""

from collections.abc import Callable
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from nightshift_tools.sandbox.digital_river.control import RiverControl
from nightshift_tools.sandbox.digital_river.desk import Desk
from nightshift_tools.sandbox.errors import ControlError, SandboxError
from nightshift_tools.sandbox.exact_json import JsonObject
from nightshift_tools.sandbox.fault_form import make_fault
from nightshift_tools.sandbox.faults import LOOP_PATH, Armed
from nightshift_tools.sandbox.forms import given_in
from nightshift_tools.sandbox.medusa.control import MedusaControl
from nightshift_tools.sandbox.medusa.counter import Counter
from nightshift_tools.sandbox.medusa.refusals import REFUSABLE
from nightshift_tools.sandbox.message import Request, Response, json_response
from nightshift_tools.sandbox.routing import Route, Router
from nightshift_tools.sandbox.salesforce.control import SalesforceControl
from nightshift_tools.sandbox.shop import Shop

PREFIX = "/_sandbox"

_MOST_ORDERS = 100_000
_NUMBER = (int, float, Decimal)
_FAULT_FIELDS: dict[str, Any] = {
    "surface": str,
    "kind": str,
    "method": str,
    "path": str,
    "nth": int,
    "times": (int, type(None)),
    "status": int,
    "body": object,
    "headers": dict,
    "retry_after": (int, str),
    "seconds": _NUMBER,
    "bytes_per_second": int,
    "megabytes": int,
}
_CATALOGUE_FIELDS: dict[str, Any] = {"edit": list, "add": list, "remove": list, "touch_updated_at": bool}
_REFUSAL_FIELDS: dict[str, Any] = {**dict.fromkeys(REFUSABLE, str), "message": str}


class Control:
    """Answers the control routes; what makes no sense is 400 with what would."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._router = Router(
            [
                Route("GET", f"{PREFIX}/faults", self._faults),
                Route("POST", f"{PREFIX}/faults", self._set_fault),
                Route("DELETE", f"{PREFIX}/faults", self._done(shop.clear_faults)),
                Route("POST", f"{PREFIX}/refuse", self._refuse),
                Route("DELETE", f"{PREFIX}/refuse", self._done(shop.clear_refusals)),
                Route("POST", f"{PREFIX}/medusa/orders", self._seed_orders),
                Route("GET", f"{PREFIX}/catalogue", self._catalogue),
                Route("POST", f"{PREFIX}/catalogue", self._change_catalogue),
                Route("POST", f"{PREFIX}/rate-limit", self._limit_rate),
                Route("GET", f"{PREFIX}/requests", self._requests),
                Route("DELETE", f"{PREFIX}/requests", self._done(shop.clear_journal)),
                Route("GET", f"{PREFIX}/state", self._state),
                Route("GET", f"{PREFIX}/target", self._target),
                Route("POST", f"{PREFIX}/reset", self._done(shop.reset)),
                *SalesforceControl(shop.knobs).table(f"{PREFIX}/salesforce"),
                *MedusaControl(Counter(shop.admin)).table(f"{PREFIX}/medusa"),
                Route("GET", LOOP_PATH, self._loop),
                *RiverControl(Desk(shop.river), given_in).table(PREFIX),
            ]
        )

    def answer(self, request: Request) -> Response:
        """Answer a request whose path begins with the prefix."""
        found = self._router.find(request.method, request.path)
        if found is None:
            return json_response(404, {"message": f"the sandbox has no {request.method} {request.path}"})
        answer, parameters = found
        try:
            return answer(request, *parameters)
        except SandboxError as error:
            return json_response(400, {"message": str(error)})

    def _faults(self, _: Request) -> Response:
        return json_response(200, {"faults": [_armed(armed) for armed in self._shop.faults()]})

    def _set_fault(self, request: Request) -> Response:
        given = given_in(request, _FAULT_FIELDS, required=("surface", "kind"))
        if "seconds" in given:
            given["seconds"] = float(given["seconds"])
        fault = make_fault(**given)
        self._shop.set_fault(fault)
        return json_response(200, _armed(Armed(fault)))

    def _refuse(self, request: Request) -> Response:
        given = given_in(request, _REFUSAL_FIELDS)
        named = [field for field in REFUSABLE if field in given]
        if len(named) != 1:
            raise ControlError(f"name the product by one of: {', '.join(REFUSABLE)}")
        refusal = self._shop.refuse(named[0], given[named[0]], given.get("message"))
        return json_response(200, asdict(refusal))

    def _seed_orders(self, request: Request) -> Response:
        given = given_in(request, {"count": int}, required=("count",))
        if not 0 < given["count"] <= _MOST_ORDERS:
            raise ControlError(f"count is 1 to {_MOST_ORDERS}, not {given['count']}")
        return json_response(200, {"count": len(self._shop.seed_orders(given["count"]))})

    def _catalogue(self, _: Request) -> Response:
        catalogue = self._shop.catalogue
        ids = catalogue.ids
        summary = {
            "total": len(ids),
            "first_id": ids[0] if ids else None,
            "last_id": ids[-1] if ids else None,
        }
        return json_response(200, summary | {"categories": catalogue.categories()})

    def _change_catalogue(self, request: Request) -> Response:
        given = given_in(request, _CATALOGUE_FIELDS)
        for entry in [*given.get("edit", ()), *given.get("add", ())]:
            if not isinstance(entry, dict):
                raise ControlError(f"edit and add hold products, not {entry!r}")
        return json_response(200, asdict(self._shop.change_catalogue(**given)))

    def _limit_rate(self, request: Request) -> Response:
        given = given_in(request, {"enabled": bool}, required=("enabled",))
        self._shop.limit_rate(given["enabled"])
        return json_response(200, given)

    def _requests(self, _: Request) -> Response:
        journal = self._shop.journal()
        return json_response(
            200, {"total": journal.count(), "counts": journal.counts(), "requests": list(journal.entries)}
        )

    def _state(self, _: Request) -> Response:
        return json_response(200, self._shop.state())

    def _target(self, _: Request) -> Response:
        return json_response(200, {key: product._asdict() for key, product in self._shop.target().items()})

    def _loop(self, _: Request) -> Response:
        return Response(302, headers=(("Location", LOOP_PATH),))

    @staticmethod
    def _done(act: Callable[[], None]) -> Callable[[Request], Response]:
        def answer(_: Request) -> Response:
            act()
            return json_response(200, {"done": True})

        return answer


def _armed(armed: Armed) -> JsonObject:
    fault = armed.fault
    return asdict(fault) | {"headers": dict(fault.headers), "seen": armed.seen, "fired": armed.fired}
