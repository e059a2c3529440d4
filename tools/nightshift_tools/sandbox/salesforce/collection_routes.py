"""Collections: up to 200 records in one request, each with a result of its own; and composite requests."""

from collections.abc import Callable
from itertools import pairwise

from nightshift_tools.sandbox import exact_json
from nightshift_tools.sandbox.exact_json import JsonObject
from nightshift_tools.sandbox.message import Request, Response, json_response
from nightshift_tools.sandbox.routing import Route, Router
from nightshift_tools.sandbox.salesforce.bodies import an_object, json_object
from nightshift_tools.sandbox.salesforce.errors import SalesforceError
from nightshift_tools.sandbox.salesforce.ids import full_id
from nightshift_tools.sandbox.salesforce.schema import SObject
from nightshift_tools.sandbox.salesforce.store import Store, Values

MOST_RECORDS = 200
MOST_SUBREQUESTS = 25
MOST_CHUNKS = 10

_ROLLED_BACK = SalesforceError(
    "ALL_OR_NONE_OPERATION_ROLLED_BACK",
    "Record rolled back because not all records were valid and the request was using AllOrNone header",
)
# One of these in one record refuses the whole request.
_WHOLE = ("JSON_PARSER_ERROR", "INVALID_FIELD", "INVALID_TYPE")

Write = Callable[[SObject, Values, str | None], JsonObject]


class CollectionRoutes:
    """Creates, updates and upserts collections; runs the parts of a composite request one after the other."""

    def __init__(self, store: Store, records: Router) -> None:
        self._store = store
        self._records = records

    def table(self) -> list[Route]:
        """The routes."""
        path = "/services/data/{version}/composite/sobjects"
        return [
            Route("POST", path, self._create),
            Route("PATCH", path, self._update),
            Route("PATCH", f"{path}/{{object}}/{{field}}", self._upsert),
            Route("POST", "/services/data/{version}/composite", self._composite),
        ]

    def _create(self, request: Request, _: str) -> Response:
        def write(owner: SObject, values: Values, __: str | None) -> JsonObject:
            return _success(self._store.insert(owner, values))

        return self._run(request, write)

    def _update(self, request: Request, _: str) -> Response:
        def write(owner: SObject, values: Values, record_id: str | None) -> JsonObject:
            try:
                known = full_id(record_id or "")
            except ValueError:
                raise SalesforceError(
                    "MALFORMED_ID", f"{owner.name} ID: id value of incorrect type"
                ) from None
            self._store.update(owner, known, values)
            return _success(known)

        return self._run(request, write)

    def _upsert(self, request: Request, _: str, name: str, field_name: str) -> Response:
        owner = self._object(name)
        key = self._store.schema.field(owner, field_name)
        if key is None or not key.external_id:
            message = "Provided external ID field does not exist or is not accessible"
            raise SalesforceError("NOT_FOUND", f"{message}: {field_name}")

        def write(_: SObject, values: Values, record_id: str | None) -> JsonObject:
            if record_id is not None:
                raise SalesforceError(
                    "INVALID_FIELD", "The Id field should not be specified in the sobject data."
                )
            value = values.get(key.name)
            if value is None:
                raise SalesforceError("MISSING_ARGUMENT", f"{key.name} not specified")
            found = self._store.find_by(owner, key, value)
            if len(found) > 1:
                raise SalesforceError("DUPLICATE_EXTERNAL_ID", f"{key.name}: more than one record found")
            if not found:
                return _success(self._store.insert(owner, values)) | {"created": True}
            self._store.update(owner, str(found[0]["Id"]), values)
            return _success(str(found[0]["Id"])) | {"created": False}

        return self._run(request, write, only=owner)

    def _run(self, request: Request, write: Write, only: SObject | None = None) -> Response:
        body = json_object(request)
        records = body.get("records")
        if not isinstance(records, list) or not records:
            raise SalesforceError("JSON_PARSER_ERROR", "The records are missing")
        if len(records) > MOST_RECORDS:
            message = f"record count is {len(records)}, and at most {MOST_RECORDS} are allowed"
            raise SalesforceError("EXCEEDED_ID_LIMIT", message)
        prepared = [self._prepared(an_object(record), only) for record in records]
        _refuse_many_chunks(prepared)
        results, failed = [], False
        self._store.database.execute("SAVEPOINT collection")
        for owner, values, record_id in prepared:
            try:
                if isinstance(values, SalesforceError):
                    raise values
                results.append(write(owner, values, record_id))
            except SalesforceError as error:
                results.append(error.result())
                failed = True
        if failed and body.get("allOrNone") is True:
            self._store.database.execute("ROLLBACK TO collection")
            results = [_ROLLED_BACK.result() if result["success"] else result for result in results]
        self._store.database.execute("RELEASE collection")
        return json_response(200, results)

    def _prepared(
        self, record: JsonObject, only: SObject | None
    ) -> tuple[SObject, Values | SalesforceError, str | None]:
        """Object, values and id of a record; an error that is the record's own stands for its values."""
        attributes = an_object(record.get("attributes", {}))
        owner = only or self._object(str(attributes.get("type", "")))
        fields = {name: value for name, value in record.items() if name.lower() != "id"}
        record_id = next((value for name, value in record.items() if name.lower() == "id"), None)
        named = record_id if isinstance(record_id, str) else None
        try:
            return owner, self._store.typed(owner, fields), named
        except SalesforceError as error:
            if error.code in _WHOLE:
                raise
            return owner, error, named

    def _object(self, name: str) -> SObject:
        owner = self._store.schema.find(name)
        if owner is None:
            raise SalesforceError("INVALID_TYPE", f"sObject type '{name}' is not supported.")
        return owner

    def _composite(self, request: Request, _: str) -> Response:
        parts = json_object(request).get("compositeRequest")
        if not isinstance(parts, list) or not parts:
            raise SalesforceError("JSON_PARSER_ERROR", "The compositeRequest is missing")
        if len(parts) > MOST_SUBREQUESTS:
            message = f"The number of subrequests, {len(parts)}, is over the limit of {MOST_SUBREQUESTS}"
            raise SalesforceError("LIMIT_EXCEEDED", message)
        results = [self._subrequest(request, an_object(part)) for part in parts]
        return json_response(200, {"compositeResponse": results})

    def _subrequest(self, outer: Request, part: JsonObject) -> JsonObject:
        given_headers = an_object(part.get("httpHeaders", {}))
        headers = {name.lower(): str(value) for name, value in given_headers.items()}
        path, _, query = str(part.get("url", "")).partition("?")
        body = exact_json.dumps(part["body"]) if "body" in part else b""
        given = {"content-type": "application/json", "host": outer.headers.get("host", "")}
        inner = Request(str(part.get("method")), path, query, given | headers, body, outer.prefix)
        found = self._records.find(inner.method, inner.path)
        try:
            if found is None:
                raise SalesforceError("NOT_FOUND")
            answer = found[0](inner, *found[1])
        except SalesforceError as error:
            answer = error.response()
        return {
            "body": exact_json.loads(answer.body) if answer.body else None,
            "httpHeaders": dict(answer.headers),
            "httpStatusCode": answer.status,
            "referenceId": part.get("referenceId"),
        }


def _success(record_id: str) -> JsonObject:
    return {"id": record_id, "success": True, "errors": []}


def _refuse_many_chunks(prepared: list[tuple[SObject, Values | SalesforceError, str | None]]) -> None:
    """Records of one object in a row are a chunk."""
    names = [owner.name for owner, _, _ in prepared]
    chunks = 1 + sum(before != name for before, name in pairwise(names))
    if chunks > MOST_CHUNKS:
        message = f"records of {chunks} chunks by object, and at most {MOST_CHUNKS} are allowed"
        raise SalesforceError("LIMIT_EXCEEDED", message)
