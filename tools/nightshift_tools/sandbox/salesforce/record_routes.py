"""Single records, what objects there are, and the org's limits."""

from collections.abc import Callable, Mapping
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime

from nightshift_tools.sandbox.exact_json import JsonObject
from nightshift_tools.sandbox.message import Request, Response, json_response
from nightshift_tools.sandbox.routing import Route
from nightshift_tools.sandbox.salesforce.bodies import json_object
from nightshift_tools.sandbox.salesforce.errors import SalesforceError
from nightshift_tools.sandbox.salesforce.ids import full_id
from nightshift_tools.sandbox.salesforce.schema import Field, Kind, SObject
from nightshift_tools.sandbox.salesforce.store import Store, Values
from nightshift_tools.sandbox.salesforce.values import read_instant

RECORD = "/services/data/{version}/sobjects/{object}/{id}"
_DESCRIBED = {Kind.COUNT: "double"}


class RecordRoutes:
    """Reads and writes one record by its id, on conditions if there are some in the headers."""

    def __init__(self, store: Store, limits: Callable[[], JsonObject]) -> None:
        self._store = store
        self._limits = limits

    def table(self) -> list[Route]:
        """The routes, fixed paths first."""
        return [
            Route("GET", "/services/data/{version}/limits", self._show_limits),
            Route("GET", "/services/data/{version}/sobjects/{object}/describe", self._describe),
            Route("POST", "/services/data/{version}/sobjects/{object}", self._create),
            Route("GET", RECORD, self._read),
            Route("PATCH", RECORD, self._update),
        ]

    def _show_limits(self, _: Request, __: str) -> Response:
        return json_response(200, self._limits())

    def _describe(self, _: Request, __: str, name: str) -> Response:
        owner = self._object(name)
        fields = [_described(known) for known in self._store.schema.shown(owner)]
        return json_response(200, {"name": owner.name, "keyPrefix": owner.prefix, "fields": fields})

    def _create(self, request: Request, _: str, name: str) -> Response:
        owner = self._object(name)
        record_id = self._store.insert(owner, self._store.typed(owner, json_object(request)))
        return json_response(201, {"id": record_id, "success": True, "errors": []})

    def _read(self, request: Request, version: str, name: str, record_id: str) -> Response:
        owner = self._object(name)
        record = self._live(owner, record_id)
        if not _modified_since(record, request.headers.get("if-modified-since")):
            return Response(304)
        url = f"/services/data/{version}/sobjects/{owner.name}/{record['Id']}"
        attributes = {"attributes": {"type": owner.name, "url": url}}
        answer = json_response(200, attributes | self._store.document(owner, record))
        return answer.with_headers(("Last-Modified", format_datetime(_modified(record), usegmt=True)))

    def _update(self, request: Request, _: str, name: str, record_id: str) -> Response:
        owner = self._object(name)
        record = self._live(owner, record_id)
        unmodified = request.headers.get("if-unmodified-since")
        if unmodified is not None and _modified(record) > _http_date(unmodified):
            message = "The record has been modified since the time that If-Unmodified-Since names"
            raise SalesforceError("PRECONDITION_FAILED", message)
        self._store.update(owner, str(record["Id"]), self._store.typed(owner, json_object(request)))
        return Response(204)

    def _object(self, name: str) -> SObject:
        owner = self._store.schema.find(name)
        if owner is None:
            raise SalesforceError("NOT_FOUND")
        return owner

    def _live(self, owner: SObject, record_id: str) -> Values:
        try:
            record = self._store.find(owner, full_id(record_id))
        except ValueError:
            message = f"Provided external ID field does not exist or is not accessible: {record_id}"
            raise SalesforceError("NOT_FOUND", message) from None
        if record is None:
            raise SalesforceError(
                "NOT_FOUND", "Provided external ID field does not exist or is not accessible"
            )
        if record["IsDeleted"]:
            raise SalesforceError("ENTITY_IS_DELETED", "entity is deleted")
        return record


def _described(known: Field) -> JsonObject:
    return {
        "name": known.name,
        "type": _DESCRIBED.get(known.kind, known.kind.value),
        "length": known.length,
        "nillable": not known.required,
        "updateable": known.is_writable,
        "createable": known.is_writable,
        "externalId": known.external_id,
        "unique": known.unique,
        "referenceTo": [known.target] if known.target else [],
        "relationshipName": known.relation if known.target else None,
        "picklistValues": [{"value": choice, "active": True} for choice in known.choices],
    }


def _modified(record: Mapping[str, object]) -> datetime:
    return read_instant(str(record["LastModifiedDate"]))


def _modified_since(record: Mapping[str, object], header: str | None) -> bool:
    return header is None or _modified(record) > _http_date(header)


def _http_date(text: str) -> datetime:
    try:
        instant = parsedate_to_datetime(text)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise SalesforceError("BAD_REQUEST", f"{text!r} is no date of HTTP")
    return instant
