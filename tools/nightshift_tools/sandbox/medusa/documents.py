"""Categories and sales channels: small sets of documents, listed and looked up."""

from collections.abc import Iterator

from nightshift_tools.sandbox.clock import Stamps
from nightshift_tools.sandbox.exact_json import JsonObject
from nightshift_tools.sandbox.medusa.errors import invalid, not_found
from nightshift_tools.sandbox.medusa.ids import Ids
from nightshift_tools.sandbox.medusa.text import handle_of


class Collection:
    """Documents by id, in the order in which they came."""

    def __init__(self, prefix: str, *, stamps: Stamps, ids: Ids) -> None:
        self._prefix = prefix
        self._stamps = stamps
        self._ids = ids
        self._documents: dict[str, JsonObject] = {}

    def __contains__(self, document_id: str) -> bool:
        return document_id in self._documents

    def __iter__(self) -> Iterator[JsonObject]:
        return iter(self._documents.values())

    def __len__(self) -> int:
        return len(self._documents)

    def __getitem__(self, document_id: str) -> JsonObject:
        return self._documents[document_id]

    def create(self, columns: JsonObject) -> JsonObject:
        """Keep a new document and return it with its id and time stamps."""
        now = self._stamps.next()
        stamps = {"created_at": now, "updated_at": now, "deleted_at": None}
        document = {"id": self._ids.new(self._prefix), **columns, **stamps}
        self._documents[document["id"]] = document
        return document

    def update(self, document_id: str, columns: JsonObject) -> None:
        """Set columns of a document that is there."""
        self._documents[document_id] |= columns | {"updated_at": self._stamps.next()}

    def delete(self, document_id: str) -> None:
        """Take a document away; an unknown id is no error, as in Medusa."""
        self._documents.pop(document_id, None)


def create_category(categories: Collection, given: JsonObject) -> JsonObject:
    """A category with Medusa's defaults: inactive, not internal, its handle made of its name."""
    handle = given.get("handle") or handle_of(given["name"])
    if any(category["handle"] == handle for category in categories):
        raise invalid(f"Product category with handle: {handle}, already exists.")
    parent = given.get("parent_category_id")
    if parent is not None and parent not in categories:
        raise not_found(f"ProductCategory with id: {parent} was not found")
    siblings = sum(category["parent_category_id"] == parent for category in categories)
    return categories.create(
        {
            "name": given["name"],
            "description": given.get("description", ""),
            "handle": handle,
            "is_active": given.get("is_active", False),
            "is_internal": given.get("is_internal", False),
            "rank": given.get("rank", siblings),
            "parent_category_id": parent,
            "metadata": given.get("metadata"),
            "parent_category": categories[parent] if parent else None,
            "category_children": [],
        }
    )


def create_sales_channel(channels: Collection, given: JsonObject) -> JsonObject:
    """A sales channel; names may repeat."""
    columns = {"description": None, "is_disabled": False, "metadata": None}
    return channels.create({"name": given["name"]} | {k: given.get(k, v) for k, v in columns.items()})
