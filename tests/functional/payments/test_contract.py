"""Both payment jobs keep the contract of every job: among the rest, that nothing is charged twice."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta

from charge_installments.app import lambda_handler as charge_installments
from nightshift.state.ledger import Standing
from nightshift_tools.local.payments import resolve
from nightshift_tools.sandbox.server import Sandbox
from nightshift_tools.testing import JobContract, JobWorld, entry_of
from process_subscriptions.app import lambda_handler as process_subscriptions
from support.payments import COUNT, RAISE, Till
from support.sync import ROOT


class Subscriptions(JobWorld):
    """Three subscriptions that are due; poison owes a fraction of a cent."""

    handler = process_subscriptions
    entry = entry_of("process-subscriptions", ROOT, batch_size=2)
    storefront = "main"
    sends_once = True
    seeded = 3

    def prepare(self) -> None:
        self.sandbox = Sandbox(products=1, clock=lambda: self.clock.now().timestamp())
        self.sandbox.__enter__()
        self.till = Till(self.sandbox, self.clock, self.state, logs=self.logs)
        self.till.seed(self.seeded)
        self.environment = self.sandbox.environment()

    def close(self) -> None:
        self.sandbox.__exit__(None, None, None)

    def differences(self) -> Mapping[str, str]:
        wrong = dict(breach.split(" ", 1) for breach in self.till.breaches())
        for subscription in self.till.subscriptions:
            if self.till.record(subscription)[COUNT] != 2:
                wrong[subscription] = f"counts {self.till.record(subscription)[COUNT]} installments"
        return wrong

    def effects(self) -> Mapping[str, int]:
        added = {str(entry.key): entry.revision for entry in self.till.entries()}
        counted = {record: int(self.till.record(record)[COUNT]) - 1 for record in self.till.subscriptions}
        return added | {record: count for record, count in counted.items() if count}

    def change(self) -> None:
        self.till.seed(1)

    def poison(self) -> Collection[str]:
        self.till.edit(self.till.subscriptions[1], Installment_Amount=9.995)
        self.clock.advance(10)
        return [self.till.subscriptions[1]]

    def cure(self) -> None:
        self.till.edit(self.till.subscriptions[1], Installment_Amount=9.99)
        self.clock.advance(10)


class Installments(Subscriptions):
    """Two installments that are due; poison has a billing agreement that has expired."""

    handler = charge_installments
    entry = entry_of("charge-installments", ROOT, batch_size=2, params={"parallel": 1})
    between_ticks = timedelta(minutes=25)
    seeded = 2

    def prepare(self) -> None:
        super().prepare()
        self.till.clean(RAISE)

    def differences(self) -> Mapping[str, str]:
        wrong = dict(breach.split(" ", 1) for breach in self.till.breaches())
        unpaid = [entry for entry in self.till.entries() if entry.standing is not Standing.SUCCEEDED]
        return wrong | {str(entry.key): f"is {entry.standing}" for entry in unpaid}

    def effects(self) -> Mapping[str, int]:
        return self.till.charges()

    def change(self) -> None:
        super().change()
        self.till.clean(RAISE)

    def poison(self) -> Collection[str]:
        self.agree("expired")
        return [f"main:{self.till.subscriptions[1]}:2"]

    def cure(self) -> None:
        self.agree("active")
        key = f"main:{self.till.subscriptions[1]}:2"
        resolve(self.state, key, "charge", "its agreement was renewed", None, self.clock.now())

    def agree(self, state: str) -> None:
        agreement = self.till.agreement_of(self.till.subscriptions[1])
        self.sandbox.digital_river.seed(agreements=[{"id": agreement, "state": state}])


class TestProcessSubscriptions(JobContract):
    world = Subscriptions


class TestChargeInstallments(JobContract):
    world = Installments
