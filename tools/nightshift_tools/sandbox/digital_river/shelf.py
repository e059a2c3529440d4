"""Documents of one kind, and the lists that are made of them: filtered, newest first, page by page."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl

from nightshift_tools.sandbox import exact_json
from nightshift_tools.sandbox.clock import Clock
from nightshift_tools.sandbox.digital_river.errors import absent, invalid
from nightshift_tools.sandbox.exact_json import JsonObject
from nightshift_tools.sandbox.message import Request, Response, json_response

Held = Callable[[JsonObject], object]
"""What a document holds of a filter: a value, or a collection of which one must match."""

MAX_LIMIT, DEFAULT_LIMIT = 100, 10

_COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda held, asked: held == asked,
    "gt": lambda held, asked: held > asked,
    "gte": lambda held, asked: held >= asked,
    "lt": lambda held, asked: held < asked,
    "lte": lambda held, asked: held <= asked,
}


class Shelf:
    """Documents by id, oldest first. `filters` are the query parameters that its list takes, `times` those
    with an operator. A document shows up in lists `delay()` seconds after it was made, by its id at once."""

    def __init__(
        self,
        what: str,
        clock: Clock,
        delay: Callable[[], float],
        filters: Mapping[str, Held],
        times: tuple[str, ...] = ("createdTime",),
    ) -> None:
        self.what = what
        self.documents: dict[str, JsonObject] = {}
        self._clock = clock
        self._delay = delay
        self._filters = {"ids": lambda document: document["id"], **filters}
        self._times = times
        self._made: dict[str, float] = {}

    def put(self, document: JsonObject) -> JsonObject:
        """Keep a document under its id."""
        self._made.setdefault(document["id"], self._clock())
        self.documents[document["id"]] = document
        return document

    def get(self, document_id: str, parameter: str | None = None) -> JsonObject:
        """The document; RiverError, 404, where there is none."""
        if document_id not in self.documents:
            raise absent(self.what, document_id, parameter)
        return self.documents[document_id]

    def one(self, _: Request, document_id: str) -> Response:
        """The route of one document."""
        return json_response(200, self.get(document_id))

    def every(self, request: Request) -> Response:
        """The route of the list; RiverError, 400, for a parameter that it does not take."""
        asked = parse_qsl(request.query, keep_blank_values=True)
        paging = {name: value for name, value in asked if name in ("limit", "startingAfter", "endingBefore")}
        tests = list(self._tests([(name, value) for name, value in asked if name not in paging]))
        found = [document for document in self._shown() if all(test(document) for test in tests)]
        return json_response(200, _page(found, paging))

    def _shown(self) -> Iterator[JsonObject]:
        until = self._clock() - self._delay()
        return (document for key, document in reversed(self.documents.items()) if self._made[key] <= until)

    def _tests(self, asked: list[tuple[str, str]]) -> Iterator[Callable[[JsonObject], bool]]:
        wanted: dict[str, set[str]] = {}
        for name, value in asked:
            field, _, operator = name.partition("[")
            operator = operator.removesuffix("]")
            if field in self._times and operator in _COMPARED:
                yield _compare(field, operator, value)
            elif name in self._filters:
                wanted.setdefault(name, set()).add(value)
            else:
                raise invalid(name, f"'{name}' is no parameter of this list.")
        for name, values in wanted.items():
            yield _any_of(self._filters[name], values)


def _compare(field: str, operator: str, value: str) -> Callable[[JsonObject], bool]:
    return lambda document: _COMPARED[operator](document[field], value)


def _any_of(held: Held, values: set[str]) -> Callable[[JsonObject], bool]:
    def test(document: JsonObject) -> bool:
        found = held(document)
        holds = found if isinstance(found, set) else {found}
        return bool(holds & values)

    return test


def _page(found: list[JsonObject], paging: dict[str, str]) -> JsonObject:
    limit = paging.get("limit", str(DEFAULT_LIMIT))
    if not limit.isdecimal() or not 1 <= int(limit) <= MAX_LIMIT:
        raise invalid("limit", f"'{limit}' is not a number from 1 to {MAX_LIMIT}.")
    places = {document["id"]: place for place, document in enumerate(found)}
    if before := paging.get("endingBefore"):
        end = _place(places, "endingBefore", before)
        start = max(0, end - int(limit))
        return {"hasMore": start > 0, "data": found[start:end]}
    after = paging.get("startingAfter")
    start = _place(places, "startingAfter", after) + 1 if after else 0
    end = start + int(limit)
    return {"hasMore": end < len(found), "data": found[start:end]}


def _place(places: dict[str, int], parameter: str, document_id: str) -> int:
    if document_id not in places:
        raise invalid(parameter, f"'{document_id}' is not in this list.")
    return places[document_id]


def laid_over(defaults: JsonObject, given: JsonObject) -> JsonObject:
    """A document of defaults with what was given over them, exact and nobody else's."""
    document: JsonObject = exact_json.copy({**defaults, **given})
    return document
