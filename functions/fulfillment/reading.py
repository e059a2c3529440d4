"""Orders as Salesforce has them: which are due, and each with its items and its pending rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from fulfillment.model import Item, Order, Quantities, Row, RowStatus
from nightshift.connectors.salesforce import Org, Package, Record, soql
from nightshift.errors import RecordError

ITEM = "OrderItem"
FULFILLMENT, ROW = "DR_Fulfillment", "DR_Line_Item_Fulfillment"
ROW_KEY = "Nightshift_Key__c"
"""A unique external id that a shop adds to the package's rows: a row that is made twice is made once."""
PENDING = (RowStatus.OPEN, RowStatus.REPROCESS)


class Orders:
    """The orders of an org that has the package installed."""

    def __init__(self, org: Org, package: Package) -> None:
        self._org = org
        self._package = package

    def due(self) -> Iterator[Record]:
        """Fulfilment records with rows to process, oldest first, read a page at a time."""
        name = self._package
        where = (
            f"{name('DR_Fulfillment_Status')} IN {_in(PENDING)} "
            f"AND {name('Eligible_For_Fulfillment')} = true "
            f"AND {name('Num_Of_Line_Item_Records_To_Process')} > 0"
        )
        yield from self._records(where)

    def due_by_key(self) -> Iterator[Record]:
        """Those of them whose rows `fulfill-orders` has made."""
        name = self._package
        parent, status = name("DR_Order_Fulfillment"), name("Fulfillment_OrderItem_Status")
        query = soql.select(
            name(ROW), ("Id", parent), where=f"{ROW_KEY} != null AND {status} IN {_in(PENDING)}"
        )
        parents = dict.fromkeys(row.text(parent) for row in self._org.query(query))
        for ids in soql.lists(parents):
            yield from self._records(f"Id IN {ids}")

    def of_orders(self, order_ids: Iterable[str]) -> dict[str, Record]:
        """The fulfilment records of these orders (Salesforce ids), by order."""
        name = self._package("Order_Id")
        found: dict[str, Record] = {}
        for ids in soql.lists(order_ids):
            found.update({str(record.text(name)): record for record in self._records(f"{name} IN {ids}")})
        return found

    def load(self, records: Sequence[Record]) -> dict[str, Order | RecordError]:
        """Each order as it stands now, by the id of its record; RecordError for one that makes no sense."""
        rows, items = self._rows(records), self._items(records)
        loaded: dict[str, Order | RecordError] = {}
        for record in records:
            try:
                loaded[record.id] = self._order(record, rows[record.id], items)
            except RecordError as error:
                loaded[record.id] = RecordError(record.id, f"{error.key}: {error.reason}")
        return loaded

    def _order(self, record: Record, rows: list[Record], items: dict[str, list[Record]]) -> Order:
        order_id = record.text(self._package("Order_Id"))
        remote_id = record.text(self._package("DR_Order_Id"))
        if not order_id or not remote_id:
            raise RecordError(record.id, "it names no order, or no order of Digital River")
        own = items[order_id]
        if not own:
            raise RecordError(record.id, f"order {order_id} has no items, or is not there")
        return Order(
            record.id,
            order_id,
            remote_id,
            tuple(map(self._item, own)),
            tuple(map(self._row, rows)),
        )

    def _item(self, record: Record) -> Item:
        name = self._package
        ordered = _pieces(record, "Quantity")
        is_new = record.number(name("DR_Open_Quantity")) is None
        return Item(
            record.id,
            record.text(name("DR_Order_Item_Id")) or "",
            ordered=ordered,
            open=ordered if is_new else _pieces(record, name("DR_Open_Quantity")),
            fulfilled=_pieces(record, name("DR_Fulfilled_Quantity")),
            cancelled=_pieces(record, name("DR_Cancelled_Quantity")),
        )

    def _row(self, record: Record) -> Row:
        name = self._package
        created_at = record.instant("CreatedDate")
        if created_at is None:
            raise RecordError(record.id, "it has no CreatedDate")
        asked = Quantities(
            _pieces(record, name("Fulfill_Quantity")), _pieces(record, name("Cancel_Quantity"))
        )
        return Row(
            record.id,
            record.text(name("SF_OrderItem_Id")) or "",
            asked,
            _pieces(record, name("Retry_Attempts_Made")),
            created_at,
        )

    def _rows(self, records: Sequence[Record]) -> dict[str, list[Record]]:
        name = self._package
        parent = name("DR_Order_Fulfillment")
        own = (
            "SF_OrderItem_Id", "Fulfill_Quantity", "Cancel_Quantity", "Retry_Attempts_Made",
            "Fulfillment_OrderItem_Status",
        )  # fmt: skip
        found: dict[str, list[Record]] = defaultdict(list)
        for ids in soql.lists(record.id for record in records):
            where = f"{parent} IN {ids} AND {name('Fulfillment_OrderItem_Status')} IN {_in(PENDING)}"
            fields = ("Id", "CreatedDate", parent, *map(name, own))
            query = soql.select(name(ROW), fields, where=where, order_by=("CreatedDate", "Id"))
            for row in self._org.query(query):
                found[str(row.text(parent))].append(row)
        return found

    def _items(self, records: Sequence[Record]) -> dict[str, list[Record]]:
        name = self._package
        orders = [str(order) for record in records if (order := record.text(name("Order_Id")))]
        own = ("DR_Order_Item_Id", "DR_Open_Quantity", "DR_Fulfilled_Quantity", "DR_Cancelled_Quantity")
        found: dict[str, list[Record]] = defaultdict(list)
        for ids in soql.lists(dict.fromkeys(orders)):
            fields = ("Id", "OrderId", "Quantity", *map(name, own))
            query = soql.select(ITEM, fields, where=f"OrderId IN {ids}", order_by=("Id",))
            for item in self._org.query(query):
                found[str(item.text("OrderId"))].append(item)
        return found

    def _records(self, where: str) -> Iterator[Record]:
        query = soql.select(
            self._package(FULFILLMENT), self._order_fields(), where=where, order_by=("CreatedDate", "Id")
        )
        return self._org.query(query, page_size=200)

    def _order_fields(self) -> tuple[str, ...]:
        own = ("Order_Id", "DR_Order_Id", "DR_Order_State", "Eligible_For_Fulfillment")
        return ("Id", "CreatedDate", "SystemModstamp", *map(self._package, own))


def _pieces(record: Record, field: str) -> int:
    """A whole number; a field that is not set is 0."""
    value = record.number(field) or Decimal(0)
    if value != value.to_integral_value():
        raise RecordError(record.id, f"{field} = {value}: expected whole pieces")
    return int(value)


def _in(statuses: Sequence[RowStatus]) -> str:
    (written,) = soql.lists(status.value for status in statuses)
    return written
