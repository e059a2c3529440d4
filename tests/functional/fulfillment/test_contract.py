"""Both fulfilment jobs keep the contract of every job: among the rest, that nothing is sent twice."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any

from fulfill_line_items.app import lambda_handler as fulfill_line_items
from fulfill_orders.app import lambda_handler as fulfill_orders
from nightshift_tools.sandbox.salesforce.org import packaged
from nightshift_tools.sandbox.server import Sandbox
from nightshift_tools.testing import JobContract, JobWorld, entry_of
from support.fulfilment import CANCELLED, FULFILLED, OPEN, ORDER_STATE, RECORD, ROW, ROW_STATUS
from support.sync import ROOT


class Orders(JobWorld):
    """Three orders of one item; poison is an order without items."""

    handler = fulfill_line_items
    entry = entry_of("fulfill-line-items", ROOT, batch_size=2)
    sends_once = True
    between_ticks = timedelta(minutes=15)
    seeded: Mapping[str, int] = {"orders": 3, "items": 1, "rows": 1}

    def prepare(self) -> None:
        self.sandbox = Sandbox(products=1, clock=lambda: self.clock.now().timestamp())
        self.sandbox.__enter__()
        self.org = self.sandbox.salesforce
        self.org.clear()
        self.seed(**self.seeded)
        self.environment = self.sandbox.environment()

    def close(self) -> None:
        self.sandbox.__exit__(None, None, None)

    def seed(self, **amounts: int) -> list[dict[str, Any]]:
        made = self.org.seed(products=1, **amounts)
        return [self.org.record(RECORD, record_id) for record_id in made[RECORD]]

    def differences(self) -> Mapping[str, str]:
        lines = self.sandbox.digital_river.effects().lines
        known = {remote: line for items in lines.values() for remote, line in items.items()}
        wrong = {}
        for item in self.org.records("OrderItem"):
            line = known[item[packaged("DR_Order_Item_Id")]]
            if (item[FULFILLED], item[CANCELLED]) != (line.fulfilled, line.cancelled):
                wrong[str(item["Id"])] = f"{item[FULFILLED]}, and {line.fulfilled} at Digital River"
        for row in self.org.records(ROW):
            if row[ROW_STATUS] != "Completed":
                wrong[str(row[packaged("DR_Order_Fulfillment")])] = f"its row is {row[ROW_STATUS]}"
        return wrong

    def effects(self) -> Mapping[str, int]:
        return self.sandbox.digital_river.effects().fulfillments

    def change(self) -> None:
        self.seed(orders=1, items=1, rows=1)

    def poison(self) -> Collection[str]:
        self.poisoned = self.seed(orders=1, items=1, rows=1)[0]
        (self.taken,) = (
            item
            for item in self.org.records("OrderItem")
            if item["OrderId"] == self.poisoned[packaged("Order_Id")]
        )
        self.org.edit("OrderItem", self.taken["Id"], {"Quantity": 9.5})
        return [self.poisoned["Id"]]

    def cure(self) -> None:
        self.org.edit("OrderItem", self.taken["Id"], {"Quantity": 10})
        self.org.edit(RECORD, self.poisoned["Id"], {packaged("Message"): "looked at"})


class WholeOrders(Orders):
    """Orders that were set to be fulfilled; poison is one that Digital River does not know."""

    handler = fulfill_orders
    entry = entry_of("fulfill-orders", ROOT, batch_size=2)
    seeded: Mapping[str, int] = {"orders": 3, "items": 2, "rows": 0}

    def seed(self, **amounts: int) -> list[dict[str, Any]]:
        records = super().seed(**{**amounts, "rows": 0})
        for record in records:
            self.org.edit("Order", record[packaged("Order_Id")], {ORDER_STATE: "fulfilled"})
        return records

    def differences(self) -> Mapping[str, str]:
        opened = {
            str(item["OrderId"]): f"{item[OPEN]} are open"
            for item in self.org.records("OrderItem")
            if item[OPEN]
        }
        return {**super().differences(), **opened}

    def poison(self) -> Collection[str]:
        self.poisoned = self.seed(orders=1, items=1)[0]
        self.name_remote("unknown")
        return [self.poisoned[packaged("Order_Id")]]

    def cure(self) -> None:
        self.name_remote(self.poisoned[packaged("DR_Order_Id")])

    def name_remote(self, remote_id: str) -> None:
        fields = {packaged("DR_Order_Id"): remote_id}
        self.org.edit("Order", self.poisoned[packaged("Order_Id")], fields)


class TestFulfillLineItems(JobContract):
    world = Orders


class TestFulfillOrders(JobContract):
    world = WholeOrders
