"""Records to begin with: products to synchronise, orders with rows to fulfil, subscriptions that are due."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random
from typing import Final

from nightshift_tools.sandbox.errors import ControlError
from nightshift_tools.sandbox.exact_json import JsonObject
from nightshift_tools.sandbox.salesforce.org import packaged
from nightshift_tools.sandbox.salesforce.store import Store
from nightshift_tools.sandbox.salesforce.values import read_instant, stored_instant

# Group, type and code, as Digital River's table has them.
_TAXES: Final = (
    ("Downloadable Goods (Non-Software)", "eBooks", "55111502.120", "Digital"),
    ("Physical Goods", "Computers", "4321_A", "Physical"),
    ("Physical Goods", "General Merchandise", "601410", "Physical"),
    ("Services & Miscellaneous", "Technical Support", "811118.100", "Digital"),
    ("Software (Downloadable & Physical)", "Software as a Service", "81112106", "Digital"),
)
_ECCNS: Final = ("EAR99", "5D992", "4A994", "5A992.c")
_COUNTRIES: Final = ("US", "DE", "IE", "JP")
_FIRST_ORDER: Final = 231_388_420_000
_FIRST_ITEM: Final = 158_140_150_000


@dataclass(frozen=True, slots=True)
class Amounts:
    """How much of what to make. `flagged` of the products are to be synchronised, all unless it is given; the
    rest has been. Each item of 10 has `rows` of quantity 2, created `age_minutes` ago. Subscriptions are due
    today."""

    products: int = 0
    flagged: int | None = None
    orders: int = 0
    items: int = 2
    rows: int = 1
    age_minutes: int = 60
    subscriptions: int = 0
    storefront: str = "main"

    def __post_init__(self) -> None:
        for name in ("products", "flagged", "orders", "items", "rows", "age_minutes", "subscriptions"):
            value = getattr(self, name)
            if value is not None and value < 0:
                raise ControlError(f"{name} is {value}; it is at least 0")
        if self.rows * 2 > _QUANTITY:
            raise ControlError(
                f"rows is {self.rows}; {_QUANTITY // 2} rows of 2 use up an item of {_QUANTITY}"
            )


_QUANTITY: Final = 10


class Seeder:
    """Makes records that fit together; the same amounts after the same ones give the same records."""

    def __init__(self, store: Store, seed: int) -> None:
        self._store = store
        self._random = Random(seed)  # noqa: S311 - data, not a secret
        self._numbers = count(1)
        self._made: dict[str, list[str]] = {}
        self._eccns: list[str] = []

    def make(self, amounts: Amounts) -> dict[str, list[str]]:
        """Create the records; their ids by object."""
        self._made = {}
        needs_products = max(amounts.products, min(1, amounts.orders + amounts.subscriptions))
        if needs_products:
            self._tables()
        flagged = amounts.products if amounts.flagged is None else amounts.flagged
        products = [self._product(place < flagged) for place in range(needs_products)]
        accounts = [self._account()] if amounts.orders or amounts.subscriptions else []
        for _ in range(amounts.orders):
            self._order(amounts, accounts[0], products)
        for _ in range(amounts.subscriptions):
            self._subscription(amounts, accounts[0], products)
        return self._made

    def _insert(self, name: str, fields: JsonObject) -> str:
        owner = self._store.schema.find(name)
        if owner is None:
            raise ControlError(f"the org has no {name}, so it cannot be filled")
        record_id = self._store.insert(owner, self._store.typed(owner, fields, as_admin=True))
        self._made.setdefault(owner.name, []).append(record_id)
        return record_id

    def _tables(self) -> None:
        """The look-ups, where there are none."""
        eccns = self._store.schema.find(packaged("DR_ECCN_Lookup"))
        self._eccns = [record["Id"] for record in self._store.everything(eccns)] if eccns else []
        if self._eccns:
            return
        self._eccns = [self._insert(packaged("DR_ECCN_Lookup"), {"Name": code}) for code in _ECCNS]
        for group, kind, code, product in _TAXES:
            fields = {
                "DR_Tax_Group": group,
                "DR_Tax_Type": kind,
                "DR_Tax_Code": code,
                "DR_Product_Type": product,
            }
            self._insert(
                packaged("Digital_River_Tax_Mapping"),
                {"Name": code} | {packaged(name): value for name, value in fields.items()},
            )

    def _product(self, is_flagged: bool) -> str:
        number = next(self._numbers)
        group, kind, _, product = self._random.choice(_TAXES)
        fields: JsonObject = {
            "DR_ECCN": self._random.choice(self._eccns),
            "DR_Product_Country_Origin": self._random.choice(_COUNTRIES),
            "DR_TAXGROUP": group,
            "DR_TAXTYPE": kind,
            "DR_HS_Code": f"{8400 + number % 90}.10.0000",
            "DR_Part_Number": f"PN-{number:05}",
            "DR_IS_DIGITAL_PRODUCT": product == "Digital",
        }
        if product == "Physical":
            fields |= {
                "DR_Product_Weight": round(self._random.uniform(0.1, 20), 2),
                "DR_Unit_of_Weight": "kg",
            }
        own = {
            "Name": f"Product {number:05}",
            "ProductCode": f"P{number:05}",
            "StockKeepingUnit": f"SKU-{number:05}",
            "IsActive": True,
        }
        record_id = self._insert("Product2", own | {packaged(name): value for name, value in fields.items()})
        if not is_flagged:
            synced = {
                packaged("Sync_Product_to_DR"): False,
                packaged("Date_Last_Synced_to_DR"): self._store.now(),
            }
            self._update("Product2", record_id, synced)
        return record_id

    def _update(self, name: str, record_id: str, fields: JsonObject) -> None:
        owner = self._store.schema.find(name)
        if owner is not None:
            self._store.update(owner, record_id, self._store.typed(owner, fields))

    def _account(self) -> str:
        number = next(self._numbers)
        return self._insert(
            "Account",
            {"Name": f"Customer {number:05}", packaged("DR_Customer_Id"): f"{532_000_000 + number}"},
        )

    def _order(self, amounts: Amounts, account: str, products: list[str]) -> None:
        number = next(self._numbers)
        remote = str(_FIRST_ORDER + number)
        order = self._insert(
            "Order",
            {
                "AccountId": account,
                "Status": "Activated",
                packaged("DR_Order_Id"): remote,
                packaged("DR_Order_State"): "accepted",
            },
        )
        fulfillment = self._insert(
            packaged("DR_Fulfillment"),
            {
                packaged("DR_Order_Id"): remote,
                packaged("Order_Id"): order,
                packaged("DR_Order_State"): "accepted",
                packaged("Eligible_For_Fulfillment"): True,
            },
        )
        for _ in range(amounts.items):
            self._item(amounts, order, fulfillment, self._random.choice(products))

    def _item(self, amounts: Amounts, order: str, fulfillment: str, product: str) -> None:
        """An item of an order; what its rows ask for is no longer open."""
        remote = str(_FIRST_ITEM + next(self._numbers))
        item = self._insert(
            "OrderItem",
            {
                "OrderId": order,
                "Product2Id": product,
                "Quantity": _QUANTITY,
                "UnitPrice": round(self._random.uniform(1, 500), 2),
                packaged("DR_Order_Item_Id"): remote,
                packaged("DR_Order_Item_State"): "created",
                packaged("DR_Open_Quantity"): _QUANTITY - 2 * amounts.rows,
                packaged("DR_Fulfilled_Quantity"): 0,
                packaged("DR_Cancelled_Quantity"): 0,
            },
        )
        created = read_instant(self._store.now()) - timedelta(minutes=amounts.age_minutes)
        for _ in range(amounts.rows):
            self._insert(
                packaged("DR_Line_Item_Fulfillment"),
                {
                    packaged("DR_Order_Fulfillment"): fulfillment,
                    packaged("SF_OrderItem_Id"): item,
                    packaged("Digital_River_OrderItem_Id"): remote,
                    packaged("Fulfill_Quantity"): 2,
                    "CreatedDate": stored_instant(created),
                },
            )

    def _subscription(self, amounts: Amounts, account: str, products: list[str]) -> None:
        number = next(self._numbers)
        today = read_instant(self._store.now()).astimezone(UTC)
        fields: JsonObject = {
            "Storefront": amounts.storefront,
            "Account": account,
            "Product": self._random.choice(products),
            "Quantity": 1,
            "Installment_Amount": round(self._random.uniform(5, 100), 2),
            "Installment_Count": 1,
            "Installments_Total": 12,
            "Installment_Next_Run_Date": _day(today),
            "DR_Customer_Id": f"{532_000_000 + number}",
            "DR_Source_Id": f"src_{number:05}",
            "DR_Billing_Agreement_Id": f"ba_{number:05}",
            "DR_Subscription_Id": f"sub_{number:05}",
        }
        named = {packaged(name): value for name, value in fields.items()}
        self._insert(packaged("DR_Subscription"), named | {"CurrencyIsoCode": "USD"})


def _day(instant: datetime) -> str:
    return instant.date().isoformat()
