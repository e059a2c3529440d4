"""SKUs: created by POST, created or replaced by PUT, with what Digital River checks of them."""

import re

from nightshift_tools.sandbox.digital_river import bodies
from nightshift_tools.sandbox.digital_river.books import Books
from nightshift_tools.sandbox.digital_river.errors import conflict, invalid, missing
from nightshift_tools.sandbox.exact_json import JsonObject
from nightshift_tools.sandbox.message import Request, Response, json_response
from nightshift_tools.sandbox.routing import Route

_WRITABLE = frozenset(
    {
        "name", "eccn", "taxCode", "countryOfOrigin", "hsCode", "partNumber", "skuGroupId", "manufacturerId",
        "managedFulfillment", "description", "image", "url", "weight", "weightUnit", "physical", "fulfill",
        "metadata",
    }
)  # fmt: skip
_ID = re.compile(r"[0-9A-Za-z._-]+")
_HS_CODE = re.compile(r"\d{4}\.\d{2}(\.\d{2}(\d{2})?)?|\d{6}(\d{2}(\d{2})?)?")
_UNITS = ("oz", "lb", "g", "kg")
_EMBARGOED = ("KP",)


class SkuRoutes:
    """The routes under `/skus`."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def table(self) -> list[Route]:
        return [
            Route("GET", "/skus", self._books.skus.every),
            Route("POST", "/skus", self._create),
            Route("GET", "/skus/{id}", self._books.skus.one),
            Route("PUT", "/skus/{id}", self._put),
            Route("POST", "/skus/{id}", self._update),
            Route("DELETE", "/skus/{id}", self._delete),
        ]

    def _create(self, request: Request) -> Response:
        body = bodies.parsed(request, {*_WRITABLE, "id"})
        sku_id = body.pop("id", None) or self._books.named("sku")
        if sku_id in self._books.skus.documents:
            raise conflict("already_exists", "id", f"SKU '{sku_id}' already exists.")
        return self._keep(sku_id, body, 201)

    def _put(self, request: Request, sku_id: str) -> Response:
        is_there = sku_id in self._books.skus.documents
        return self._keep(sku_id, bodies.parsed(request, _WRITABLE), 200 if is_there else 201)

    def _update(self, request: Request, sku_id: str) -> Response:
        before = self._books.skus.get(sku_id)
        kept = {name: value for name, value in before.items() if name in _WRITABLE}
        return self._keep(sku_id, kept | bodies.parsed(request, _WRITABLE), 200)

    def _delete(self, _: Request, sku_id: str) -> Response:
        self._books.tell("sku.deleted", self._books.skus.get(sku_id))
        del self._books.skus.documents[sku_id]
        return Response(204)

    def _keep(self, sku_id: str, body: JsonObject, status: int) -> Response:
        _check(sku_id, body)
        now = self._books.stamp()
        before = self._books.skus.documents.get(sku_id, {"createdTime": now})
        document = {
            "id": sku_id,
            "createdTime": before["createdTime"],
            "updatedTime": now,
            "liveMode": False,
            "physical": body.get("weight") is not None,
            **{name: value for name, value in body.items() if value is not None},
        }
        self._books.skus.put(document)
        self._books.effects.skus[sku_id] += 1
        self._books.tell("sku.created" if status == 201 else "sku.updated", document)
        return json_response(status, document)


def _check(sku_id: str, body: JsonObject) -> None:
    if not isinstance(sku_id, str) or not _ID.fullmatch(sku_id):
        raise invalid("id", f"'{sku_id}' is not a valid SKU ID.")
    bodies.text(body, "name")
    if not body.get("skuGroupId"):
        for name in ("eccn", "taxCode", "countryOfOrigin"):
            bodies.text(body, name)
    country, hs_code, unit = (body.get(name) for name in ("countryOfOrigin", "hsCode", "weightUnit"))
    if country is not None and (not re.fullmatch("[A-Z]{2}", str(country)) or country in _EMBARGOED):
        raise invalid("countryOfOrigin", f"'{country}' is not a valid Country of Origin.")
    if hs_code is not None and not _HS_CODE.fullmatch(str(hs_code)):
        raise invalid("hsCode", f"'{hs_code}' is not a valid HS code.")
    if unit is not None and unit not in _UNITS:
        raise invalid("weightUnit", f"'{unit}' is not one of {', '.join(_UNITS)}.")
    if unit is not None and body.get("weight") is None:
        raise missing("weight")
    if body.get("weight") is not None:
        bodies.amount(body, "weight")
