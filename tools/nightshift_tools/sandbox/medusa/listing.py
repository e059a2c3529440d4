"""Which products a list request means, found by index where one serves."""

from nightshift_tools.sandbox.exact_json import JsonObject
from nightshift_tools.sandbox.medusa import query
from nightshift_tools.sandbox.medusa.errors import invalid
from nightshift_tools.sandbox.medusa.query import ListQuery
from nightshift_tools.sandbox.medusa.rows import Row, Rows
from nightshift_tools.sandbox.medusa.shapes import STATUSES

DEFAULT_LIMIT = 50

# Filters by the name of the parameter, and the member of the stored product that each looks at.
_MEMBERS = {"category_id": "categories", "sales_channel_id": "sales_channels", "tag_id": "tags"}
FILTERS = (
    "id",
    "title",
    "handle",
    "status",
    "external_id",
    "is_giftcard",
    "collection_id",
    "type_id",
    "variants.sku",
    *_MEMBERS,
)
ORDERS = (
    "id", "title", "subtitle", "handle", "status", "external_id", "is_giftcard", "discountable", "thumbnail",
    "created_at", "updated_at",
)  # fmt: skip
_SEARCHED = ("title", "subtitle", "description", "handle")


def parse(text: str) -> ListQuery:
    """Read the query of GET /admin/products; a status that is none is 400."""
    parsed = query.parse(text, limit=DEFAULT_LIMIT, filters=FILTERS, orders=ORDERS)
    for place, status in enumerate(parsed.equal.get("status", ())):
        if status not in STATUSES:
            expected = f"Expected: '{', '.join(STATUSES)}' for field 'status, {place}'"
            raise invalid(f"Invalid request: {expected}, but got: '{status}'")
    parsed.equal = {_MEMBERS.get(name, name): values for name, values in parsed.equal.items()}
    if parsed.order == "id" and not parsed.descending:
        parsed.order = None  # rows are in this order, and need not be read to be put into it
    return parsed


def ids(rows: Rows, wanted: ListQuery) -> list[str]:
    """The ids of all products that match, in the order asked for, else by id."""
    if not (wanted.equal or wanted.dates or wanted.q or wanted.order):
        return list(rows)
    candidates = _candidates(rows, wanted)
    if wanted.order is None and _needs_no_document(wanted):
        return [product_id for product_id, row in candidates if _row_matches(row, wanted)]
    documents: list[JsonObject] = [row.document() for _, row in candidates if _row_matches(row, wanted)]
    found = [document for document in documents if query.matches(wanted, document, _SEARCHED)]
    return [document["id"] for document in query.in_order(wanted, found)]


def _candidates(rows: Rows, wanted: ListQuery) -> list[tuple[str, Row]]:
    equal = wanted.equal
    if "id" in equal:
        found = set(equal["id"])
    elif "handle" in equal:
        found = {product_id for handle in equal["handle"] for product_id in rows.with_handle(handle)}
    elif "variants.sku" in equal:
        found = {product_id for sku in equal["variants.sku"] for product_id in rows.with_sku(sku)}
    elif "external_id" in equal:
        found = {product_id for value in equal["external_id"] for product_id in rows.with_external_id(value)}
    else:
        return [(product_id, row) for product_id in rows if (row := rows.get(product_id))]
    return [(product_id, row) for product_id in sorted(found) if (row := rows.get(product_id))]


def _needs_no_document(wanted: ListQuery) -> bool:
    indexed = [name for name in ("id", "handle", "external_id") if name in wanted.equal]
    known = {"status", "external_id", "variants.sku", *indexed[:1]}
    return (
        not wanted.q
        and wanted.equal.keys() <= known
        and all(date.column == "updated_at" for date in wanted.dates)
    )


def _row_matches(row: Row, wanted: ListQuery) -> bool:
    """The filters on what a row carries beside its document."""
    equal = wanted.equal
    if "status" in equal and row.status not in equal["status"]:
        return False
    if "variants.sku" in equal and not any(sku in equal["variants.sku"] for _, sku in row.variants):
        return False
    if "external_id" in equal and row.external_id not in equal["external_id"]:
        return False
    return all(date.accepts(row.updated_at) for date in wanted.dates if date.column == "updated_at")
