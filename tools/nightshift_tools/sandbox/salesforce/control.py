"""The control routes under `/_sandbox/salesforce`: the knobs of the org over HTTP."""

from collections.abc import Callable
from typing import Any

from nightshift_tools.sandbox.errors import ControlError
from nightshift_tools.sandbox.forms import given_in
from nightshift_tools.sandbox.message import Request, Response, json_response
from nightshift_tools.sandbox.routing import Route
from nightshift_tools.sandbox.salesforce.knobs import Knobs

_OPTIONAL_INT = (int, type(None))
_SEED_FIELDS: dict[str, Any] = {
    "products": int,
    "flagged": _OPTIONAL_INT,
    "orders": int,
    "items": int,
    "rows": int,
    "age_minutes": int,
    "subscriptions": int,
    "storefront": str,
}
_REFUSAL_FIELDS: dict[str, Any] = {
    "object": str,
    "value": str,
    "field": str,
    "code": str,
    "message": str,
    "times": _OPTIONAL_INT,
}


class SalesforceControl:
    """Answers the control routes of the org; their bodies are the arguments of the knobs."""

    def __init__(self, knobs: Knobs) -> None:
        self._knobs = knobs

    def table(self, prefix: str) -> list[Route]:
        """The routes, fixed paths first."""
        knobs = self._knobs
        return [
            Route("GET", prefix, lambda _: json_response(200, knobs.summary())),
            Route("POST", f"{prefix}/seed", self._seed),
            Route("POST", f"{prefix}/clear", _done(lambda _: knobs.clear())),
            Route("POST", f"{prefix}/hide", _done(self._hide)),
            Route("DELETE", f"{prefix}/hide", _done(lambda _: knobs.show_all())),
            Route("POST", f"{prefix}/refuse", _done(self._refuse)),
            Route("DELETE", f"{prefix}/refuse", _done(lambda _: knobs.clear_refusals())),
            Route("POST", f"{prefix}/limit", _done(self._limit)),
            Route("POST", f"{prefix}/expire-locators", _done(lambda _: knobs.expire_locators())),
            Route("POST", f"{prefix}/trust", _done(self._trust)),
            Route("GET", f"{prefix}/records/{{object}}", self._records),
            Route("POST", f"{prefix}/records/{{object}}", self._change),
        ]

    def _seed(self, request: Request) -> Response:
        return json_response(200, self._knobs.seed(**given_in(request, _SEED_FIELDS)))

    def _hide(self, request: Request) -> None:
        given = given_in(request, {"object": str, "field": str}, required=("object",))
        self._knobs.hide(given["object"], given.get("field", ""))

    def _refuse(self, request: Request) -> None:
        given = given_in(request, _REFUSAL_FIELDS, required=("object", "value"))
        self._knobs.refuse(given.pop("object"), given.pop("value"), **given)

    def _limit(self, request: Request) -> None:
        self._knobs.limit(**given_in(request, {"daily": int, "used": int}, required=("daily",)))

    def _trust(self, request: Request) -> None:
        self._knobs.trust(given_in(request, {"public_key": str}, required=("public_key",))["public_key"])

    def _records(self, _: Request, name: str) -> Response:
        return json_response(200, {"records": self._knobs.records(name)})

    def _change(self, request: Request, name: str) -> Response:
        """Add records, edit those named by `Id`, and remove ids; one after the other."""
        given = given_in(request, {"add": list, "edit": list, "remove": list})
        for fields in [*given.get("edit", ()), *given.get("add", ())]:
            if not isinstance(fields, dict):
                raise ControlError(f"edit and add hold records, not {fields!r}")
        added = [self._knobs.add(name, fields) for fields in given.get("add", ())]
        for fields in given.get("edit", ()):
            others = {field: value for field, value in fields.items() if field != "Id"}
            self._knobs.edit(name, str(fields.get("Id")), others)
        for record_id in given.get("remove", ()):
            self._knobs.remove(name, str(record_id))
        return json_response(200, {"added": added})


def _done(act: Callable[[Request], None]) -> Callable[[Request], Response]:
    def answer(request: Request) -> Response:
        act(request)
        return json_response(200, {"done": True})

    return answer
