"""An order with what is asked to be fulfilled and cancelled of it: frozen, whole numbers, aware UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class RowStatus(StrEnum):
    """`Fulfillment_OrderItem_Status` of a fulfilment row."""

    OPEN = "Open"
    REPROCESS = "Reprocess"
    COMPLETED = "Completed"
    FAILED = "Failed"


class ItemState(StrEnum):
    """`DR_Order_Item_State` of an order item."""

    CREATED = "created"
    FULFILLED = "fulfilled"
    PARTIALLY_FULFILLED = "partially_fulfilled"
    CANCELLED = "cancelled"
    PARTIALLY_CANCELLED = "partially_cancelled"


@dataclass(frozen=True, slots=True)
class Quantities:
    """Pieces to fulfil and to cancel."""

    fulfil: int = 0
    cancel: int = 0

    def __add__(self, other: Quantities) -> Quantities:
        return Quantities(self.fulfil + other.fulfil, self.cancel + other.cancel)

    @property
    def total(self) -> int:
        return self.fulfil + self.cancel


@dataclass(frozen=True, slots=True)
class Item:
    """One item of an order. `open` is what no row has reserved: rows do so when they are made."""

    id: str
    remote_id: str
    ordered: int
    open: int
    fulfilled: int
    cancelled: int


@dataclass(frozen=True, slots=True)
class Row:
    """One request for one item, as yet unanswered. `attempts` counts the refusals so far."""

    id: str
    item_id: str
    asked: Quantities
    attempts: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Order:
    """One fulfilment record with its order's items and its pending rows, oldest first.

    `order_id` is the order's in Salesforce, `remote_id` its id at Digital River.
    """

    id: str
    order_id: str
    remote_id: str
    items: tuple[Item, ...]
    rows: tuple[Row, ...]

    def item(self, item_id: str) -> Item | None:
        return next((item for item in self.items if item.id == item_id), None)
