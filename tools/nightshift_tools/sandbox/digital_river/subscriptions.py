"""Subscriptions, invoices and events: to be read, and what little of them can be changed."""

from nightshift_tools.sandbox.digital_river import bodies
from nightshift_tools.sandbox.digital_river.books import Books
from nightshift_tools.sandbox.digital_river.errors import conflict
from nightshift_tools.sandbox.message import Request, Response, json_response
from nightshift_tools.sandbox.routing import Route

_WRITABLE = frozenset(["state", "sourceId", "items", "nextReminderDate", "metadata"])
ENDED = frozenset({"failed", "lapsed", "cancelled", "ended"})


class SubscriptionRoutes:
    """The routes under `/subscriptions`, `/invoices` and `/events`."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def table(self) -> list[Route]:
        return [
            Route("GET", "/subscriptions", self._books.subscriptions.every),
            Route("GET", "/subscriptions/{id}", self._books.subscriptions.one),
            Route("POST", "/subscriptions/{id}", self._update),
            Route("DELETE", "/subscriptions/{id}", self._delete),
            Route("GET", "/invoices", self._books.invoices.every),
            Route("GET", "/invoices/{id}", self._books.invoices.one),
            Route("GET", "/events", self._books.events.every),
            Route("GET", "/events/{id}", self._books.events.one),
        ]

    def _update(self, request: Request, subscription_id: str) -> Response:
        subscription = self._books.subscriptions.get(subscription_id)
        body = bodies.parsed(request, _WRITABLE)
        if "state" in body and len(body) > 1:
            raise conflict("restricted_update", "state", "The state is changed alone.")
        if "state" in body and (
            body["state"] not in ("active", "cancelled") or subscription["state"] in ENDED
        ):
            raise conflict("invalid_state", "state", f"The subscription is {subscription['state']}.")
        subscription |= body | {"updatedTime": self._books.stamp()}
        self._books.tell("subscription.updated", subscription)
        return json_response(200, subscription)

    def _delete(self, _: Request, subscription_id: str) -> Response:
        subscription = self._books.subscriptions.get(subscription_id)
        if subscription["state"] != "draft":
            raise conflict("invalid_state", "id", f"The subscription is {subscription['state']}.")
        del self._books.subscriptions.documents[subscription_id]
        self._books.tell("subscription.deleted", subscription)
        return Response(204)
