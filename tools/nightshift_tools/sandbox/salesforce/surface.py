"""Salesforce's front: log-in, session, the org's limit, and the routes behind them."""

import re

from nightshift_tools.sandbox.clock import Clock
from nightshift_tools.sandbox.exact_json import JsonObject, loads
from nightshift_tools.sandbox.message import Request, Response, json_response
from nightshift_tools.sandbox.routing import Router
from nightshift_tools.sandbox.salesforce import errors
from nightshift_tools.sandbox.salesforce.collection_routes import CollectionRoutes
from nightshift_tools.sandbox.salesforce.errors import SalesforceError
from nightshift_tools.sandbox.salesforce.oauth import OAuth
from nightshift_tools.sandbox.salesforce.org import OBJECTS
from nightshift_tools.sandbox.salesforce.query_routes import QueryRoutes
from nightshift_tools.sandbox.salesforce.record_routes import RecordRoutes
from nightshift_tools.sandbox.salesforce.schema import Schema
from nightshift_tools.sandbox.salesforce.seed import Amounts, Seeder
from nightshift_tools.sandbox.salesforce.store import Store

TOKEN = "/services/oauth2/token"  # noqa: S105 - a path
DAILY_LIMIT = 100_000
BEGINNING = Amounts(products=30, flagged=20, orders=10, subscriptions=5)

_VERSION = re.compile(r"/services/data/v\d\d\.0/")


class Salesforce:
    """The surface under `/salesforce`."""

    name = "salesforce"

    def __init__(self, *, seed: int, clock: Clock) -> None:
        self.oauth = OAuth(seed=seed, clock=clock)
        self.daily_limit = DAILY_LIMIT
        self.used = 0
        self.store = Store(Schema(OBJECTS), clock)
        self.seeder = Seeder(self.store, seed)
        self.seeder.make(BEGINNING)
        self.queries = QueryRoutes(self.store)
        records = RecordRoutes(self.store, self._limits).table()
        collections = CollectionRoutes(self.store, Router(records)).table()
        self._router = Router([*self.queries.table(), *collections, *records])

    def route(self, method: str, path: str) -> str:
        """The template of the route that would answer."""
        return TOKEN if (method, path) == ("POST", TOKEN) else self._router.template(method, path)

    def answer(self, request: Request) -> Response:
        """Answer as Salesforce does: session, then the org's limit, then route, then body."""
        if (request.method, request.path) == ("POST", TOKEN):
            return self.oauth.answer(request)
        if not self.oauth.accepts(request.headers.get("authorization", "")):
            return SalesforceError("INVALID_SESSION_ID").response()
        try:
            response = self._counted(request)
        except SalesforceError as error:
            response = error.response()
        return response.with_headers(("Sforce-Limit-Info", f"api-usage={self.used}/{self.daily_limit}"))

    def failure(self, status: int) -> Response:
        """An error in Salesforce's words."""
        return errors.of_status(status)

    def empty_list(self, response: Response) -> Response:
        """A query that has found nothing, or no results."""
        envelope = loads(response.body) if response.body else None
        if isinstance(envelope, dict) and "records" in envelope:
            return json_response(200, {"totalSize": 0, "done": True, "records": []})
        return json_response(200, []) if isinstance(envelope, list) else response

    def expire_tokens(self) -> None:
        """Every session id given out so far is 401 from now on."""
        self.oauth.expire()

    def _counted(self, request: Request) -> Response:
        if self.used >= self.daily_limit:
            raise SalesforceError("REQUEST_LIMIT_EXCEEDED")
        self.used += 1
        found = self._router.find(request.method, request.path)
        if found is None or not _VERSION.match(request.path):
            raise SalesforceError("NOT_FOUND")
        answer, parameters = found
        return answer(request, *parameters)

    def _limits(self) -> JsonObject:
        left = max(0, self.daily_limit - self.used)
        return {"DailyApiRequests": {"Max": self.daily_limit, "Remaining": left}}
