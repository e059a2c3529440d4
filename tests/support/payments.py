"""Subscriptions in the sandbox, the jobs that raise and charge, and the ledger beside the provider's book."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from nightshift.execution import Ended
from nightshift.logs.records import LogStore
from nightshift.state.ledger import Installment, InstallmentKey, LedgerStore, Standing
from nightshift.times import to_text
from nightshift_tools.embedded import SqliteState
from nightshift_tools.sandbox.exact_json import JsonObject
from nightshift_tools.sandbox.salesforce.org import packaged
from nightshift_tools.sandbox.server import Sandbox
from support.jobs import JobWorker
from support.shop import FakeClock
from support.sync import read_event

RAISE, CHARGE = "process-subscriptions", "charge-installments"
SUBSCRIPTION = packaged("DR_Subscription")
COUNT, NEXT_DATE = packaged("Installment_Count"), packaged("Installment_Next_Run_Date")
STATUS, AMOUNT, SOURCE = packaged("Status"), packaged("Installment_Amount"), packaged("DR_Source_Id")
SETTLED = 21 * 60
"""Seconds after which an unknown outcome is looked up."""


@dataclass
class Till:
    """One org with subscriptions, and workers of both jobs over one state and one clock."""

    sandbox: Sandbox
    clock: FakeClock
    state: SqliteState = field(default_factory=SqliteState.in_memory)
    subscriptions: list[str] = field(default_factory=list)
    sources: dict[str, str] = field(default_factory=dict)
    logs: LogStore | None = None

    def __post_init__(self) -> None:
        self.sandbox.salesforce.clear()
        self.ledger: LedgerStore = self.state.ledger

    def worker(self, job: str) -> JobWorker:
        worker = JobWorker(job, self.sandbox, self.state, self.clock, self.logs)
        if job == CHARGE:
            worker.with_params(parallel=1)
        return worker

    def seed(self, count: int, **fields: object) -> list[str]:
        """Subscriptions of 9.99 USD that are due, with these fields over it; their ids."""
        made = self.sandbox.salesforce.seed(products=1, subscriptions=count)[SUBSCRIPTION]
        for record_id in made:
            self.edit(record_id, **{"Installment_Amount": Decimal("9.99"), **fields})
        self.clock.advance(10)  # what has just been changed is left for the next run
        self.subscriptions += made
        return made

    def edit(self, record_id: str, **fields: object) -> None:
        named = {
            name if name in ("CurrencyIsoCode",) else packaged(name): value for name, value in fields.items()
        }
        self.sandbox.salesforce.edit(SUBSCRIPTION, record_id, named)

    def source_of(self, record_id: str, **how: Any) -> str:
        """Have the source of a subscription answer otherwise."""
        source = self.sources[record_id] = str(self.record(record_id)[SOURCE])
        self.sandbox.digital_river.seed(sources=[{"id": source, **how}])
        return source

    def agreement_of(self, record_id: str) -> str:
        agreement: str = self.record(record_id)[packaged("DR_Billing_Agreement_Id")]
        return agreement

    def record(self, record_id: str) -> JsonObject:
        return self.sandbox.salesforce.record(SUBSCRIPTION, record_id)

    def tick(self, job: str, worker: JobWorker | None = None, seconds_left: float | None = 300) -> Ended:
        """A tick of a job, in the minute that it is."""
        event = {**read_event(f"{job}-scheduled"), "scheduled_time": to_text(self.clock.now())}
        return (worker or self.worker(job)).handle(event, seconds_left)

    def clean(self, job: str) -> Ended:
        """A tick a minute later that must come to its end."""
        self.clock.advance(60)
        ended = self.tick(job)
        assert ended.error is None, ended.error
        return ended

    def settle(self, ticks: int = 2, jobs: Sequence[str] = (RAISE, CHARGE)) -> None:
        """Nothing goes wrong any more, and outcomes can be looked up: clean ticks of the jobs."""
        self.sandbox.clear_faults()
        for _ in range(ticks):
            self.clock.advance(SETTLED)
            for job in jobs:
                self.clean(job)

    def entry(self, subscription: str, number: int = 2) -> Installment:
        found = self.ledger.read(InstallmentKey("main", subscription, number))
        assert found is not None
        return found

    def entries(self) -> Iterator[Installment]:
        """Every installment of the ledger, by the numbers that were raised."""
        for subscription in self.subscriptions:
            number = 2
            while found := self.ledger.read(InstallmentKey("main", subscription, number)):
                yield found
                number += 1

    def charges(self) -> dict[str, int]:
        """How many charges were made, by upstream id, whatever became of them."""
        return dict(self.sandbox.digital_river.effects().charges)

    def orders(self) -> list[JsonObject]:
        """Every order at the provider that has an upstream id, oldest first."""
        found: list[JsonObject] = self.sandbox.shop.river(
            lambda river: list(river.books.orders.documents.values())
        )
        return [order for order in found if order.get("upstreamId")]

    def alive(self) -> Iterator[JsonObject]:
        """Orders whose charges are not lost."""
        for order in self.orders():
            if any(charge["state"] not in ("failed", "cancelled") for charge in order["payment"]["charges"]):
                yield order

    def posts(self, route: str) -> int:
        return self.sandbox.count(surface="digital-river", method="POST", route=route)

    def breaches(self) -> Iterator[str]:
        """What is wrong: the ledger against the provider's book, which is read by the provider's own
        subscription and not by an id of ours, and against the org."""
        entries, alive = list(self.entries()), list(self.alive())
        for upstream_id, times in Counter(str(order["upstreamId"]) for order in alive).items():
            if times > 1:
                yield f"{upstream_id} is charged {times} times"
        for record_id in self.subscriptions:
            record = self.record(record_id)
            own = [entry for entry in entries if entry.key.subscription == record_id]
            orders = [
                order for order in alive if _subscription_of(order) == record[packaged("DR_Subscription_Id")]
            ]
            if len(orders) > len(own):
                yield f"{record_id} is charged {len(orders)} times, and owes {len(own)} installments"
            numbers = [entry.key.number for entry in own]
            if numbers != list(range(2, int(record[COUNT]) + 1)):
                yield f"{record_id} counts {record[COUNT]} installments, and the ledger has {numbers}"
            captured = sum((order["capturedAmount"] for order in orders), Decimal())
            paid = [entry.money.amount for entry in own if entry.standing is Standing.SUCCEEDED]
            if captured != sum(paid):
                yield f"{record_id} paid {captured}, and {sum(paid)} by the ledger"

    def twice(self) -> Iterator[str]:
        """What is charged more often than it is owed, at any moment."""
        return (breach for breach in self.breaches() if "times" in breach)

    def unpaid(self) -> list[str]:
        return [
            f"{entry.key} is {entry.standing}"
            for entry in self.entries()
            if entry.standing is not Standing.SUCCEEDED
        ]


def _subscription_of(order: JsonObject) -> object:
    return order["items"][0].get("subscriptionInfo", {}).get("subscriptionId")
