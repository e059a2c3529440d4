"""What is written back to Salesforce of one order: rows, items and their record, in one request.

All or none, and in absolute values, so that a repeated request changes nothing, and a row that is completed
has always been counted on its item.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from fulfillment.model import Order
from fulfillment.reading import FULFILLMENT, ITEM, ROW
from fulfillment.rules import RowChange, item_after, order_state, record_status, state_of
from nightshift.connectors.salesforce import Change, Package

_MAX_MESSAGE = 1_000


def changes_of(package: Package, order: Order, changes: Sequence[RowChange]) -> list[Change]:
    """What these row changes make of the order's records in Salesforce; nothing for no change."""
    if not changes:
        return []
    return [
        *(Change(package(ROW), change.row.id, _row(package, change)) for change in changes),
        *_items(package, order, changes),
        _record(package, order, changes),
    ]


def _row(package: Package, change: RowChange) -> Mapping[str, object]:
    return {
        package("Fulfillment_OrderItem_Status"): change.status.value,
        package("Retry_Attempts_Made"): change.attempts,
        package("Message"): change.message[:_MAX_MESSAGE],
    }


def _items(package: Package, order: Order, changes: Sequence[RowChange]) -> Iterator[Change]:
    for item in order.items:
        after = item_after(item, changes)
        if after != item:
            fields: dict[str, object] = {
                package("DR_Fulfilled_Quantity"): after.fulfilled,
                package("DR_Cancelled_Quantity"): after.cancelled,
                package("DR_Order_Item_State"): state_of(after).value,
            }
            if after.open != item.open:
                fields[package("DR_Open_Quantity")] = after.open
            yield Change(ITEM, item.id, fields)


def _record(package: Package, order: Order, changes: Sequence[RowChange]) -> Change:
    items = [item_after(item, changes) for item in order.items]
    fields: dict[str, object] = {package("DR_Fulfillment_Status"): record_status(items, changes)}
    state = order_state(items)
    if state is not None:
        fields |= {
            package("DR_Order_State"): state,
            package("Is_Fulfillment_Completed"): state == "fulfilled",
            package("Order_Cancelled"): state == "cancelled",
        }
    return Change(package(FULFILLMENT), order.id, fields)
