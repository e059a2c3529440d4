"""What tests do to Digital River's account behind its API: seed it, turn its knobs, ask what took effect."""

from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import fields
from decimal import Decimal
from typing import Any, TypeVar

from nightshift_tools.sandbox import exact_json
from nightshift_tools.sandbox.digital_river.books import Effects, Knobs
from nightshift_tools.sandbox.digital_river.errors import RiverError
from nightshift_tools.sandbox.digital_river.orders import STATES
from nightshift_tools.sandbox.digital_river.shelf import laid_over
from nightshift_tools.sandbox.digital_river.sources import DEFAULT_SOURCE, Source
from nightshift_tools.sandbox.digital_river.surface import DigitalRiver
from nightshift_tools.sandbox.errors import ControlError
from nightshift_tools.sandbox.exact_json import JsonObject

T = TypeVar("T")
Within = Callable[[Callable[[DigitalRiver], Any]], Any]
"""Calls with the account as it is now, and nobody else at it."""

_KNOBS = {knob.name: knob.type for knob in fields(Knobs)}
_SOURCE = {part.name for part in fields(Source)} - {"attempts"}


class Desk:
    """The account behind the API. Every method raises ControlError for what makes no sense."""

    def __init__(self, within: Within) -> None:
        self._within = within

    @property
    def api_key(self) -> str:
        """The key that is accepted now."""
        return str(self._within(lambda river: river.api_key))

    def turn(self, **knobs: object) -> Knobs:
        """Turn knobs; see `Knobs`. Those that are not named stay."""
        _refuse_unknown("knob", knobs, _KNOBS)
        for name, value in knobs.items():
            kind = type(getattr(Knobs(), name))
            if isinstance(value, bool) is not (kind is bool) or not isinstance(value, kind | int | Decimal):
                raise ControlError(f"{name} is {value!r}, which is no value for it")
        if knobs.get("order_state", "accepted") not in STATES:
            raise ControlError(f"order_state is {knobs['order_state']!r}; there are: {', '.join(STATES)}")

        def act(river: DigitalRiver) -> Knobs:
            for name, value in knobs.items():
                setattr(river.books.knobs, name, float(value) if name.endswith("delay") else value)  # type: ignore[arg-type]
            return river.books.knobs

        found: Knobs = self._within(act)
        return found

    def seed(
        self,
        *,
        skus: Iterable[JsonObject] = (),
        sources: Iterable[JsonObject] = (),
        orders: Iterable[JsonObject] = (),
        subscriptions: Iterable[JsonObject] = (),
        invoices: Iterable[JsonObject] = (),
        agreements: Iterable[JsonObject] = (),
    ) -> dict[str, list[JsonObject]]:
        """Put documents there, given in the API's words and laid over sensible ones; returns them whole.

        Orders are there as if they had been paid; items without an id get one, and cost 10 a piece. Billing
        agreements, which have no route of their own, are `{"id", "state"}`: active or expired.
        """

        given = {
            "skus": (_sku, skus),
            "sources": (_source, sources),
            "orders": (_order, orders),
            "subscriptions": (_subscription, subscriptions),
            "invoices": (_invoice, invoices),
            "agreements": (_agreement, agreements),
        }

        def act(river: DigitalRiver) -> object:
            return exact_json.copy(
                {kind: [make(river, one) for one in some] for kind, (make, some) in given.items()}
            )

        try:
            found: dict[str, list[JsonObject]] = self._within(act)
        except (TypeError, ValueError, ArithmeticError) as error:
            raise ControlError(f"what is seeded is in no shape that can be: {error}") from error
        return found

    def move(self, order_id: str, state: str) -> JsonObject:
        """Put an order into a state, as a review or a late payment does."""

        try:
            found: JsonObject = self._within(
                lambda river: exact_json.copy(river.orders.move(order_id, state))
            )
        except RiverError as error:
            raise ControlError(error.message) from error
        return found

    def effects(self) -> Effects:
        """What took effect since the last reset."""
        found: Effects = self._within(lambda river: deepcopy(river.books.effects))
        return found


def _sku(river: DigitalRiver, given: JsonObject) -> JsonObject:
    now = river.books.stamp()
    defaults = {
        "id": river.books.named("sku"),
        "name": "A thing",
        "eccn": "EAR99",
        "taxCode": "4323.310_A",
        "countryOfOrigin": "US",
        "createdTime": now,
        "updatedTime": now,
        "liveMode": False,
    }
    return river.books.skus.put(laid_over(defaults, given))


def _source(river: DigitalRiver, given: JsonObject) -> JsonObject:
    _refuse_unknown("field of a source", given, _SOURCE)
    texts = {name: given.get(name, "") for name in ("id", "card", "decline", "order_state")}
    if not texts["id"] or not all(isinstance(text, str) for text in texts.values()):
        raise ControlError(f"{', '.join(texts)} of a source are texts, and it needs an id")
    river.books.sources.by_id[given["id"]] = Source(**given)
    return given


def _order(river: DigitalRiver, given: JsonObject) -> JsonObject:
    document = laid_over(
        {"items": [{}], "currency": "USD", "sourceId": DEFAULT_SOURCE, "metadata": {}}, given
    )
    items = [_order_item(river, item) for item in document.pop("items")]
    if document["sourceId"] not in river.books.sources.by_id:
        raise ControlError(f"there is no source {document['sourceId']!r}; seed it first")
    return river.orders.make(
        items,
        document.pop("currency"),
        document.pop("sourceId"),
        order_id=document.pop("id", None),
        state=document.pop("state", "accepted"),
        **document,
    )


def _order_item(river: DigitalRiver, given: JsonObject) -> JsonObject:
    item = {"id": river.books.number(), "skuId": "sku", "quantity": 1, **given}
    return {**item, "amount": Decimal(item.pop("price", 10)) * item["quantity"]}


def _subscription(river: DigitalRiver, given: JsonObject) -> JsonObject:
    now = river.books.stamp()
    defaults = {
        "id": river.books.number(),
        "state": "active",
        "planId": "plan",
        "customerId": "customer",
        "sourceId": DEFAULT_SOURCE,
        "billingAgreementId": river.books.named("ba"),
        "currency": "USD",
        "createdTime": now,
        "updatedTime": now,
        "items": [],
        "metadata": {},
        "liveMode": False,
    }
    return river.books.subscriptions.put(laid_over(defaults, given))


def _invoice(river: DigitalRiver, given: JsonObject) -> JsonObject:
    now = river.books.stamp()
    defaults = {
        "id": river.books.number(),
        "state": "open",
        "customerId": "customer",
        "currency": "USD",
        "totalAmount": Decimal(10),
        "attemptCount": 0,
        "createdTime": now,
        "updatedTime": now,
        "liveMode": False,
    }
    return river.books.invoices.put(laid_over(defaults, given))


def _agreement(river: DigitalRiver, given: JsonObject) -> JsonObject:
    _refuse_unknown("field of an agreement", given, ("id", "state"))
    agreement, state = given.get("id"), given.get("state", "active")
    if not isinstance(agreement, str) or state not in ("active", "expired"):
        raise ControlError("an agreement has an id, and its state is active or expired")
    change = (
        river.books.expired_agreements.add if state == "expired" else (river.books.expired_agreements.discard)
    )
    change(agreement)
    return {"id": agreement, "state": state}


def _refuse_unknown(what: str, given: JsonObject, known: Iterable[str]) -> None:
    for name in given:
        if name not in known:
            raise ControlError(f"{name} is no {what}; there are: {', '.join(sorted(known))}")
