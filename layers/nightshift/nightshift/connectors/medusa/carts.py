"""Carts, through the two routes of integrations/medusa: Medusa itself has none for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from nightshift.batch import Outcome
from nightshift.connectors import Host
from nightshift.connectors.medusa.connecting import VARIABLE, open_session
from nightshift.connectors.medusa.listing import is_not_found
from nightshift.connectors.medusa.session import Session
from nightshift.errors import ConfigurationError
from nightshift.http import Response

LIST, DELETE = "/admin/nightshift/carts", "/admin/nightshift/carts/delete"
MOST = 500
"""Carts per request, as the routes take them."""

_GONE = "gone"
_REASONS = {
    "touched": "somebody has touched it since it was listed",
    "completed": "it has become an order",
    "paid": "it holds a payment",
    "busy": "somebody is at work on it",
}


@dataclass(frozen=True, slots=True)
class Cart:
    """A cart that could be deleted, and when it or anything in it was last changed, in Medusa's own words."""

    id: str
    touched_at: str


class Carts:
    """Lists and deletes carts of one Medusa."""

    def __init__(self, session: Session, *, dry_run: bool) -> None:
        self._session = session
        self._dry_run = dry_run

    @classmethod
    def connect(cls, run: Host) -> Carts:
        """The carts of the Medusa at `MEDUSA_URL`; ConfigurationError names a variable that is missing."""
        return cls(open_session(run), dry_run=run.dry_run)

    def untouched_since(self, since: datetime, page_size: int) -> Iterator[Cart]:
        """Carts, neither completed nor paid, that nobody has touched since, by id, read as they are used;
        ConfigurationError where this Medusa does not have the routes."""
        stamp = since.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        after: str | None = ""
        while after is not None:
            query = [("untouched_since", stamp), ("limit", str(min(page_size, MOST)))]
            answer = self._request("GET", LIST, query=[*query, *([("after", after)] if after else [])])
            carts, following = _page(answer)
            yield from carts
            if following is not None and following == after:
                raise answer.error("a page that leads back to where it was")
            after = following

    def delete(self, carts: Sequence[Cart]) -> Outcome:
        """Delete carts that are still as they were listed. `unchanged` has the others, with the reason, and
        `removed` those that were gone already: a request without an answer may have done it."""
        if self._dry_run:
            return Outcome(removed=[cart.id for cart in carts])
        outcome = Outcome()
        for start in range(0, len(carts), MOST):
            some = carts[start : start + MOST]
            body = {"carts": [{"id": cart.id, "touched_at": cart.touched_at} for cart in some]}
            # Deleting again what is deleted, and deleting what was touched, does nothing.
            outcome += _outcome(self._request("POST", DELETE, json=body, idempotent=True), some)
        return outcome

    def _request(
        self,
        method: str,
        path: str,
        *,
        query: Sequence[tuple[str, str]] = (),
        json: object = None,
        idempotent: bool | None = None,
    ) -> Response:
        answer = self._session.request(method, path, query=query, json=json, idempotent=idempotent)
        if answer.status == 404 and not is_not_found(answer):
            raise ConfigurationError(
                f"this Medusa has no route {method} {path}, which is not Medusa's own: copy the folder "
                "integrations/medusa/src into the Medusa project, build and restart it; or, if that is done, "
                f"check {VARIABLE}"
            )
        if answer.status != 200:
            raise answer.refusal()
        return answer


def _page(answer: Response) -> tuple[list[Cart], str | None]:
    value = answer.json()
    carts = value.get("carts") if isinstance(value, dict) else None
    following = value.get("next") if isinstance(value, dict) else None
    if not isinstance(carts, list) or not (following is None or isinstance(following, str)):
        raise answer.error("no list of carts")
    return [_cart(answer, cart) for cart in carts], following


def _cart(answer: Response, document: object) -> Cart:
    values: Mapping[str, object] = document if isinstance(document, dict) else {}
    cart_id, touched_at = values.get("id"), values.get("touched_at")
    if not isinstance(cart_id, str) or not isinstance(touched_at, str):
        raise answer.error("a list of carts in which one has no id or no touched_at")
    return Cart(cart_id, touched_at)


def _outcome(answer: Response, carts: Sequence[Cart]) -> Outcome:
    value = answer.json()
    deleted = value.get("deleted") if isinstance(value, dict) else None
    kept = value.get("kept") if isinstance(value, dict) else None
    if not isinstance(deleted, list) or not isinstance(kept, list):
        raise answer.error("no word of what was deleted")
    reasons = {str(each.get("id")): str(each.get("reason")) for each in kept if isinstance(each, dict)}
    asked = {cart.id for cart in carts}
    removed = [*deleted, *(cart_id for cart_id, reason in reasons.items() if reason == _GONE)]
    unchanged = [cart_id for cart_id, reason in reasons.items() if reason != _GONE]
    if sorted([*removed, *unchanged]) != sorted(asked):
        raise answer.error("other carts than those that were to be deleted")
    notes = {cart_id: _REASONS.get(reasons[cart_id], reasons[cart_id]) for cart_id in unchanged}
    return Outcome(removed=removed, unchanged=unchanged, notes=notes)
