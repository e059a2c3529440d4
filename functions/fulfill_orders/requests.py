"""Rows for all that is open of an order that was set to `fulfilled` or `cancelled`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from fulfillment.model import RowStatus
from fulfillment.reading import FULFILLMENT, ITEM, ROW, ROW_KEY
from nightshift.connectors.digital_river import Orders as RemoteOrders
from nightshift.connectors.salesforce import Change, Org, Package, Record, soql
from nightshift.errors import RecordError

_WANTED = ("fulfilled", "cancelled")
_WAITS = ("pending_payment", "in_review")
_CAN_BE_ASKED = ("accepted", "fulfilled", "complete", "cancelled")
"""States at Digital River in which an order may be asked for, or answers that it has been dealt with."""


@dataclass(frozen=True, slots=True)
class OpenItem:
    """An item of which something is open."""

    id: str
    remote_id: str | None
    open: Decimal


@dataclass(frozen=True, slots=True)
class WholeOrder:
    """An order that was set to be `wanted`, with its items of which something is open."""

    id: str
    remote_id: str | None
    wanted: str
    items: tuple[OpenItem, ...]

    @property
    def digest(self) -> str:
        """What a person can change to cure a refusal."""
        return f"{self.wanted} {self.remote_id} {[(item.id, str(item.open)) for item in self.items]}"

    def note(self) -> str:
        """What is asked for, for a person."""
        verb = "fulfil" if self.wanted == "fulfilled" else "cancel"
        return f"{verb} {', '.join(f'{item.open.normalize():f} of item {item.id}' for item in self.items)}"


class Requests:
    """Makes rows in an org, each once, and reserves what they ask for."""

    def __init__(self, org: Org, package: Package, remote: RemoteOrders) -> None:
        self._org = org
        self._package = package
        self._remote = remote

    def whole_orders(self) -> Iterator[WholeOrder]:
        """Orders that a person has set to be fulfilled or cancelled and that have something open, by id."""
        name = self._package
        state, remote_id = f"Order.{name('DR_Order_State')}", f"Order.{name('DR_Order_Id')}"
        (wanted,) = soql.lists(_WANTED)
        query = soql.select(
            ITEM,
            ("Id", "OrderId", name("DR_Open_Quantity"), name("DR_Order_Item_Id"), state, remote_id),
            where=f"{state} IN {wanted} AND {name('DR_Open_Quantity')} > 0",
            order_by=("OrderId", "Id"),
        )
        items = self._org.query(query, page_size=200)
        for order_id, own in groupby(items, lambda item: item.text("OrderId")):
            records = list(own)
            yield WholeOrder(
                str(order_id),
                records[0].text(remote_id),
                str(records[0].text(state)),
                tuple(map(self._open_item, records)),
            )

    def ask(self, order: WholeOrder) -> str | None:
        """Make the order's rows; None once they are there, else why they have to wait. RecordError where they
        cannot be made."""
        waits = self._reason_to_wait(order)
        if waits is None:
            self._make_rows(order)
        return waits

    def _reason_to_wait(self, order: WholeOrder) -> str | None:
        if not order.remote_id:
            raise RecordError(order.id, "it has no order at Digital River")
        remote = self._remote.get(order.remote_id)
        if remote is None:
            raise RecordError(order.id, f"Digital River has no order {order.remote_id}")
        if remote.state in _WAITS:
            return f"Digital River has it as {remote.state}: it can be {order.wanted} once it is accepted"
        if remote.state not in _CAN_BE_ASKED:
            raise RecordError(
                order.id, f"Digital River has it as {remote.state}: it cannot be {order.wanted} like that"
            )
        return None

    def _make_rows(self, order: WholeOrder) -> None:
        """Rows first, then what they reserve: a crash in between makes no row twice, by its key."""
        name = self._package
        keys = {f"{item.id}:{order.wanted}": item for item in order.items}
        there = self._there(list(keys))
        new = {key: item for key, item in keys.items() if key not in there}
        if new:
            parent = self._parent_of(order)
            rows = {key: self._row(order, item, parent) for key, item in new.items()}
            written = self._org.upsert(name(ROW), ROW_KEY, rows)
            for key, refusal in written.failed.items():
                raise RecordError(order.id, f"no row can be made for item {keys[key].id}: {refusal}")
        failed = [key for key, status in there.items() if status == RowStatus.FAILED]
        reserved = [keys[key].id for key in keys if key not in failed]
        refusal_of_all = self._org.update_together(
            [Change(ITEM, item_id, {name("DR_Open_Quantity"): 0}) for item_id in reserved]
        )
        if refusal_of_all is not None:
            raise RecordError(order.id, f"what its rows ask for cannot be reserved: {refusal_of_all}")
        if failed:
            raise RecordError(
                order.id,
                f"{len(failed)} of its rows failed before: correct the order, then delete those rows to ask "
                "once more",
            )

    def _parent_of(self, order: WholeOrder) -> str:
        """The id of the order's fulfilment record, made where there is none; the order was accepted."""
        name = self._package
        fields = {name("Order_Id"): order.id, name("Eligible_For_Fulfillment"): True}
        fields[name("DR_Fulfillment_Status")] = RowStatus.OPEN.value
        key = str(order.remote_id)
        written = self._org.upsert(name(FULFILLMENT), name("DR_Order_Id"), {key: fields})
        if key in written.failed:
            raise RecordError(order.id, f"its fulfilment record cannot be written: {written.failed[key]}")
        return written.done[key]

    def _there(self, keys: Sequence[str]) -> dict[str, str]:
        """The status of rows that were made before, by key."""
        status = self._package("Fulfillment_OrderItem_Status")
        found: dict[str, str] = {}
        for listed in soql.lists(keys):
            query = soql.select(self._package(ROW), ("Id", ROW_KEY, status), where=f"{ROW_KEY} IN {listed}")
            found.update({str(row.text(ROW_KEY)): str(row.text(status)) for row in self._org.query(query)})
        return found

    def _row(self, order: WholeOrder, item: OpenItem, parent: str) -> Mapping[str, object]:
        name = self._package
        field = "Fulfill_Quantity" if order.wanted == "fulfilled" else "Cancel_Quantity"
        return {
            name("DR_Order_Fulfillment"): parent,
            name("SF_OrderItem_Id"): item.id,
            name("Digital_River_OrderItem_Id"): item.remote_id,
            name("Fulfillment_OrderItem_Status"): RowStatus.OPEN.value,
            name(field): item.open,
        }

    def _open_item(self, record: Record) -> OpenItem:
        name = self._package
        opened = record.number(name("DR_Open_Quantity")) or Decimal(0)
        return OpenItem(record.id, record.text(name("DR_Order_Item_Id")), opened)
