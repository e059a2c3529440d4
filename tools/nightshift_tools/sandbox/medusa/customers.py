"""Customers: listed by id, read, created, updated, deleted."""

from nightshift_tools.sandbox.exact_json import JsonObject
from nightshift_tools.sandbox.medusa import bodies, fields, query, shapes
from nightshift_tools.sandbox.medusa.documents import Collection
from nightshift_tools.sandbox.medusa.errors import invalid, not_found
from nightshift_tools.sandbox.medusa.metadata import merged
from nightshift_tools.sandbox.message import Request, Response, json_response
from nightshift_tools.sandbox.routing import Route

_LIMIT = 50
_FILTERS = ("id", "email", "company_name", "first_name", "last_name", "has_account", "created_by")
_ORDERS = ("id", "email", "first_name", "last_name", "created_at", "updated_at")
_COLUMNS: JsonObject = {
    "company_name": None,
    "first_name": None,
    "last_name": None,
    "email": None,
    "phone": None,
    "has_account": False,
    "created_by": None,
    "metadata": None,
}
_SHOWN = ("id", *_COLUMNS, "created_at", "updated_at", "deleted_at")


def create_customer(customers: Collection, given: JsonObject) -> JsonObject:
    """A customer with Medusa's defaults; an address may occur once with an account and once without."""
    columns = _COLUMNS | {name: value for name, value in given.items() if name in _COLUMNS}
    for other in customers:
        taken = other["email"], other["has_account"]
        if columns["email"] is not None and taken == (columns["email"], columns["has_account"]):
            told = str(columns["has_account"]).lower()
            raise invalid(f"Customer with email: {columns['email']}, has_account: {told}, already exists.")
    return customers.create(columns)


class CustomerRoutes:
    """The customer routes."""

    def __init__(self, customers: Collection) -> None:
        self._customers = customers

    def table(self) -> list[Route]:
        return [
            Route("GET", "/admin/customers", self._list),
            Route("POST", "/admin/customers", self._create),
            Route("GET", "/admin/customers/{id}", self._read),
            Route("POST", "/admin/customers/{id}", self._update),
            Route("DELETE", "/admin/customers/{id}", self._delete),
        ]

    def _list(self, request: Request) -> Response:
        wanted = query.parse(request.query, limit=_LIMIT, filters=_FILTERS, orders=_ORDERS, compared=("id",))
        searched = ("email", "first_name", "last_name", "company_name", "phone")
        found = [document for document in self._customers if query.matches(wanted, document, searched)]
        page = query.in_order(wanted, found)[wanted.offset : wanted.offset + wanted.limit]
        shown = fields.chosen(page, fields.parse(wanted.fields, _SHOWN))
        window = {"count": len(found), "offset": wanted.offset, "limit": wanted.limit}
        return json_response(200, {"customers": shown} | window)

    def _create(self, request: Request) -> Response:
        customer = create_customer(self._customers, bodies.checked(request, shapes.CUSTOMER))
        return self._read(request, customer["id"])

    def _read(self, request: Request, customer_id: str) -> Response:
        self._check(customer_id)
        wanted = query.parse(request.query, limit=1, filters=(), orders=())
        shown = fields.chosen(self._customers[customer_id], fields.parse(wanted.fields, _SHOWN))
        return json_response(200, {"customer": shown})

    def _update(self, request: Request, customer_id: str) -> Response:
        given = bodies.checked(request, shapes.CUSTOMER)
        self._check(customer_id)
        before = self._customers[customer_id]["metadata"]
        self._customers.update(customer_id, given | {"metadata": merged(before, given)})
        return self._read(request, customer_id)

    def _delete(self, _: Request, customer_id: str) -> Response:
        self._customers.delete(customer_id)
        return json_response(200, {"id": customer_id, "object": "customer", "deleted": True})

    def _check(self, customer_id: str) -> None:
        if customer_id not in self._customers:
            raise not_found(f"Customer with id: {customer_id} was not found")
