"""Creating and updating products with Medusa's defaults, checks and ideas of replacement."""

from decimal import Decimal

from nightshift_tools.sandbox.clock import Stamps
from nightshift_tools.sandbox.exact_json import JsonObject
from nightshift_tools.sandbox.medusa.documents import Collection
from nightshift_tools.sandbox.medusa.errors import invalid, not_found
from nightshift_tools.sandbox.medusa.ids import Ids
from nightshift_tools.sandbox.medusa.metadata import merged
from nightshift_tools.sandbox.medusa.refusals import Refusals
from nightshift_tools.sandbox.medusa.rows import Rows
from nightshift_tools.sandbox.medusa.text import handle_of, is_handle
from nightshift_tools.sandbox.medusa.variants import (
    flag,
    options_of,
    refuse_missing_options,
    relinked,
    variants_of,
)

_TEXTS = (
    "subtitle", "description", "thumbnail", "external_id", "collection_id", "type_id", "hs_code", "mid_code",
    "origin_country", "material",
)  # fmt: skip
_MEASURES = ("weight", "length", "height", "width")
# `updated_at` moves with these and with nothing else: not with prices, SKUs, images or categories.
_OWN_COLUMNS = (
    "title", "handle", "status", "is_giftcard", "discountable", "metadata", *_TEXTS, *_MEASURES,
)  # fmt: skip


class Products:
    """Writes product rows; raises MedusaError for whatever Medusa would refuse."""

    def __init__(
        self, rows: Rows, categories: Collection, channels: Collection, *, stamps: Stamps, ids: Ids
    ) -> None:
        self.rows = rows
        self.refusals = Refusals()
        self._categories = categories
        self._channels = channels
        self._stamps = stamps
        self._ids = ids

    def create_all(self, given: list[JsonObject]) -> list[str]:
        """Create products and return their ids; options are looked for in all of them first."""
        bare = [product["title"] for product in given if not product.get("options")]
        if bare:
            raise invalid(f"Product options are not provided for: [{', '.join(bare)}].")
        return [self._create(product) for product in given]

    def update_all(self, given: list[JsonObject]) -> list[str]:
        """Update products, each named by its `id`, and return their ids."""
        for product in given:
            if self.rows.get(product["id"]) is None:
                raise not_found(f"Product with id: {product['id']} was not found")
        return [self._update(product) for product in given]

    def link(self, category_id: str, *, add: list[str], remove: list[str]) -> None:
        """Put products into a category and take products out of it."""
        for product_id in [*add, *remove]:
            row = self.rows.get(product_id)
            if row is None:
                raise _no_such("product_id", product_id)
            product = row.document()
            others = [known for known in product["categories"] if known != category_id]
            product["categories"] = [*others, category_id] if product_id in add else others
            self.rows.put(product)

    def _create(self, given: JsonObject) -> str:
        if not given["title"]:
            raise invalid("Product title is required")
        handle = given.get("handle") or handle_of(given["title"])
        _refuse_unsafe(given.get("handle"))
        refuse_missing_options(given)
        now = self._stamps.next()
        product: JsonObject = {
            "id": self._ids.new("prod"),
            "title": given["title"],
            "handle": handle,
            "status": given.get("status") or "draft",
            "is_giftcard": flag(given.get("is_giftcard", False)),
            "discountable": flag(given.get("discountable", True)),
            **{column: given.get(column) for column in _TEXTS},
            **{column: _measure(given.get(column)) for column in _MEASURES},
            "metadata": given.get("metadata"),
            "created_at": now,
            "updated_at": now,
            "deleted_at": None,
            "type": None,
            "collection": None,
            "tags": [],
            "images": [],
            "options": [],
            "variants": [],
            "categories": [],
            "sales_channels": [],
        }
        self._relate(product, given, now)
        product["thumbnail"] = product["thumbnail"] or next((i["url"] for i in product["images"]), None)
        return self._store(product)

    def _update(self, given: JsonObject) -> str:
        row = self.rows.get(given["id"])
        if row is None:
            raise not_found(f"Product with id: {given['id']} was not found")
        product = row.document()
        before = {column: product[column] for column in _OWN_COLUMNS}
        _refuse_unsafe(given.get("handle"))
        product["metadata"] = merged(product["metadata"], given)
        for column in ("title", "handle", "status"):
            product[column] = given.get(column) or product[column]
        for column in _TEXTS:
            product[column] = given.get(column, product[column])
        for column in _MEASURES:
            product[column] = _measure(given[column]) if column in given else product[column]
        for column in ("is_giftcard", "discountable"):
            product[column] = flag(given.get(column, product[column]))
        now = self._stamps.next()
        self._relate(product, given, now)
        if any(product[column] != value for column, value in before.items()):
            product["updated_at"] = now
        return self._store(product)

    def _relate(self, product: JsonObject, given: JsonObject, now: str) -> None:
        """Replace the relations that were sent; the others stay as they are."""
        self._refuse_unknown(given)
        if "images" in given:
            product["images"] = [
                {"id": self._ids.new("img"), "url": image["url"], "rank": rank}
                for rank, image in enumerate(given["images"])
            ]
        for relation in ("categories", "sales_channels"):
            if relation in given:
                product[relation] = list(dict.fromkeys(entry["id"] for entry in given[relation]))
        if "options" in given:
            options = product["options"]
            product["options"] = options_of(given["options"], options, self._ids)
            product["variants"] = relinked(product["variants"], options, product)
        if "variants" in given:
            product["variants"] = variants_of(
                given["variants"], product["variants"], product, now=now, ids=self._ids
            )

    def _refuse_unknown(self, given: JsonObject) -> None:
        for tag in given.get("tags", ()):
            raise invalid(
                f"Tag with id {tag['id']} not found. "
                "Please create the tag before associating it with the product."
            )
        for column in ("collection_id", "type_id"):
            if given.get(column) is not None:
                raise _no_such(column, given[column])
        for relation, known, column in (
            ("categories", self._categories, "product_category_id"),
            ("sales_channels", self._channels, "sales_channel_id"),
        ):
            for entry in given.get(relation, ()):
                if entry["id"] not in known:
                    raise _no_such(column, entry["id"])

    def _store(self, product: JsonObject) -> str:
        self.refusals.check(product)
        self.rows.put(product)
        product_id: str = product["id"]
        return product_id


def _no_such(column: str, value: str) -> Exception:
    return not_found(f"You tried to set relationship {column}: {value}, but such entity does not exist")


def _refuse_unsafe(handle: str | None) -> None:
    if handle and not is_handle(handle):
        raise invalid(f"Invalid product handle '{handle}'. It must contain URL safe characters")


def _measure(value: int | Decimal | None) -> str | None:
    """Weights and lengths of a product are texts in Medusa's answers, as JavaScript writes the number."""
    return None if value is None else f"{Decimal(value).normalize():f}"
