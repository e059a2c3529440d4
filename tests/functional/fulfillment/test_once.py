"""No fulfilment is ever sent twice: faults at every request, two jobs at once, runs that were overtaken.

Counted at the sandbox: what took effect of each order, and that Salesforce says the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from fulfillment import reading
from nightshift.times import to_text
from nightshift_tools.sandbox.digital_river.books import Lines
from nightshift_tools.sandbox.salesforce.org import packaged
from support.dying import dying
from support.fault_gate import Act, Fate, Gate, kill_after, kill_before, stopped
from support.fault_upstream import WorkerClock, watched_upstreams
from support.faults import Killed
from support.fulfilment import ORDER_STATE, Office
from support.jobs import JobWorker
from support.sync import read_event

SETTLED = 11 * 60
"""Seconds after which an unknown outcome is looked up."""

FAULTS: dict[str, dict[str, object]] = {
    "503": {"kind": "status", "status": 503},
    "429": {"kind": "status", "status": 429, "retry_after": 1},
    "500 after its effect": {"kind": "status_after", "status": 500},
    "dropped before": {"kind": "drop_before"},
    "answer lost": {"kind": "drop_after"},
    "cut": {"kind": "cut"},
}


def check(office: Office, records: list[dict[str, Any]]) -> None:
    """One fulfilment per order, and the office knows of each piece what Digital River did."""
    for record in records:
        remote = office.done(record)
        assert office.sent()[record[packaged("DR_Order_Id")]] == 1
        for item in office.items(record):
            line: Lines = remote[item[packaged("DR_Order_Item_Id")]]
            assert office.standing(item)[1:3] == (line.fulfilled, line.cancelled)
        assert set(office.statuses(record)) == {"Completed"}


def settle(office: Office, *jobs: str) -> None:
    """Two clean ticks of each job, once outcomes can be looked up."""
    office.sandbox.clear_faults()
    for _ in range(2):
        office.clock.advance(SETTLED)
        for job in jobs:
            tick(office, job)


def tick(office: Office, job: str) -> None:
    """A tick of a job at its time, whichever came before."""
    worker = office.worker(job)
    event = read_event(f"{job}-scheduled")
    ended = worker.handle({**event, "scheduled_time": to_text(office.clock.now().replace(second=0))})
    assert ended.error is None, ended.error


def renewed(office: Office) -> Office:
    """The same shop from its beginning, with a state of its own."""
    office.sandbox.reset()
    return Office(office.sandbox, office.clock)


def has_died(worker: JobWorker) -> bool:
    """Deliver a tick to a process, which may not live to see its end."""
    try:
        worker.tick()
    except Killed:
        return True
    return False


@pytest.mark.parametrize("surface", ["digital-river", "salesforce"])
@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("times", [1, None], ids=["once", "from then on"])
def test_a_fault_at_any_request_sends_nothing_twice(
    office: Office, surface: str, name: str, times: int | None
) -> None:
    for place in range(1, 40):
        office = renewed(office)
        records = office.seed(orders=2, items=2, rows=1)
        office.sandbox.fault(surface, nth=place, times=times, **FAULTS[name])  # type: ignore[arg-type]
        office.line_items.tick()
        fired = any(armed.fired for armed in office.sandbox.shop.faults())
        settle(office, "fulfill-line-items")
        check(office, records)
        if not fired:
            assert place > 2
            return
    raise AssertionError("the run has no end")


SITES = ("digital-river", "salesforce")
ENDS: dict[str, Act] = {"before": kill_before, "after": kill_after}


@pytest.fixture(autouse=True)
def watched() -> Iterator[None]:
    with watched_upstreams():
        yield


def fated(office: Office, job: str, fate: Fate) -> tuple[JobWorker, Gate]:
    """A worker whose requests pass a gate, where one of them meets its fate."""
    worker, gate = office.worker(job), Gate(fate)
    worker.clock = WorkerClock(office.clock, gate, office.sandbox)
    return worker, gate


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("site", SITES)
def test_a_process_that_ends_at_any_request_has_sent_nothing_twice(
    office: Office, site: str, end: str
) -> None:
    for place in range(40):
        office = renewed(office)
        records = office.seed(orders=2, items=2, rows=1)
        worker, gate = fated(office, "fulfill-line-items", Fate(site, place, ENDS[end]))
        if not has_died(worker):
            assert place > 1
            return
        office.clock.advance(400)  # the lease ends
        settle(office, "fulfill-line-items")
        check(office, records)
        assert gate.went_on == []
    raise AssertionError("the run has no end")


@pytest.mark.parametrize("other", ["fulfill-line-items", "fulfill-orders"])
@pytest.mark.parametrize("site", SITES)
def test_whoever_comes_while_a_request_waits_sends_no_row_again(
    office: Office, site: str, other: str
) -> None:
    """The other job at once, or the same one once the lease is over; then the first goes on."""
    for place in range(40):
        office = renewed(office)
        records = office.seed(orders=2, items=1, rows=1)
        for record in records:
            office.sandbox.salesforce.edit("Order", record[packaged("Order_Id")], {ORDER_STATE: "fulfilled"})

        def meanwhile(office: Office = office) -> None:
            if other == "fulfill-line-items":
                office.clock.advance(400)
            tick(office, other)

        worker, gate = fated(office, "fulfill-line-items", Fate(site, place, stopped(meanwhile)))
        worker.tick()
        settle(office, "fulfill-orders", "fulfill-line-items")
        for record in records:
            (item,) = office.items(record)
            line = office.done(record)[item[packaged("DR_Order_Item_Id")]]
            assert (line.fulfilled, office.standing(item)) == (10, (0, 10, 0, "fulfilled")), place
        if not gate.has_fired:
            assert place > 1
            return
    raise AssertionError("the run has no end")


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_process_that_dies_at_any_write_of_its_state_sends_nothing_twice(
    office: Office, after: bool
) -> None:
    """The state's statements are where the intent, the commit and the release are written."""
    for place in range(1, 60):
        office = renewed(office)
        records = office.seed(orders=2, items=1, rows=1)
        writes = dying(office.state.database, place, after=after)
        died = has_died(office.line_items)
        writes()
        office.clock.advance(400)  # the lease ends
        settle(office, "fulfill-line-items")
        check(office, records)
        if not died:
            assert place > 4
            return
    raise AssertionError("the run has no end")


def test_a_stale_look_at_an_order_sends_nothing_again(office: Office) -> None:
    """Both have read the same rows; the second comes when the first has written all back."""
    (record,) = office.seed(orders=1, items=1, rows=1)
    load, first = reading.Orders.load, True

    def load_then_wait(self: Any, records: Any) -> Any:
        nonlocal first
        loaded = load(self, records)
        if first:
            first = False
            office.sandbox.salesforce.edit("Order", record[packaged("Order_Id")], {ORDER_STATE: "fulfilled"})
            office.orders.tick()
        return loaded

    reading.Orders.load = load_then_wait  # type: ignore[method-assign]
    try:
        office.line_items.tick()
    finally:
        reading.Orders.load = load  # type: ignore[method-assign]
    assert office.posts() == 1
    check(office, [record])


def test_of_two_that_claim_an_order_at_the_same_moment_one_sends(office: Office) -> None:
    """Both have found no intent; the other writes his first."""
    (record,) = office.seed(orders=1, items=1, rows=1)
    office.sandbox.salesforce.edit("Order", record[packaged("Order_Id")], {ORDER_STATE: "fulfilled"})
    move, is_first = office.state.intents.move, True

    def overtaken(*args: Any) -> bool:
        nonlocal is_first
        if is_first:
            is_first = False
            office.orders.tick()
        return move(*args)

    office.state.intents.move = overtaken  # type: ignore[method-assign]
    office.line_items.tick()
    assert office.posts() == 1
    settle(office, "fulfill-line-items")
    check(office, [record])


def test_an_effect_that_is_seen_late_is_waited_for(office: Office) -> None:
    (record,) = office.seed(orders=1, items=1, rows=1)
    office.sandbox.digital_river.turn(search_delay=120)
    office.sandbox.fault("digital-river", "drop_after", path="/fulfillments", times=1)
    office.line_items.tick()
    for _ in range(4):
        office.clock.advance(100)
        office.line_items.tick()
    assert office.posts() == 1
    settle(office, "fulfill-line-items")
    check(office, [record])
    assert office.posts() == 1
