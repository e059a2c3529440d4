"""Digital River as a target: SKUs, fulfilments, orders and what they take, version 2021-12-13 of its API."""

from nightshift.connectors.digital_river.account import Account
from nightshift.connectors.digital_river.charges import Capture, Charge
from nightshift.connectors.digital_river.checkouts import Checkout, CheckoutItem, NewCheckout
from nightshift.connectors.digital_river.events import Event
from nightshift.connectors.digital_river.fulfillments import Fulfillment, FulfillmentItem, Fulfillments
from nightshift.connectors.digital_river.invoices import Invoice
from nightshift.connectors.digital_river.orders import Order, OrderItem, Orders
from nightshift.connectors.digital_river.outcome import (
    Conflict,
    Done,
    Planned,
    Problem,
    Refused,
    Result,
    Unknown,
)
from nightshift.connectors.digital_river.skus import Sku, Skus, StoredSku
from nightshift.connectors.digital_river.subscriptions import Subscription

__all__ = [
    "Account",
    "Capture",
    "Charge",
    "Checkout",
    "CheckoutItem",
    "Conflict",
    "Done",
    "Event",
    "Fulfillment",
    "FulfillmentItem",
    "Fulfillments",
    "Invoice",
    "NewCheckout",
    "Order",
    "OrderItem",
    "Orders",
    "Planned",
    "Problem",
    "Refused",
    "Result",
    "Sku",
    "Skus",
    "StoredSku",
    "Subscription",
    "Unknown",
]
