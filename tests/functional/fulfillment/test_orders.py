"""fulfill-orders through its handler: an order set to `fulfilled` or `cancelled` is asked for once, whole."""

from __future__ import annotations

import pytest

from nightshift_tools.sandbox.salesforce.org import packaged
from support.fulfilment import FULFILLED, OPEN, ORDER_STATE, ROW, ROW_STATUS, Office
from support.shop import Plans


def set_to(office: Office, record: dict[str, object], state: str) -> None:
    office.sandbox.salesforce.edit("Order", str(record[packaged("Order_Id")]), {ORDER_STATE: state})


@pytest.mark.parametrize(
    ("state", "expected"), [("fulfilled", (0, 10, 0, "fulfilled")), ("cancelled", (0, 0, 10, "cancelled"))]
)
def test_all_that_is_open_is_asked_for_and_sent(
    office: Office, state: str, expected: tuple[int, int, int, str]
) -> None:
    (record,) = office.seed(orders=1, items=2, rows=0)
    set_to(office, record, state)
    office.orders.tick()
    assert [office.standing(item) for item in office.items(record)] == [expected] * 2
    assert (office.posts(), office.statuses(record)) == (1, ["Completed"] * 2)
    assert office.orders.tick().record.idle


def test_what_is_pending_already_goes_with_it_in_one_request(office: Office) -> None:
    (record,) = office.seed(orders=1, items=1, rows=2)
    set_to(office, record, "cancelled")
    office.orders.tick()
    (item,) = office.items(record)
    assert office.standing(item) == (0, 4, 6, "fulfilled")
    assert office.posts() == 1


def test_other_orders_are_left_alone(office: Office) -> None:
    office.seed(orders=2, items=1, rows=1)
    assert office.orders.tick().record.idle
    assert office.statuses() == ["Open", "Open"]


@pytest.mark.parametrize("state", ["pending_payment", "in_review"])
def test_an_order_that_digital_river_has_not_accepted_waits(office: Office, state: str) -> None:
    (record,) = office.seed(orders=1, items=1, rows=0)
    remote = str(record[packaged("DR_Order_Id")])
    office.sandbox.digital_river.move(remote, state)
    set_to(office, record, "cancelled")
    counts = office.orders.tick().record.counts
    assert (counts.unchanged, office.rows()) == (1, [])
    office.sandbox.digital_river.move(remote, "accepted")
    office.orders.tick()
    assert office.statuses() == ["Completed"]


def test_an_order_in_dispute_is_set_aside_with_the_reason(office: Office) -> None:
    (record,) = office.seed(orders=1, items=1, rows=0)
    office.sandbox.digital_river.move(str(record[packaged("DR_Order_Id")]), "dispute")
    set_to(office, record, "cancelled")
    office.orders.tick()
    (reason,) = [found.reason for found in office.orders.quarantine().values()]
    assert reason == "Digital River has it as dispute: it cannot be cancelled like that"
    assert office.rows() == []


def test_an_order_that_digital_river_has_cancelled_is_counted_as_cancelled(office: Office) -> None:
    (record,) = office.seed(orders=1, items=1, rows=0)
    office.sandbox.digital_river.move(str(record[packaged("DR_Order_Id")]), "cancelled")
    set_to(office, record, "fulfilled")
    office.orders.tick()
    (item,) = office.items(record)
    assert office.standing(item) == (0, 0, 10, "cancelled")


def test_rows_that_failed_for_good_are_not_asked_for_again(office: Office) -> None:
    (record,) = office.seed(orders=1, items=1, rows=0)
    set_to(office, record, "fulfilled")
    office.orders.tick()
    (row,) = office.rows()
    (item,) = office.items(record)
    office.sandbox.salesforce.edit(ROW, row["Id"], {ROW_STATUS: "Failed"})
    office.sandbox.salesforce.edit("OrderItem", item["Id"], {OPEN: 10, FULFILLED: 0})
    office.orders.tick()
    assert len(office.rows()) == 1
    assert "failed before" in next(iter(office.orders.quarantine().values())).reason


def test_an_order_without_a_fulfilment_record_gets_one(office: Office) -> None:
    (record,) = office.seed(orders=1, items=1, rows=0)
    office.sandbox.salesforce.remove(packaged("DR_Fulfillment"), record["Id"])
    set_to(office, record, "fulfilled")
    office.orders.tick()
    (item,) = office.items(record)
    assert office.standing(item) == (0, 10, 0, "fulfilled")


def test_a_dry_run_says_what_would_be_asked_for(office: Office) -> None:
    (record,) = office.seed(orders=1, items=1, rows=0)
    set_to(office, record, "cancelled")
    told: list[str | None] = []
    plans = office.orders.observer = Plans()
    plans.planned = lambda action, key, reason: told.append(reason)  # type: ignore[method-assign]
    office.orders.by_hand(dry_run=True)
    (item,) = office.items(record)
    assert told == [f"cancel 10 of item {item['Id']}"]
    assert (office.rows(), office.posts(), office.standing(item)) == ([], 0, (10, 0, 0, "created"))
