"""What tests do to Medusa's customers and carts behind its API: seed, touch, opt out, take routes away."""

from collections.abc import Callable, Iterable
from copy import deepcopy
from typing import Any, TypeVar

from nightshift_tools.sandbox.clock import iso
from nightshift_tools.sandbox.errors import ControlError
from nightshift_tools.sandbox.exact_json import JsonObject
from nightshift_tools.sandbox.medusa.customers import create_customer
from nightshift_tools.sandbox.medusa.errors import MedusaError
from nightshift_tools.sandbox.medusa.surface import Medusa

T = TypeVar("T")
Within = Callable[[Callable[[Medusa], Any]], Any]
"""Calls with Medusa as it is now, and nobody else at it."""

SUBSCRIBED = "newsletter_subscribed"
_CART = {"id", "email", "currency_code", "completed_at", "has_payment", "age_hours"}


class Counter:
    """Customers and carts. Every method raises ControlError for what makes no sense."""

    def __init__(self, within: Within) -> None:
        self._within = within

    def seed(
        self, *, customers: Iterable[JsonObject] = (), carts: Iterable[JsonObject] = ()
    ) -> dict[str, list[JsonObject]]:
        """Put customers, in Medusa's words, and carts there; returns them whole.

        A customer may have `subscribed`, and any e-mail address, right or wrong. A cart may have `age_hours`,
        for so long nobody has touched it, `completed_at` and `has_payment`.
        """

        def act(medusa: Medusa) -> dict[str, list[JsonObject]]:
            store = medusa.store
            made = {
                "customers": [create_customer(store.customers, _customer(one)) for one in customers],
                "carts": [store.carts.add(_cart(one, medusa)) for one in carts],
            }
            return deepcopy(made)

        return self._do(act)

    def clear(self) -> None:
        """No customers and no carts."""

        def act(medusa: Medusa) -> None:
            for documents in (medusa.store.customers, medusa.store.carts):
                for document in list(documents):
                    documents.delete(document["id"])

        self._do(act)

    def customers(self) -> list[JsonObject]:
        """Every customer, whole."""
        return self._do(lambda medusa: deepcopy(list(medusa.store.customers)))

    def edit_customer(self, customer_id: str, **columns: object) -> None:
        """Set columns of a customer, whatever the API would say of them; `subscribed` among them."""
        changes = _customer(columns)
        self._do(lambda medusa: medusa.store.customers.update(customer_id, changes))

    def carts(self) -> list[JsonObject]:
        """Every cart, whole."""
        return self._do(lambda medusa: deepcopy(list(medusa.store.carts)))

    def touch(self, cart_id: str) -> None:
        """Somebody puts something into a cart."""
        self._do(lambda medusa: medusa.store.carts.update(cart_id, {"touched_at": medusa.now()}))

    def deletions(self) -> dict[str, int]:
        """How often each cart was deleted."""
        return self._do(lambda medusa: dict(medusa.store.carts.deleted))

    def install_cart_routes(self, installed: bool) -> None:
        """Whether this Medusa has the routes of integrations/medusa."""
        self._do(lambda medusa: medusa.install_cart_routes(installed))

    def _do(self, act: Callable[[Medusa], T]) -> T:
        try:
            found: T = self._within(act)
        except MedusaError as error:
            raise ControlError(error.message) from error
        except KeyError as error:
            raise ControlError(f"there is no {error}") from error
        except (TypeError, ValueError, AttributeError) as error:
            raise ControlError(f"what is given is in no shape that can be: {error}") from error
        return found


def _customer(given: JsonObject) -> JsonObject:
    columns = dict(given)
    if "subscribed" in columns:
        columns["metadata"] = {**(columns.get("metadata") or {}), SUBSCRIBED: columns.pop("subscribed")}
    return columns


def _cart(given: JsonObject, medusa: Medusa) -> JsonObject:
    if unknown := given.keys() - _CART:
        raise ControlError(f"{min(unknown)} is no field of a cart; there are: {', '.join(sorted(_CART))}")
    columns = dict(given)
    columns["touched_at"] = iso(medusa.seconds() - 3600 * float(columns.pop("age_hours", 0)))
    return columns
