"""Many due installments are worked off over runs that each end in time, with nothing left in between."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from nightshift.state.ledger import Installment, InstallmentKey, Standing
from nightshift.state.models import RunId, Status
from nightshift_tools.sandbox.salesforce.org import packaged
from support.fault_gate import Gate
from support.fault_upstream import WorkerClock, watched_upstreams
from support.payments import CHARGE, SUBSCRIPTION, Till

SUBSCRIPTIONS, SECONDS = 50, 600
FOR_EVER = datetime(9999, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def watched() -> Iterator[None]:
    """Every request takes a second, and none a socket."""
    with watched_upstreams():
        yield


@pytest.mark.parametrize("count", [300, pytest.param(10_000, marks=pytest.mark.slow)])
def test_due_installments_are_worked_off_over_runs_that_end_in_time(till: Till, count: int) -> None:
    owe(till, count)
    runs = Counter[Status]()
    while runs[Status.SUCCEEDED] == 0:
        till.clock.advance(60)
        worker = till.worker(CHARGE)
        worker.clock = WorkerClock(till.clock, Gate(), till.sandbox)
        began = till.clock.now()
        ended = worker.handle({"job": CHARGE, "storefront": "main", "reason": "catching up"}, SECONDS)
        assert ended.error is None, ended.error
        assert till.clock.now() - began < timedelta(seconds=SECONDS)
        runs[ended.record.status] += 1
        assert {entry.standing for entry in till.ledger.due("main", FOR_EVER)} <= {Standing.DUE}
    assert count < runs.total() * SECONDS / 5 < count * 1.5  # five requests for each charge, and little else
    assert set(till.charges().values()) == {1}
    assert len(till.charges()) == len(list(till.entries())) == count
    assert till.unpaid() == []


def owe(till: Till, count: int) -> None:
    """So many installments of a few subscriptions, in no order of their dates."""
    till.subscriptions = till.sandbox.salesforce.seed(products=1, subscriptions=SUBSCRIPTIONS)[SUBSCRIPTION]
    terms = {key: terms_of(till, key) for key in till.subscriptions}
    for place in range(count):
        number, which = divmod(place, SUBSCRIPTIONS)
        due = till.clock.now() - timedelta(minutes=place * 7919 % count)
        key = InstallmentKey("main", till.subscriptions[which], 2 + number)
        run = RunId("raised")
        entry = Installment(
            key, 1, Standing.DUE, 999, "USD", due, due, run, due, terms[till.subscriptions[which]]
        )
        assert till.state.ledger.add(entry)


def terms_of(till: Till, subscription: str) -> dict[str, object]:
    record = till.record(subscription)
    return {
        "sku": record[packaged("Product")],
        "quantity": 1,
        "subscription": record[packaged("DR_Subscription_Id")],
    }
