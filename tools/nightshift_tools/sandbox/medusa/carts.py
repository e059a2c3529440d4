"""Carts, and the two routes that a shop adds to its Medusa for them (integrations/medusa)."""

import re
from collections.abc import Iterator

from nightshift_tools.sandbox.clock import Stamps
from nightshift_tools.sandbox.exact_json import JsonObject
from nightshift_tools.sandbox.medusa import bodies, query, shapes
from nightshift_tools.sandbox.medusa.documents import Collection
from nightshift_tools.sandbox.medusa.errors import invalid
from nightshift_tools.sandbox.medusa.ids import Ids
from nightshift_tools.sandbox.message import Request, Response, json_response
from nightshift_tools.sandbox.routing import Route

LIST, DELETE = "/admin/nightshift/carts", "/admin/nightshift/carts/delete"

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)
_MOST = 500


class Carts(Collection):
    """Carts by id. `is_installed` says whether this Medusa has the two routes."""

    def __init__(self, *, stamps: Stamps, ids: Ids) -> None:
        super().__init__("cart", stamps=stamps, ids=ids)
        self.is_installed = True
        self.deleted: dict[str, int] = {}

    def add(self, given: JsonObject) -> JsonObject:
        """A cart with these columns; `touched_at` is when it or something in it was last changed."""
        defaults = {"email": None, "currency_code": "usd", "completed_at": None, "has_payment": False}
        cart = self.create(defaults | given)
        self.update(cart["id"], {"touched_at": given.get("touched_at", cart["updated_at"])})
        return cart

    def untouched(self, since: str, after: str) -> Iterator[JsonObject]:
        """The carts behind that id which could be deleted, by id."""
        for cart in self:
            if cart["id"] > after and cart["touched_at"] < since and _why_kept(cart) is None:
                yield cart

    def remove(self, cart_id: str, touched_at: str) -> str | None:
        """Delete a cart that nobody has touched since; why it is kept, else. One that is gone is `gone`."""
        if cart_id not in self:
            return "gone"
        cart = self[cart_id]
        if cart["touched_at"] != touched_at:
            return "touched"
        kept = _why_kept(cart)
        if kept is None:
            self.delete(cart_id)
            self.deleted[cart_id] = self.deleted.get(cart_id, 0) + 1
        return kept


class CartRoutes:
    """The two routes, which answer as if they were not there until they are installed."""

    def __init__(self, carts: Carts) -> None:
        self._carts = carts

    def table(self) -> list[Route]:
        if not self._carts.is_installed:
            return []
        return [Route("GET", LIST, self._list), Route("POST", DELETE, self._delete)]

    def _list(self, request: Request) -> Response:
        given = query.plain(request.query)
        since, after, limit = given.get("untouched_since", ""), given.get("after", ""), given.get("limit", "")
        if not _INSTANT.fullmatch(since):
            raise invalid("untouched_since must be an instant, as in 2026-11-20T22:04:00.000Z")
        if not limit.isdecimal() or not 1 <= int(limit) <= _MOST:
            raise invalid(f"limit must be a whole number from 1 to {_MOST}")
        found = list(self._carts.untouched(since, after))
        page = found[: int(limit)]
        shown = [{"id": cart["id"], "touched_at": cart["touched_at"]} for cart in page]
        following = page[-1]["id"] if len(found) > len(page) else None
        return json_response(200, {"carts": shown, "next": following})

    def _delete(self, request: Request) -> Response:
        given = bodies.checked(request, shapes.DELETE_CARTS)["carts"]
        if len(given) > _MOST:
            raise invalid(f"at most {_MOST} carts can be deleted at once")
        answers = {cart["id"]: self._carts.remove(cart["id"], cart["touched_at"]) for cart in given}
        return json_response(
            200,
            {
                "deleted": [cart_id for cart_id, why in answers.items() if why is None],
                "kept": [{"id": cart_id, "reason": why} for cart_id, why in answers.items() if why],
            },
        )


def _why_kept(cart: JsonObject) -> str | None:
    if cart["completed_at"] is not None:
        return "completed"
    return "paid" if cart["has_payment"] else None
