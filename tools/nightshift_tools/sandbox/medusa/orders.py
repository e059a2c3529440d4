"""Orders: made up of the seed alone, for exports. Nobody buys anything here."""

from random import Random

from nightshift_tools.sandbox.clock import Stamps
from nightshift_tools.sandbox.exact_json import JsonObject
from nightshift_tools.sandbox.medusa.ids import Ids

ORDERS_AT_FIRST = 12
_PEOPLE = (
    ("Ada", "Lovelace", "Berlin", "10115", "de"),
    ("Grace", "Hopper", "New York", "10001", "us"),
    ("=Alan", "Turing", "London", "W1A 1AA", "gb"),
    ("Jörg; \"Jo\"", "Größe", "Köln", "50667", "de"),
)  # fmt: skip
_PAYMENTS = ("captured", "authorized", "not_paid")
_FULFILLMENTS = ("fulfilled", "not_fulfilled", "partially_fulfilled")


class Orders:
    """Orders in the order of their ids."""

    def __init__(self, *, stamps: Stamps, ids: Ids, seed: int) -> None:
        self._stamps = stamps
        self._ids = ids
        self._random = Random(seed)  # noqa: S311 - sums, not secrets
        self.all: list[JsonObject] = []

    def seed(self, count: int) -> list[JsonObject]:
        """More orders."""
        made = [self._make(len(self.all) + number + 1) for number in range(count)]
        self.all += made
        return made

    def _make(self, number: int) -> JsonObject:
        first, last, city, postal_code, country = _PEOPLE[number % len(_PEOPLE)]
        now = self._stamps.next()
        subtotal = self._random.randint(100, 99_999)
        shipping, tax = 500, subtotal // 5
        customer_id = self._ids.new("cus")
        return {
            "id": self._ids.new("order"),
            "display_id": number,
            "status": "canceled" if number % 5 == 0 else "pending",
            "email": f"customer{number}@shop.example",
            "currency_code": "usd" if country == "us" else "eur",
            "region_id": "reg_01SANDBOX",
            "subtotal": subtotal / 100,
            "shipping_total": shipping / 100,
            "discount_total": 0,
            "gift_card_total": 0,
            "tax_total": tax / 100,
            "total": (subtotal + shipping + tax) / 100,
            "payment_status": _PAYMENTS[number % len(_PAYMENTS)],
            "fulfillment_status": _FULFILLMENTS[number % len(_FULFILLMENTS)],
            "sales_channel_id": "sc_01SANDBOX",
            "created_at": now,
            "updated_at": now,
            "metadata": None,
            "customer": {"id": customer_id, "first_name": first, "last_name": last},
            "shipping_address": {
                "id": self._ids.new("ordaddr"),
                "first_name": first,
                "last_name": last,
                "address_1": f"Main Street {number}",
                "address_2": None,
                "city": city,
                "postal_code": postal_code,
                "country_code": country,
                "province": None,
            },
        }
