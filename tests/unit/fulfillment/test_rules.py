"""The rules of fulfilment, as tables: when an order is sent, what is sent, what an answer makes of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from fulfillment import rules
from fulfillment.model import Item, ItemState, Order, Quantities, Row, RowStatus
from nightshift.connectors.digital_river import Problem

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
WINDOW = timedelta(minutes=30)


def item(name: str = "a", ordered: int = 10, **more: int) -> Item:
    found = Item(name, f"dr-{name}", ordered, 0, 0, 0)
    return replace(found, **more)  # type: ignore[arg-type]


def row(name: str, item_id: str = "a", fulfil: int = 0, cancel: int = 0, **more: object) -> Row:
    found = Row(name, item_id, Quantities(fulfil, cancel), 0, NOW - timedelta(hours=1))
    return replace(found, **more)  # type: ignore[arg-type]


def order(items: list[Item], rows: list[Row]) -> Order:
    return Order("f", "o", "dr-o", tuple(items), tuple(rows))


def ago(minutes: float) -> datetime:
    return NOW - timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("open_left", "ages", "waits"),
    [
        (4, [29], True),
        (4, [30], False),
        (4, [5, 31], False),  # the oldest row decides
        (4, [5, 29.9], True),
        (0, [1], False),  # nothing can be added any more
        (4, [], False),
    ],
)
def test_an_order_collects_rows_for_a_while_unless_nothing_is_left_open(
    open_left: int, ages: list[float], waits: bool
) -> None:
    rows = [row(str(age), fulfil=1, created_at=ago(age)) for age in ages]
    assert rules.is_collecting(order([item(open=open_left)], rows), NOW, WINDOW) is waits


@pytest.mark.parametrize(
    ("of", "why"),
    [
        (row("1", fulfil=10), None),
        (row("1", fulfil=6, cancel=4), None),
        (row("1", fulfil=11), "of the 10 ordered 10 are left"),
        (row("1", fulfil=6, cancel=5), "asks to fulfil 6 and to cancel 5"),
        (row("1"), "nothing to fulfil and nothing to cancel"),
        (row("1", fulfil=-1, cancel=2), "below zero: fulfil -1, cancel 2"),
        (row("1", cancel=-1), "below zero"),
        (row("1", item_id="z", fulfil=1), "names item z, which is none of this order"),
        (row("1", item_id="new", fulfil=1), "item new has no Digital River id"),
    ],
)
def test_a_row_that_cannot_be_meant_is_not_sent(of: Row, why: str | None) -> None:
    items = [item(), replace(item("new"), remote_id="")]
    found = dict(rules.unsendable(order(items, [of])))
    assert (found == {}) if why is None else (why in found[of])


def test_rows_of_one_item_must_not_ask_together_for_more_than_is_left() -> None:
    rows = [row("1", fulfil=6), row("2", fulfil=5), row("3", cancel=4), row("4", "b", fulfil=10)]
    found = order([item(), item("b")], rows)
    assert [bad.id for bad, _ in rules.unsendable(found)] == ["2"]


def test_what_was_fulfilled_and_cancelled_before_is_not_left() -> None:
    found = order([item(fulfilled=5, cancelled=3)], [row("1", fulfil=3)])
    assert [why for _, why in rules.unsendable(found)] == [
        "it asks to fulfil 3 and to cancel 0; of the 10 ordered 2 are left"
    ]


def test_two_rows_for_one_item_are_one_line() -> None:
    rows = [row("1", "b", fulfil=1), row("2", "a", fulfil=2), row("3", "b", cancel=3)]
    lines = rules.lines_of(order([item("a"), item("b")], rows), rows)
    assert [(line.item.id, line.asked, [of.id for of in line.rows]) for line in lines] == [
        ("b", Quantities(1, 3), ["1", "3"]),
        ("a", Quantities(2, 0), ["2"]),
    ]


ROWS = (row("1", "a", fulfil=2), row("2", "b", cancel=3), row("3", "a", fulfil=1))


def answer(code: str, parameter: str | None, message: str = "") -> dict[str, tuple[str, int]]:
    lines = rules.lines_of(order([item("a"), item("b")], list(ROWS)), ROWS)
    changes = rules.conflicting(lines, Problem(code, parameter, message))
    return {change.row.id: (change.status.value, change.attempts) for change in changes}


DONE, AGAIN, TRIED = ("Completed", 0), ("Reprocess", 0), ("Reprocess", 1)


@pytest.mark.parametrize(
    ("code", "parameter", "message", "expected"),
    [
        ("order_complete", "orderId", "", [DONE, DONE, DONE]),
        ("order_cancelled", "orderId", "", [DONE, DONE, DONE]),
        ("order_fulfilled", "orderId", "", [DONE, DONE, DONE]),
        ("item_fulfilled", "items[0].itemId", "", [DONE, AGAIN, DONE]),
        ("item_cancelled", "items[1].itemId", "", [AGAIN, DONE, AGAIN]),
        ("quantity_too_large", "items[1].quantity", "", [AGAIN, TRIED, AGAIN]),
        # The parameter decides, whatever the message names.
        ("item_fulfilled", "items[0].itemId", "Resource 'dr-b' is fulfilled.", [DONE, AGAIN, DONE]),
        ("item_fulfilled", None, "Resource 'dr-b' is fulfilled.", [AGAIN, DONE, AGAIN]),
        ("item_fulfilled", "", "Resource 'dr-b' is fulfilled.", [AGAIN, DONE, AGAIN]),
        # Nobody is meant for sure: a refusal of all, and no success of anybody.
        ("item_fulfilled", None, "some item is fulfilled", [TRIED, TRIED, TRIED]),
        ("item_fulfilled", None, "dr-a or dr-b", [TRIED, TRIED, TRIED]),
        ("item_fulfilled", None, "Resource 'dr-bb' is fulfilled.", [TRIED, TRIED, TRIED]),
        ("item_fulfilled", "items[7].itemId", "dr-a", [TRIED, TRIED, TRIED]),
        ("a_code_of_tomorrow", "orderId", "", [TRIED, TRIED, TRIED]),
    ],
)
def test_a_refusal_and_the_rows_it_concerns(
    code: str, parameter: str | None, message: str, expected: list[tuple[str, int]]
) -> None:
    assert answer(code, parameter, message) == dict(zip("123", expected, strict=True))


@pytest.mark.parametrize(
    ("attempts", "expected"),
    [(0, (RowStatus.REPROCESS, 1, 0)), (4, (RowStatus.REPROCESS, 5, 0)), (5, (RowStatus.FAILED, 6, 5))],
)
def test_the_sixth_refusal_is_the_last_and_gives_the_quantity_back(
    attempts: int, expected: tuple[RowStatus, int, int]
) -> None:
    (change,) = rules.refused([row("1", fulfil=2, cancel=3, attempts=attempts)], "no")
    assert (change.status, change.attempts, change.given_back) == expected


@pytest.mark.parametrize(
    ("code", "asked", "fulfilled", "cancelled"),
    [
        ("", Quantities(2, 3), 2, 3),
        ("order_fulfilled", Quantities(2, 3), 2, 3),
        ("order_cancelled", Quantities(2, 0), 0, 2),
        ("item_cancelled", Quantities(2, 1), 0, 3),
        ("item_fulfilled", Quantities(0, 3), 3, 0),
    ],
)
def test_what_had_been_done_before_counts_as_what_it_was(
    code: str, asked: Quantities, fulfilled: int, cancelled: int
) -> None:
    changes = rules.completed([replace(row("1"), asked=asked)], "", code)
    after = rules.item_after(item(), changes)
    assert (after.fulfilled, after.cancelled, after.open) == (fulfilled, cancelled, 0)


def test_a_row_that_failed_for_good_gives_back_no_more_than_it_reserved() -> None:
    changes = [rules.failed(row("1", fulfil=4), "no"), rules.failed(row("2", fulfil=-3), "no")]
    assert rules.item_after(item(open=2, fulfilled=4), changes).open == 6
    assert rules.item_after(item(open=9), changes).open == 10


@pytest.mark.parametrize(
    ("fulfilled", "cancelled", "state"),
    [
        (0, 0, ItemState.CREATED),
        (3, 0, ItemState.PARTIALLY_FULFILLED),
        (3, 2, ItemState.PARTIALLY_FULFILLED),
        (0, 2, ItemState.PARTIALLY_CANCELLED),
        (10, 0, ItemState.FULFILLED),
        (0, 10, ItemState.CANCELLED),
        (6, 4, ItemState.FULFILLED),
        (1, 9, ItemState.FULFILLED),
    ],
)
def test_the_state_of_an_item(fulfilled: int, cancelled: int, state: ItemState) -> None:
    assert rules.state_of(item(fulfilled=fulfilled, cancelled=cancelled)) is state


@pytest.mark.parametrize(
    ("items", "state"),
    [
        ([], None),
        ([item(fulfilled=10)], "fulfilled"),
        ([item(cancelled=10)], "cancelled"),
        ([item(fulfilled=10), item("b", cancelled=10)], "fulfilled"),
        ([item(fulfilled=10), item("b", cancelled=9)], None),
    ],
)
def test_the_state_of_an_order(items: list[Item], state: str | None) -> None:
    assert rules.order_state(items) == state
    assert rules.record_status(items, []) == ("Open" if state is None else "Completed")


def test_an_order_with_rows_to_send_again_is_reprocessed() -> None:
    changes = rules.refused([row("1", fulfil=1)], "no")
    assert rules.record_status([item()], changes) == "Reprocess"
