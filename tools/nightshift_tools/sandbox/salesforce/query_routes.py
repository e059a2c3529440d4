"""Queries, page by page."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs

from nightshift_tools.sandbox.exact_json import JsonObject
from nightshift_tools.sandbox.message import Request, Response, json_response
from nightshift_tools.sandbox.routing import Route
from nightshift_tools.sandbox.salesforce.errors import SalesforceError, malformed
from nightshift_tools.sandbox.salesforce.ids import make_id
from nightshift_tools.sandbox.salesforce.soql.parser import parse
from nightshift_tools.sandbox.salesforce.soql.sql import Plan, plan
from nightshift_tools.sandbox.salesforce.store import Store
from nightshift_tools.sandbox.salesforce.values import shown

LARGEST_BATCH = 2000
SMALLEST_BATCH = 200

_HINT = re.compile(r"batchSize\s*=\s*(\d{1,6})")
_LOCATOR = re.compile(r"(\w{18})-(\d{1,9})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Cursor:
    """What a locator stands for: the records that were found, and how they are read. Their fields are read
    when their page is, so a change in between shows, and a deleted record is left out."""

    plan: Plan
    ids: tuple[str, ...]
    version: str


class QueryRoutes:
    """The query resource; locators live until they are let expire."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._cursors: dict[str, Cursor] = {}
        self._numbers = 0

    def table(self) -> list[Route]:
        """The routes."""
        return [
            Route("GET", "/services/data/{version}/query", self._query),
            Route("GET", "/services/data/{version}/query/{locator}", self._more),
        ]

    def expire_locators(self) -> None:
        """No page of a query that was begun can be had any more."""
        self._cursors.clear()

    def _query(self, request: Request, version: str) -> Response:
        text = parse_qs(request.query, keep_blank_values=True).get("q", [""])[-1]
        if not text.strip():
            raise malformed("A query string has to be specified")
        query = parse(text)
        planned = plan(query, self._store.schema)
        found = self._store.database.execute(planned.find, planned.values)
        ids = tuple(row[0] for row in found)
        if not query.fields:
            return json_response(200, {"totalSize": len(ids), "done": True, "records": []})
        return self._page(Cursor(planned, ids, version), "", 0, _batch_size(request))

    def _more(self, request: Request, _: str, locator: str) -> Response:
        match = _LOCATOR.fullmatch(locator)
        cursor = self._cursors.get(match[1]) if match else None
        if match is None or cursor is None:
            raise SalesforceError("INVALID_QUERY_LOCATOR", "invalid query locator")
        return self._page(cursor, match[1], int(match[2]), _batch_size(request))

    def _page(self, cursor: Cursor, key: str, start: int, size: int) -> Response:
        end = start + size
        envelope: JsonObject = {"totalSize": len(cursor.ids), "done": end >= len(cursor.ids)}
        if end < len(cursor.ids):
            key = key or self._keep(cursor)
            envelope["nextRecordsUrl"] = f"/services/data/{cursor.version}/query/{key}-{end}"
        records = self._records(cursor, cursor.ids[start:end])
        return json_response(200, envelope | {"records": records})

    def _keep(self, cursor: Cursor) -> str:
        self._numbers += 1
        key = make_id("01g", self._numbers)
        self._cursors[key] = cursor
        return key

    def _records(self, cursor: Cursor, ids: tuple[str, ...]) -> list[JsonObject]:
        sql = cursor.plan.read.format(ids=", ".join("?" * len(ids)))
        rows = {row[0]: row[1:] for row in self._store.database.execute(sql, ids)}
        return [self._record(cursor, record_id, rows[record_id]) for record_id in ids if record_id in rows]

    def _record(self, cursor: Cursor, record_id: str, row: tuple[object, ...]) -> JsonObject:
        base = f"/services/data/{cursor.version}/sobjects"
        record: JsonObject = {"attributes": _attributes(base, cursor.plan.source.name, record_id)}
        parents, values = row[: len(cursor.plan.parents)], row[len(cursor.plan.parents) :]
        places: dict[tuple[str, ...], JsonObject | None] = {(): record}
        for parent, parent_id in zip(cursor.plan.parents, parents, strict=True):
            above = places[parent.relations[:-1]]
            found = {"attributes": _attributes(base, parent.owner.name, str(parent_id))}
            places[parent.relations] = found if parent_id is not None else None
            if above is not None:
                above[parent.relations[-1]] = places[parent.relations]
        for column, value in zip(cursor.plan.columns, values, strict=True):
            place = places[column.relations]
            if place is not None:
                place[column.field.name] = shown(column.field, value)
        return record


def _attributes(base: str, name: str, record_id: str) -> JsonObject:
    return {"type": name, "url": f"{base}/{name}/{record_id}"}


def _batch_size(request: Request) -> int:
    """What the client asks for, within Salesforce's limits."""
    match = _HINT.search(request.headers.get("sforce-query-options", ""))
    return max(SMALLEST_BATCH, min(LARGEST_BATCH, int(match[1]))) if match else LARGEST_BATCH
