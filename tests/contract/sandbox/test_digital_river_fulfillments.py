"""Fulfilments: quantities, all or nothing, one error, and what they do to order and money."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from contract.sandbox.client import Client, ManualClock, problem
from nightshift_tools.sandbox.digital_river.books import Lines
from nightshift_tools.sandbox.server import Sandbox

ORDER = {
    "id": "1",
    "upstreamId": "u",
    "items": [{"id": "a", "quantity": 10, "price": 9.99}, {"id": "b", "quantity": 2, "price": 5}],
}


@pytest.fixture(autouse=True)
def order(sandbox: Sandbox) -> None:
    sandbox.digital_river.seed(orders=[ORDER])


def body(*items: Sequence[Any], **more: object) -> dict[str, Any]:
    """Items as (id, quantity, cancelled)."""
    return {
        "orderId": "1",
        "items": [dict(zip(("itemId", "quantity", "cancelQuantity"), item, strict=False)) for item in items],
        **more,
    }


def send(river: Client, *items: Sequence[Any]) -> int:
    return river("POST", "/fulfillments", body(*items)).status


def lines(sandbox: Sandbox) -> dict[str, Lines]:
    return sandbox.digital_river.effects().lines["1"]


def test_quantities_are_fulfilled_and_cancelled(river: Client, sandbox: Sandbox) -> None:
    answer = river("POST", "/fulfillments", body(("a", 2), ("b", 1, 1), metadata={"batch": "7"}))
    assert answer.status == 201
    made = answer.json()
    assert made["id"].startswith("ful_")
    assert made["items"][1] == {"itemId": "b", "skuId": "sku", "quantity": 1, "cancelQuantity": 1}
    assert made["metadata"] == {"batch": "7"}
    assert lines(sandbox) == {"a": Lines(10, 2, 0), "b": Lines(2, 1, 1)}
    assert river.get("/orders/1")["state"] == "accepted"
    assert [item["state"] for item in river.get("/orders/1")["items"]] == ["created", "fulfilled"]
    assert river.get("/fulfillments?orderId=1")["data"] == [made]
    assert river.get("/fulfillments?orderId=2")["data"] == []


@pytest.mark.parametrize(
    ("items", "state", "captured"),
    [
        ([("a", 10), ("b", 2)], "complete", "109.9"),
        ([("a", 6, 4), ("b", 0, 2)], "complete", "59.94"),
        ([("a", 0, 10), ("b", 0, 2)], "cancelled", "0"),
        ([("a", 10), ("b", 1)], "accepted", "104.9"),
    ],
)
def test_what_becomes_of_the_order_and_its_money(
    river: Client, sandbox: Sandbox, items: list[tuple[Any, ...]], state: str, captured: str
) -> None:
    assert send(river, *items) == 201
    assert river.get("/orders/1")["state"] == state
    money = sandbox.digital_river.effects().captured.get("u", Decimal())
    assert money == Decimal(captured)


@pytest.mark.parametrize(
    ("before", "items", "code", "parameter"),
    [
        ([("b", 2)], [("b", 1)], "item_fulfilled", "items[0].itemId"),
        ([("b", 0, 2)], [("a", 1), ("b", 1)], "item_cancelled", "items[1].itemId"),
        ([("b", 1, 1)], [("b", 1)], "item_fulfilled", "items[0].itemId"),
        ([], [("a", 11)], "quantity_too_large", "items[0].quantity"),
        ([("a", 8)], [("a", 1, 2)], "quantity_too_large", "items[0].quantity"),
        ([], [("a", 6), ("b", 1), ("a", 5)], "quantity_too_large", "items[2].quantity"),
        ([("a", 10), ("b", 2)], [("a", 1)], "order_complete", "orderId"),
        ([("a", 0, 10), ("b", 0, 2)], [("a", 1)], "order_cancelled", "orderId"),
        ([("b", 2)], [("a", 99), ("b", 1)], "quantity_too_large", "items[0].quantity"),
    ],
)
def test_a_conflict_is_one_error_and_nothing_is_done(
    river: Client, sandbox: Sandbox, before: list[Any], items: list[Any], code: str, parameter: str
) -> None:
    if before:
        assert send(river, *before) == 201
    stood = lines(sandbox)
    answer = river.refused("POST", "/fulfillments", body(*items))
    assert problem(answer) == (409, "conflict", code, parameter)
    assert lines(sandbox) == stood
    assert sandbox.digital_river.effects().fulfillments == ({"1": 1} if before else {})


def test_a_fulfilled_order_whose_money_is_still_to_come_is_not_complete(
    river: Client, sandbox: Sandbox, clock: ManualClock
) -> None:
    sandbox.digital_river.turn(capture_delay=60)
    assert send(river, ("a", 10), ("b", 2)) == 201
    assert river.get("/orders/1")["state"] == "fulfilled"
    answer = river.refused("POST", "/fulfillments", body(("a", 1)))
    assert problem(answer) == (409, "conflict", "order_fulfilled", "orderId")
    assert answer[1]["errors"][0]["message"] == "Resource '1' is fulfilled."
    clock.now += 60
    assert river.get("/orders/1")["state"] == "complete"
    assert problem(river.refused("POST", "/fulfillments", body(("a", 1))))[2] == "order_complete"
    types = [event["type"] for event in river.get("/events?limit=4")["data"]]
    assert types == [
        "order.complete",
        "order.charge.capture.complete",
        "order.fulfilled",
        "fulfillment.created",
    ]


def test_errors_need_not_say_where_they_are(river: Client, sandbox: Sandbox) -> None:
    sandbox.digital_river.turn(parameters=False)
    send(river, ("b", 2))
    answer = river.refused("POST", "/fulfillments", body(("a", 1), ("b", 1)))
    assert problem(answer) == (409, "conflict", "item_fulfilled", None)
    assert answer[1]["errors"][0]["message"] == "Item 'b' is fulfilled."


@pytest.mark.parametrize(
    ("given", "status", "code", "parameter"),
    [
        ({"items": [{"itemId": "a", "quantity": 1}]}, 400, "missing_parameter", "orderId"),
        ({"orderId": "1"}, 400, "missing_parameter", "items"),
        ({"orderId": "1", "items": []}, 400, "missing_parameter", "items"),
        ({"orderId": "1", "items": {}}, 400, "missing_parameter", "items"),
        ({"orderId": "1", "items": [7]}, 400, "invalid_parameter", "items"),
        ({"orderId": "2", "items": [{"itemId": "a", "quantity": 1}]}, 404, "not_found", "orderId"),
        (body(("c", 1)), 400, "invalid_parameter", "items[0].itemId"),
        (body((None, 1)), 400, "missing_parameter", "items[0].itemId"),
        (body(("a",)), 400, "missing_parameter", "items[0].quantity"),
        (body(("a", 0, 0)), 400, "missing_parameter", "items[0].quantity"),
        (body(("a", -1)), 400, "invalid_parameter", "items[0].quantity"),
        (body(("a", "1")), 400, "invalid_parameter", "items[0].quantity"),
        (body(("a", 1.5)), 400, "invalid_parameter", "items[0].quantity"),
        (body(("a", True)), 400, "invalid_parameter", "items[0].quantity"),
        (body(("a", 1, -1)), 400, "invalid_parameter", "items[0].cancelQuantity"),
        (body(("a", 1), reference="x"), 400, "unknown_parameter", "reference"),
        (
            {"orderId": "1", "items": [{"itemId": "a", "count": 1}]},
            400,
            "unknown_parameter",
            "items[0].count",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused(
    river: Client, sandbox: Sandbox, given: dict[str, Any], status: int, code: str, parameter: str
) -> None:
    answer = river.refused("POST", "/fulfillments", given)
    assert (answer[0], *problem(answer)[2:]) == (status, code, parameter)
    assert sandbox.digital_river.effects().fulfillments == {}


@pytest.mark.parametrize("state", ["pending_payment", "in_review", "blocked"])
def test_an_order_that_is_not_accepted_is_not_fulfilled(river: Client, sandbox: Sandbox, state: str) -> None:
    sandbox.digital_river.move("1", state)
    answer = river.refused("POST", "/fulfillments", body(("a", 1)))
    assert problem(answer) == (409, "conflict", "invalid_state", "orderId")


@pytest.mark.parametrize(
    ("kind", "made"), [("status", 0), ("status_after", 1), ("drop_after", 1), ("cut", 1)]
)
def test_a_fault_s_effect_is_counted_whatever_the_client_hears(
    river: Client, sandbox: Sandbox, kind: str, made: int
) -> None:
    sandbox.fault("digital-river", kind, method="POST", path="/fulfillments", status=500)
    try:
        assert send(river, ("a", 1)) == 500
    except Exception:
        assert kind in ("drop_after", "cut")
    assert sandbox.digital_river.effects().fulfillments["1"] == made


def test_a_late_fulfilment_meets_the_order_as_it_is_then(
    river: Client, sandbox: Sandbox, clock: ManualClock
) -> None:
    sandbox.fault("digital-river", "late_commit", seconds=30)
    assert send(river, ("b", 2)) == 503
    assert send(river, ("b", 1)) == 201
    clock.now += 30
    assert lines(sandbox)["b"] == Lines(2, 1, 0)
    assert sandbox.digital_river.effects().fulfillments == {"1": 1}
