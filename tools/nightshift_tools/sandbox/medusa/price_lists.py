"""Price lists: prices of variants that a batch adds, changes and removes, as a whole or not at all."""

from nightshift_tools.sandbox.exact_json import JsonObject
from nightshift_tools.sandbox.medusa.documents import Collection
from nightshift_tools.sandbox.medusa.errors import invalid, not_found
from nightshift_tools.sandbox.medusa.ids import Ids
from nightshift_tools.sandbox.medusa.rows import Rows

_COLUMNS = ("currency_code", "amount", "min_quantity", "max_quantity")


class PriceLists:
    """Price lists by id, each with its prices by id in the order in which they came."""

    def __init__(self, lists: Collection, rows: Rows, ids: Ids) -> None:
        self.lists = lists
        self._rows = rows
        self._ids = ids
        self._prices: dict[str, dict[str, JsonObject]] = {}

    def create(self, given: JsonObject) -> JsonObject:
        """A price list, with prices if they are given."""
        columns = {
            "title": given["title"],
            "description": given["description"],
            "type": given.get("type", "sale"),
            "status": given.get("status", "draft"),
            "starts_at": given.get("starts_at"),
            "ends_at": given.get("ends_at"),
        }
        priced = [self._price(price, {}) for price in given.get("prices", ())]
        created = self.lists.create(columns)
        self._prices[created["id"]] = {price["id"]: price for price in priced}
        return created

    def prices(self, list_id: str) -> list[JsonObject]:
        """The prices of a list."""
        return list(self._of(list_id).values())

    def change(
        self, list_id: str, *, create: list[JsonObject], update: list[JsonObject], delete: list[str]
    ) -> tuple[list[JsonObject], list[JsonObject]]:
        """Change the prices of a list; what was created and what was updated."""
        before = self._of(list_id)
        for sent in update:
            if sent["id"] not in before:
                raise not_found(f"Price with id: {sent['id']} was not found")
        created = [self._price(sent, {}) for sent in create]
        updated = [self._price(sent, before[sent["id"]]) for sent in update]
        changed = {price["id"]: price for price in (*created, *updated)}
        self._prices[list_id] = {
            price_id: price for price_id, price in (before | changed).items() if price_id not in delete
        }
        return created, updated

    def _of(self, list_id: str) -> dict[str, JsonObject]:
        if list_id not in self.lists:
            raise not_found(f"Price list with id: {list_id} was not found")
        return self._prices[list_id]

    def _price(self, sent: JsonObject, before: JsonObject) -> JsonObject:
        """The price after `sent`. Its variant is known through the variant's price set, as in Medusa."""
        variant_id = sent["variant_id"]
        if not self._rows.with_variant(variant_id):
            raise invalid(f"Variants with ids {variant_id} do not exist or do not have any prices")
        rules = sent.get("rules")
        return {
            "id": before.get("id") or self._ids.new("price"),
            **{column: sent.get(column, before.get(column)) for column in _COLUMNS},
            "price_set": {"variant": {"id": variant_id}},
            "price_rules": before.get("price_rules", [])
            if rules is None
            else [{"attribute": name, "value": value} for name, value in rules.items()],
        }
