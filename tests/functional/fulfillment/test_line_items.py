"""fulfill-line-items through its handler: what is sent, and what Salesforce holds of it afterwards."""

from __future__ import annotations

import pytest

from nightshift.connectors.digital_river import Account, Done, FulfillmentItem
from nightshift.errors import ConfigurationError
from nightshift.state.models import Status
from nightshift_tools.sandbox.salesforce.org import packaged
from support.fulfilment import MESSAGE, RECORD, ROW, ROW_STATUS, ROW_TRIES, STATUS, Office
from support.host import host_of
from support.shop import Plans


def test_the_rows_of_an_order_go_in_one_request_and_are_counted_on_its_items(office: Office) -> None:
    (record,) = office.seed(orders=1, items=2, rows=2)
    ended = office.line_items.tick().record
    assert (ended.status, ended.counts.updated) == (Status.SUCCEEDED, 1)
    assert office.posts() == 1
    assert office.statuses() == ["Completed"] * 4
    for item in office.items(record):
        assert office.standing(item) == (6, 4, 0, "partially_fulfilled")
    assert [lines.fulfilled for lines in office.done(record).values()] == [4, 4]
    assert office.line_items.tick().record.idle


def test_an_order_collects_rows_for_half_an_hour_unless_nothing_is_open(office: Office) -> None:
    open_still, all_asked = office.seed(orders=2, items=1, rows=1, age_minutes=10)
    (item,) = office.items(all_asked)
    office.add_row(all_asked, item, fulfil=8)
    office.line_items.tick()
    assert office.statuses(open_still) == ["Open"]
    assert office.statuses(all_asked) == ["Completed", "Completed"]
    office.clock.advance(20 * 60)
    office.line_items.tick()
    assert office.statuses(open_still) == ["Completed"]


@pytest.mark.parametrize(
    ("fulfil", "cancel", "expected"),
    [
        (6, 4, (0, 6, 4, "fulfilled")),
        (10, 0, (0, 10, 0, "fulfilled")),
        (0, 10, (0, 0, 10, "cancelled")),
        (3, 0, (7, 3, 0, "partially_fulfilled")),
        (0, 3, (7, 0, 3, "partially_cancelled")),
        (3, 3, (4, 3, 3, "partially_fulfilled")),
    ],
)
def test_states_are_right_for_every_mix(
    office: Office, fulfil: int, cancel: int, expected: tuple[int, int, int, str]
) -> None:
    (record,) = office.seed(orders=1, items=1, rows=0)
    (item,) = office.items(record)
    if fulfil:
        office.add_row(record, item, fulfil=fulfil)
        (item,) = office.items(record)
    if cancel:
        office.add_row(record, item, cancel=cancel)
    office.clock.advance(3600)
    office.line_items.tick()
    assert office.standing(item) == expected
    found = office.sandbox.salesforce.record(RECORD, record["Id"])
    assert found[STATUS] == ("Completed" if expected[0] == 0 else "Open")


def test_ten_pieces_in_two_runs_are_fulfilled_in_the_end(office: Office) -> None:
    (record,) = office.seed(orders=1, items=1, rows=0)
    (item,) = office.items(record)
    for fulfil, cancel in ((6, 0), (0, 4)):
        (item,) = office.items(record)
        office.add_row(record, item, fulfil=fulfil, cancel=cancel)
        office.clock.advance(3600)
        office.line_items.tick()
    assert office.standing(item) == (0, 6, 4, "fulfilled")
    assert sum(office.sent().values()) == 2


@pytest.mark.parametrize(
    ("fulfil", "cancel", "text"),
    [(-2, 0, "below zero"), (0, 0, "nothing to fulfil"), (11, 0, "of the 10 ordered 10 are left")],
)
def test_a_row_that_makes_no_sense_fails_by_itself_and_gives_its_quantity_back(
    office: Office, fulfil: int, cancel: int, text: str
) -> None:
    (record,) = office.seed(orders=1, items=2, rows=0)
    bad, good = office.items(record)
    row = office.add_row(record, bad, fulfil, cancel)
    office.add_row(record, good, fulfil=10)
    office.clock.advance(3600)
    office.line_items.tick()
    found = office.sandbox.salesforce.record(ROW, row)
    assert (found[ROW_STATUS], office.standing(bad)[0]) == ("Failed", 10)
    assert text in found[MESSAGE]
    assert office.standing(good) == (0, 10, 0, "fulfilled")


def test_a_refusal_names_one_item_and_the_others_are_sent_without_a_try_counted(office: Office) -> None:
    (record,) = office.seed(orders=1, items=2, rows=1)
    first, second = office.items(record)
    # Somebody has fulfilled all of the first item at Digital River itself.
    done_elsewhere(office, record, first, 10)
    office.line_items.tick()
    assert office.statuses(record) == ["Completed", "Reprocess"]
    assert [row[ROW_TRIES] for row in office.rows(record)] == [0, 0]
    office.line_items.tick()
    assert office.statuses(record) == ["Completed", "Completed"]
    assert office.standing(second)[1] == 2


def test_too_large_a_quantity_is_tried_five_times_more_and_then_gives_back(office: Office) -> None:
    (record,) = office.seed(orders=1, items=1, rows=1)
    (item,) = office.items(record)
    done_elsewhere(office, record, item, 9)
    tries = []
    for _ in range(8):
        office.line_items.tick()
        tries += [(row[ROW_STATUS], int(row[ROW_TRIES])) for row in office.rows(record)]
    assert tries == [*(("Reprocess", number) for number in range(1, 6)), *[("Failed", 6)] * 3]
    assert office.posts() - 1 == 6
    assert office.standing(item)[0] == 10


def test_what_waits_and_what_is_broken_starves_nobody(office: Office) -> None:
    office.line_items.with_params(query_limit=2)
    waiting = office.seed(orders=3, items=1, rows=1, age_minutes=1)
    broken = office.seed(orders=2, items=1, rows=1)
    for record in broken:
        for item in office.items(record):
            office.sandbox.salesforce.remove("OrderItem", item["Id"])
    good = office.seed(orders=3, items=1, rows=1)
    for _ in range(3):
        office.line_items.tick()
    assert [office.statuses(record) for record in good] == [["Completed"]] * 3
    assert [office.statuses(record) for record in waiting] == [["Open"]] * 3
    assert set(office.line_items.quarantine()) == {record["Id"] for record in broken}
    assert "no items" in office.line_items.quarantine()[broken[0]["Id"]].reason


def test_an_order_that_was_not_accepted_is_not_looked_at(office: Office) -> None:
    (record,) = office.seed(orders=1, items=1, rows=1)
    office.sandbox.salesforce.edit(RECORD, record["Id"], {packaged("Eligible_For_Fulfillment"): False})
    assert office.line_items.tick().record.idle


def test_a_dry_run_says_what_would_be_sent_and_writes_nothing(office: Office) -> None:
    (record,) = office.seed(orders=1, items=1, rows=1)
    before = office.rows(record), office.items(record)
    told: list[str | None] = []
    plans = office.line_items.observer = Plans()
    plans.planned = lambda action, key, reason: told.append(reason)  # type: ignore[method-assign]
    office.line_items.by_hand(dry_run=True)
    (item,) = office.items(record)
    assert told == [f"fulfil 2 and cancel 0 of item {item['Id']}"]
    assert (office.rows(record), office.items(record)) == before
    assert (office.posts(), office.sent()) == (0, {})
    assert office.state.intents.read("fulfil", record[packaged("DR_Order_Id")], office.clock.now()) is None


@pytest.mark.parametrize("job", ["fulfill-line-items", "fulfill-orders"])
def test_a_batch_above_a_hundred_is_refused(office: Office, job: str) -> None:
    with pytest.raises(ConfigurationError, match=r"batch_size = 101.*the most is 100"):
        office.worker(job).by_hand(batch_size=101)


def test_a_write_back_that_salesforce_refuses_is_told_and_made_good_without_sending_again(
    office: Office,
) -> None:
    (record,) = office.seed(orders=1, items=1, rows=1)
    (item,) = office.items(record)
    office.sandbox.salesforce.refuse("OrderItem", item["Id"], message="no changes on Fridays")
    office.line_items.tick()
    assert office.statuses(record) == ["Open"]
    assert "no changes on Fridays" in office.line_items.quarantine()[record["Id"]].reason
    office.sandbox.salesforce.clear_refusals()
    office.clock.advance(700)
    office.line_items.tick()
    assert (office.statuses(record), office.standing(item)[1]) == (["Completed"], 2)
    assert sum(office.sent().values()) == 1


def done_elsewhere(office: Office, record: dict[str, object], item: dict[str, object], pieces: int) -> None:
    """Somebody fulfils at Digital River itself."""

    with host_of(office.sandbox.environment()) as host:
        line = FulfillmentItem(str(item[packaged("DR_Order_Item_Id")]), pieces)
        account = Account.connect(host)
        result = account.fulfillments.create(str(record[packaged("DR_Order_Id")]), [line], {})
        assert isinstance(result, Done)
