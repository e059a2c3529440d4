"""The sandbox's own routes for Digital River, under `/_sandbox/digital-river`."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from decimal import Decimal
from typing import Any

from nightshift_tools.sandbox.digital_river.books import Effects
from nightshift_tools.sandbox.digital_river.desk import Desk
from nightshift_tools.sandbox.exact_json import JsonObject
from nightshift_tools.sandbox.message import Request, Response, json_response
from nightshift_tools.sandbox.routing import Route

Given = Callable[..., JsonObject]
"""Reads a body of known fields; `required` are those that must be there."""

_SEEDS: Mapping[str, Any] = dict.fromkeys(
    ("skus", "sources", "orders", "subscriptions", "invoices", "agreements"), list
)
_KNOBS: Mapping[str, Any] = {
    "search_delay": (int, Decimal),
    "capture_delay": (int, Decimal),
    "order_state": str,
    "parameters": bool,
}


class RiverControl:
    """Answers them with what the desk does."""

    def __init__(self, desk: Desk, given: Given) -> None:
        self._desk = desk
        self._given = given

    def table(self, prefix: str) -> list[Route]:
        return [
            Route("POST", f"{prefix}/digital-river/seed", self._seed),
            Route("POST", f"{prefix}/digital-river/knobs", self._turn),
            Route("POST", f"{prefix}/digital-river/orders/{{id}}", self._move),
            Route("GET", f"{prefix}/digital-river/effects", self._effects),
        ]

    def _seed(self, request: Request) -> Response:
        return json_response(200, self._desk.seed(**self._given(request, _SEEDS)))

    def _turn(self, request: Request) -> Response:
        return json_response(200, asdict(self._desk.turn(**self._given(request, _KNOBS))))

    def _move(self, request: Request, order_id: str) -> Response:
        given = self._given(request, {"state": str}, required=("state",))
        return json_response(200, self._desk.move(order_id, given["state"]))

    def _effects(self, _: Request) -> Response:
        return json_response(200, _shown(self._desk.effects()))


def _shown(effects: Effects) -> JsonObject:
    lines = {
        order: {item: asdict(line) | {"open": line.open} for item, line in items.items()}
        for order, items in effects.lines.items()
    }
    return {part.name: getattr(effects, part.name) for part in fields(effects)} | {"lines": lines}
