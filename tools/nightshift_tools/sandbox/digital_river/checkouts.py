"""Checkouts: what an order is made of. The total is what the items cost; there are no taxes here."""

from decimal import Decimal

from nightshift_tools.sandbox.digital_river import bodies
from nightshift_tools.sandbox.digital_river.books import Books
from nightshift_tools.sandbox.digital_river.errors import conflict, invalid
from nightshift_tools.sandbox.digital_river.orders import DECIMALS
from nightshift_tools.sandbox.digital_river.subscriptions import ENDED
from nightshift_tools.sandbox.exact_json import JsonObject
from nightshift_tools.sandbox.message import Request, Response, json_response
from nightshift_tools.sandbox.routing import Route

_WRITABLE = frozenset(
    {
        "customerId", "sourceId", "chargeType", "currency", "taxInclusive", "locale", "email", "items",
        "upstreamId", "metadata",
    }
)  # fmt: skip
_ITEM = frozenset(["skuId", "quantity", "price", "aggregatePrice", "subscriptionInfo", "metadata"])
_SUBSCRIPTION = frozenset(
    ["subscriptionId", "billingAgreementId", "autoRenewal", "freeTrial", "terms", "startTime", "endTime"]
)
_CHARGE_TYPES = ("customer_initiated", "merchant_initiated", "moto")


class CheckoutRoutes:
    """The routes under `/checkouts`."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def table(self) -> list[Route]:
        return [
            Route("GET", "/checkouts", self._books.checkouts.every),
            Route("POST", "/checkouts", self._create),
            Route("GET", "/checkouts/{id}", self._books.checkouts.one),
        ]

    def _create(self, request: Request) -> Response:
        body = bodies.parsed(request, _WRITABLE)
        currency = bodies.text(body, "currency")
        if currency not in DECIMALS:
            raise invalid("currency", f"'{currency}' is not a supported currency.")
        kind = body.get("chargeType", "customer_initiated")
        if kind not in _CHARGE_TYPES:
            raise invalid("chargeType", f"'{kind}' is not one of {', '.join(_CHARGE_TYPES)}.")
        if kind == "merchant_initiated":
            bodies.text(body, "customerId")
        self._books.sources.get(bodies.text(body, "sourceId"), "sourceId")
        items = [self._item(item, place) for place, item in enumerate(bodies.objects(body, "items"))]
        total = sum((item["amount"] for item in items), Decimal())
        document = {
            **body,
            "id": self._books.named("checkout"),
            "createdTime": self._books.stamp(),
            "chargeType": kind,
            "currency": currency,
            "items": items,
            "subtotal": total,
            "totalTax": Decimal(),
            "totalAmount": total,
            "metadata": body.get("metadata") or {},
            "liveMode": False,
        }
        return json_response(201, self._books.checkouts.put(document))

    def _item(self, item: JsonObject, place: int) -> JsonObject:
        where = f"items[{place}]."
        bodies.refuse_unknown(item, _ITEM, where)
        sku_id = bodies.text(item, "skuId", where)
        if sku_id not in self._books.skus.documents:
            raise invalid(f"{where}skuId", f"SKU '{sku_id}' not found.")
        quantity = bodies.count(item, "quantity", where, least=1)
        if item.get("aggregatePrice") is not None:
            amount = bodies.amount(item, "aggregatePrice", where)
        else:
            amount = bodies.amount(item, "price", where) * quantity
        self._check_subscription(item.get("subscriptionInfo"), f"{where}subscriptionInfo.")
        return {**item, "id": self._books.number(), "quantity": quantity, "amount": amount}

    def _check_subscription(self, info: JsonObject | None, where: str) -> None:
        """A renewal is of a subscription that runs, and names the billing agreement that it began with."""
        if info is None or "subscriptionId" not in info:
            return
        bodies.refuse_unknown(info, _SUBSCRIPTION, where)
        subscription = self._books.subscriptions.get(info["subscriptionId"], f"{where}subscriptionId")
        if subscription["state"] in ENDED:
            text = f"The subscription is {subscription['state']}."
            raise conflict("invalid_state", f"{where}subscriptionId", text)
        agreement = info.get("billingAgreementId")
        if agreement != subscription["billingAgreementId"]:
            text = f"'{agreement}' is not the billing agreement of the subscription."
            raise invalid(f"{where}billingAgreementId", text)
        if agreement in self._books.expired_agreements:
            raise invalid(f"{where}billingAgreementId", f"'{agreement}' has expired.")
