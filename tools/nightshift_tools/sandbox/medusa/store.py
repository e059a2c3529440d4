"""Everything that a Medusa keeps, and what its answers show of it."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from nightshift_tools.sandbox.clock import Clock, Stamps
from nightshift_tools.sandbox.exact_json import JsonObject
from nightshift_tools.sandbox.medusa import fields
from nightshift_tools.sandbox.medusa.carts import Carts
from nightshift_tools.sandbox.medusa.documents import Collection, create_sales_channel
from nightshift_tools.sandbox.medusa.fields import Fields
from nightshift_tools.sandbox.medusa.ids import Ids
from nightshift_tools.sandbox.medusa.orders import ORDERS_AT_FIRST, Orders
from nightshift_tools.sandbox.medusa.price_lists import PriceLists
from nightshift_tools.sandbox.medusa.products import Products
from nightshift_tools.sandbox.medusa.rows import Rows


class TargetProduct(NamedTuple):
    """What a test compares with the source."""

    id: str
    handle: str
    title: str
    price: Decimal | None
    status: str
    source_hash: str | None
    categories: Sequence[str]


class Store:
    """Products, what groups and prices them, orders, customers and carts. A new one has a sales channel and a
    few orders."""

    def __init__(self, clock: Clock, *, seed: int) -> None:
        stamps, ids = Stamps(clock), Ids()
        self.rows = Rows()
        self.categories = Collection("pcat", stamps=stamps, ids=ids)
        self.channels = Collection("sc", stamps=stamps, ids=ids)
        self.products = Products(self.rows, self.categories, self.channels, stamps=stamps, ids=ids)
        self.customers = Collection("cus", stamps=Stamps(clock), ids=Ids())
        self.carts = Carts(stamps=Stamps(clock), ids=Ids())
        self.price_lists = PriceLists(Collection("plist", stamps=stamps, ids=ids), self.rows, ids)
        # With stamps and ids of their own: what is done to products is numbered as if there were none.
        self.orders = Orders(stamps=Stamps(clock), ids=Ids(), seed=seed)
        self.orders.seed(ORDERS_AT_FIRST)
        create_sales_channel(self.channels, {"name": "Default Sales Channel"})

    def shown(self, product_ids: Iterable[str], wanted: Fields) -> list[JsonObject]:
        """The wanted fields of these products; those that are gone are left out."""
        rows = [(product_id, row) for product_id in product_ids if (row := self.rows.get(product_id))]
        if wanted.members.keys() <= {"id"} and not wanted.everything:
            return [{"id": product_id} for product_id, _ in rows]
        return [fields.chosen(self._related(row.document(), wanted), wanted) for _, row in rows]

    def target(self) -> dict[str, TargetProduct]:
        """Every product that has an external id, by that id; of duplicates, the youngest."""
        documents = (row.document() for product_id in self.rows if (row := self.rows.get(product_id)))
        return {
            product["external_id"]: self._summary(product)
            for product in documents
            if product["external_id"] is not None
        }

    def _related(self, product: JsonObject, wanted: Fields) -> JsonObject:
        for relation, known in (("categories", self.categories), ("sales_channels", self.channels)):
            if relation in wanted.members:
                product[relation] = [known[document_id] for document_id in product[relation]]
        return product

    def _summary(self, product: JsonObject) -> TargetProduct:
        prices = [price["amount"] for variant in product["variants"] for price in variant["prices"]]
        return TargetProduct(
            id=product["id"],
            handle=product["handle"],
            title=product["title"],
            price=Decimal(prices[0]) if prices else None,
            status=product["status"],
            source_hash=(product["metadata"] or {}).get("source_hash"),
            categories=[self.categories[document_id]["handle"] for document_id in product["categories"]],
        )
