"""Orders in the sandbox's org and account, and the two jobs that fulfil them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from nightshift_tools.embedded import SqliteState
from nightshift_tools.sandbox.digital_river.books import Lines
from nightshift_tools.sandbox.salesforce.org import packaged
from nightshift_tools.sandbox.server import Sandbox
from support.jobs import JobWorker
from support.shop import FakeClock

RECORD, ROW = packaged("DR_Fulfillment"), packaged("DR_Line_Item_Fulfillment")
ROW_STATUS, ROW_TRIES = packaged("Fulfillment_OrderItem_Status"), packaged("Retry_Attempts_Made")
OPEN = packaged("DR_Open_Quantity")
FULFILLED, CANCELLED = packaged("DR_Fulfilled_Quantity"), packaged("DR_Cancelled_Quantity")
ITEM_STATE, ORDER_STATE = packaged("DR_Order_Item_State"), packaged("DR_Order_State")
STATUS, MESSAGE = packaged("DR_Fulfillment_Status"), packaged("Message")


@dataclass
class Office:
    """One org with orders, and workers of both jobs over one state and one clock."""

    sandbox: Sandbox
    clock: FakeClock
    state: SqliteState = field(default_factory=SqliteState.in_memory)

    def __post_init__(self) -> None:
        self.sandbox.salesforce.clear()
        self.line_items = self.worker("fulfill-line-items")
        self.orders = self.worker("fulfill-orders")

    def worker(self, job: str) -> JobWorker:
        return JobWorker(job, self.sandbox, self.state, self.clock)

    def seed(self, **amounts: int) -> list[dict[str, Any]]:
        """Orders as `Amounts` makes them, each row an hour old; their fulfilment records."""
        made = self.sandbox.salesforce.seed(products=1, **amounts)
        return [self.sandbox.salesforce.record(RECORD, record_id) for record_id in made[RECORD]]

    def items(self, record: dict[str, Any]) -> list[dict[str, Any]]:
        order = record[packaged("Order_Id")]
        return [item for item in self.sandbox.salesforce.records("OrderItem") if item["OrderId"] == order]

    def rows(self, record: dict[str, Any] | None = None) -> list[dict[str, Any]]:
        rows = self.sandbox.salesforce.records(ROW)
        parent = packaged("DR_Order_Fulfillment")
        return [row for row in rows if record is None or row[parent] == record["Id"]]

    def add_row(
        self, record: dict[str, Any], item: dict[str, Any], fulfil: int = 0, cancel: int = 0, **more: object
    ) -> str:
        """A row as the package makes it: what it asks for is no longer open."""
        opened = item[OPEN] - fulfil - cancel
        self.sandbox.salesforce.edit("OrderItem", item["Id"], {OPEN: max(0, opened)})
        fields = {
            packaged("DR_Order_Fulfillment"): record["Id"],
            packaged("SF_OrderItem_Id"): item["Id"],
            packaged("Digital_River_OrderItem_Id"): item[packaged("DR_Order_Item_Id")],
            packaged("Fulfill_Quantity"): fulfil,
            packaged("Cancel_Quantity"): cancel,
        }
        return self.sandbox.salesforce.add(ROW, {**fields, **more})

    def standing(self, item: dict[str, Any]) -> tuple[int, int, int, str]:
        """Open, fulfilled, cancelled and state of an item, as Salesforce has it now."""
        found = self.sandbox.salesforce.record("OrderItem", item["Id"])
        return int(found[OPEN]), int(found[FULFILLED]), int(found[CANCELLED]), str(found[ITEM_STATE])

    def statuses(self, record: dict[str, Any] | None = None) -> list[str]:
        return [row[ROW_STATUS] for row in self.rows(record)]

    def sent(self) -> dict[str, int]:
        """How many fulfilments took effect, by Digital River's order."""
        return dict(self.sandbox.digital_river.effects().fulfillments)

    def done(self, record: dict[str, Any]) -> dict[str, Lines]:
        """What took effect of an order, by Digital River's item."""
        return self.sandbox.digital_river.effects().lines[record[packaged("DR_Order_Id")]]

    def posts(self) -> int:
        return self.sandbox.count(surface="digital-river", method="POST", route="/fulfillments")
