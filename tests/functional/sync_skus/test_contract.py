"""sync-skus keeps the contract of every job, against the sandbox's org and account."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from nightshift_tools.sandbox.salesforce.org import packaged
from nightshift_tools.sandbox.server import Sandbox
from nightshift_tools.testing import JobContract, JobWorld, entry_of
from support.sync import ROOT
from sync_skus.app import lambda_handler

FLAG, ORIGIN = packaged("Sync_Product_to_DR"), packaged("DR_Product_Country_Origin")


class Products(JobWorld):
    """Five flagged products; poison has a country that Digital River does not know."""

    handler = lambda_handler
    entry = entry_of("sync-skus", ROOT, batch_size=2)

    def prepare(self) -> None:
        self.sandbox = Sandbox(products=1, clock=lambda: self.clock.now().timestamp())
        self.sandbox.__enter__()
        self.org = self.sandbox.salesforce
        self.org.clear()
        self.ids = self.org.seed(products=5)["Product2"]
        self.clock.advance(60)
        self.environment = self.sandbox.environment()
        self.changes = 0

    def close(self) -> None:
        self.sandbox.__exit__(None, None, None)

    def differences(self) -> Mapping[str, str]:
        found = self.org.records("Product2")
        skus = self.sandbox.shop.river(lambda river: dict(river.books.skus.documents))
        wrong = {str(one["Id"]): "it is still flagged" for one in found if one[FLAG]}
        for one in found:
            held = skus.get(str(one["Id"]), {})
            if not one[FLAG] and held.get("partNumber") != one[packaged("DR_Part_Number")]:
                wrong[str(one["Id"])] = f"part number {held.get('partNumber')!r} at Digital River"
        return wrong

    def effects(self) -> Mapping[str, int]:
        return self.sandbox.digital_river.effects().skus

    def change(self) -> None:
        self.changes += 1
        self.org.edit("Product2", self.ids[1], {packaged("DR_Part_Number"): f"PN-{self.changes}"})
        self.org.seed(products=1)
        self.clock.advance(60)

    def poison(self) -> Collection[str]:
        for record_id in self.ids[:2]:
            self.org.edit("Product2", record_id, {ORIGIN: "KP"})
        self.clock.advance(60)
        return self.ids[:2]

    def cure(self) -> None:
        for record_id in self.ids[:2]:
            self.org.edit("Product2", record_id, {ORIGIN: "DE"})
        self.clock.advance(60)


class TestSyncSkus(JobContract):
    world = Products
