"""Checkouts, orders and charges: what stored sources do, and what is counted of it."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from contract.sandbox.client import Client, ManualClock, problem
from nightshift_tools.sandbox.errors import ControlError
from nightshift_tools.sandbox.salesforce.org import packaged
from nightshift_tools.sandbox.server import Sandbox

SUBSCRIPTION = {"subscriptionId": "sub", "billingAgreementId": "ba", "autoRenewal": True}


@pytest.fixture(autouse=True)
def seeded(sandbox: Sandbox) -> None:
    sandbox.digital_river.seed(
        skus=[{"id": "mug"}],
        subscriptions=[{"id": "sub", "billingAgreementId": "ba"}],
        sources=[
            {"id": "poor", "decline": "insufficient_funds", "declines": 2},
            {"id": "closed", "decline": "account_closed"},
            {"id": "old", "state": "expired"},
            {"id": "used", "state": "consumed"},
            {"id": "reviewed", "order_state": "in_review"},
            {"id": "capture_fails", "card": "4000 0000 0000 4103"},
            {"id": "fails_later", "card": "4485 9517 8852 1565"},
            {"id": "stays_pending", "card": "4024 0071 2057 9635"},
        ],
    )


def checkout_body(**changes: object) -> dict[str, Any]:
    return {
        "customerId": "c",
        "sourceId": "src_sandbox",
        "chargeType": "merchant_initiated",
        "currency": "EUR",
        "items": [{"skuId": "mug", "quantity": 3, "price": 9.99, "subscriptionInfo": SUBSCRIPTION}],
        "upstreamId": "main:sub:1",
        **changes,
    }


def checkout(river: Client, **changes: object) -> Any:
    answer = river("POST", "/checkouts", checkout_body(**changes))
    assert answer.status == 201, answer.data
    return answer.json()


def order(river: Client, **changes: object) -> Any:
    answer = river("POST", "/orders", {"checkoutId": checkout(river, **changes)["id"]})
    assert answer.status == 201, answer.data
    return answer.json()


def test_an_order_charges_its_checkout_s_total(river: Client, sandbox: Sandbox) -> None:
    made = order(river)
    assert (made["state"], made["upstreamId"], made["currency"]) == ("accepted", "main:sub:1", "EUR")
    (charge,) = made["payment"]["charges"]
    assert river.get(f"/charges/{charge['id']}")["state"] == "capturable"
    effects = sandbox.digital_river.effects()
    assert effects.charged == {"main:sub:1": Decimal("29.97")}
    assert effects.orders == effects.charges == {"main:sub:1": 1}


def test_a_checkout_charges_nothing(river: Client, sandbox: Sandbox) -> None:
    assert checkout(river)["totalAmount"] == 29.97
    assert sandbox.digital_river.effects().charges == {}
    assert len(river.get("/checkouts?upstreamIds=main:sub:1")["data"]) == 1


def test_an_upstream_id_may_come_twice_and_charges_twice(river: Client, sandbox: Sandbox) -> None:
    order(river)
    order(river)
    assert len(river.get("/orders?upstreamIds=main:sub:1")["data"]) == 2
    effects = sandbox.digital_river.effects()
    assert (effects.charges["main:sub:1"], effects.charged["main:sub:1"]) == (2, Decimal("59.94"))


def test_the_order_s_own_upstream_id_goes_before_the_checkout_s(river: Client) -> None:
    made = river("POST", "/orders", {"checkoutId": checkout(river)["id"], "upstreamId": "own"}).json()
    assert made["upstreamId"] == "own"


@pytest.mark.parametrize(
    ("source", "code"),
    [("closed", "account_closed"), ("old", "source_expired"), ("used", "source_not_chargeable")],
)
def test_a_source_that_does_not_pay_is_a_conflict(
    river: Client, sandbox: Sandbox, source: str, code: str
) -> None:
    body = {"checkoutId": checkout(river, sourceId=source)["id"]}
    for _ in range(2):
        assert problem(river.refused("POST", "/orders", body))[:3] == (409, "conflict", code)
    effects = sandbox.digital_river.effects()
    assert (effects.declines, effects.orders, effects.charges) == ({"main:sub:1": 2}, {}, {})
    assert river.get("/orders")["data"] == []


def test_a_soft_decline_passes_in_the_end(river: Client, sandbox: Sandbox) -> None:
    body = {"checkoutId": checkout(river, sourceId="poor")["id"]}
    assert [river("POST", "/orders", body).status for _ in range(3)] == [409, 409, 201]
    assert sandbox.digital_river.effects().declines == {"main:sub:1": 2}


def test_an_order_may_begin_in_review_and_be_moved(river: Client, sandbox: Sandbox) -> None:
    made = order(river, sourceId="reviewed")
    assert made["state"] == "in_review"
    sandbox.digital_river.move(made["id"], "blocked")
    assert river.get(f"/orders/{made['id']}")["state"] == "blocked"
    sandbox.digital_river.turn(order_state="pending_payment")
    assert order(river)["state"] == "pending_payment"


@pytest.mark.parametrize(
    ("source", "at_once", "later"),
    [
        ("src_sandbox", "processing", "complete"),
        ("capture_fails", "failed", "failed"),
        ("fails_later", "processing", "failed"),
        ("stays_pending", "processing", "processing"),
    ],
)
def test_a_card_decides_how_its_capture_ends(
    river: Client, sandbox: Sandbox, clock: ManualClock, source: str, at_once: str, later: str
) -> None:
    sandbox.digital_river.turn(capture_delay=60)
    made = order(river, sourceId=source)
    charge = f"/charges/{made['payment']['charges'][0]['id']}"
    items = [{"itemId": made["items"][0]["id"], "quantity": 3}]
    assert river("POST", "/fulfillments", {"orderId": made["id"], "items": items}).status == 201
    assert river.get(charge)["state"] == at_once
    clock.now += 3600
    found = river.get(charge)
    assert found["state"] == later
    assert found.get("failureCode") == ("payment_authorization_failed" if later == "failed" else None)
    whole = {"main:sub:1": Decimal("29.97")}
    assert sandbox.digital_river.effects().captured == (whole if later == "complete" else {})
    assert river.get(f"/orders/{made['id']}")["state"] == ("complete" if later == "complete" else "fulfilled")


def item(**changes: object) -> dict[str, Any]:
    return {"items": [{"skuId": "mug", "quantity": 1, "price": 1, **changes}]}


@pytest.mark.parametrize(
    ("changes", "status", "code", "parameter"),
    [
        ({"currency": None}, 400, "missing_parameter", "currency"),
        ({"currency": "BTC"}, 400, "invalid_parameter", "currency"),
        ({"chargeType": "gift"}, 400, "invalid_parameter", "chargeType"),
        ({"customerId": None}, 400, "missing_parameter", "customerId"),
        ({"sourceId": None}, 400, "missing_parameter", "sourceId"),
        ({"sourceId": "none"}, 409, "source_not_found", "sourceId"),
        ({"items": []}, 400, "missing_parameter", "items"),
        ({"colour": "red"}, 400, "unknown_parameter", "colour"),
        (item(skuId="cup"), 400, "invalid_parameter", "items[0].skuId"),
        (item(quantity=0), 400, "invalid_parameter", "items[0].quantity"),
        (item(price=None), 400, "missing_parameter", "items[0].price"),
        (item(price="1"), 400, "invalid_parameter", "items[0].price"),
        (item(price=-1), 400, "invalid_parameter", "items[0].price"),
        (
            item(subscriptionInfo={"subscriptionId": "none"}),
            *(404, "not_found", "items[0].subscriptionInfo.subscriptionId"),
        ),
        (
            item(subscriptionInfo={"subscriptionId": "sub", "billingAgreementId": "other"}),
            *(400, "invalid_parameter", "items[0].subscriptionInfo.billingAgreementId"),
        ),
    ],
)
def test_a_checkout_that_cannot_be_is_refused(
    river: Client, changes: dict[str, Any], status: int, code: str, parameter: str
) -> None:
    answer = river.refused("POST", "/checkouts", checkout_body(**changes))
    assert (answer[0], *problem(answer)[2:]) == (status, code, parameter)
    assert river.get("/checkouts")["data"] == []


@pytest.mark.parametrize(
    ("body", "code", "parameter"),
    [({}, "missing_parameter", "checkoutId"), ({"checkoutId": "none"}, "not_found", "checkoutId")],
)
def test_an_order_needs_its_checkout(river: Client, body: object, code: str, parameter: str) -> None:
    assert problem(river.refused("POST", "/orders", body))[2:] == (code, parameter)


def test_only_metadata_of_an_order_can_be_changed(river: Client) -> None:
    made = order(river)
    assert river.post(f"/orders/{made['id']}", {"metadata": {"attempt": 2}})["metadata"] == {"attempt": 2}
    answer = river.refused("POST", f"/orders/{made['id']}", {"state": "complete"})
    assert problem(answer)[2:] == ("unknown_parameter", "state")


@pytest.mark.parametrize(
    ("body", "code"),
    [({"state": "cancelled", "metadata": {}}, "restricted_update"), ({"state": "ended"}, "invalid_state")],
)
def test_a_subscription_s_state_is_changed_alone(river: Client, body: object, code: str) -> None:
    assert problem(river.refused("POST", "/subscriptions/sub", body))[:3] == (409, "conflict", code)
    assert river.post("/subscriptions/sub", {"state": "cancelled"})["state"] == "cancelled"
    assert problem(river.refused("POST", "/subscriptions/sub", {"state": "active"}))[2] == "invalid_state"


def test_a_late_order_is_charged_beside_the_one_that_was_sent_again(
    river: Client, sandbox: Sandbox, clock: ManualClock
) -> None:
    body = {"checkoutId": checkout(river)["id"]}
    sandbox.fault("digital-river", "late_commit", status=504, seconds=120, path="/orders", method="POST")
    assert river("POST", "/orders", body).status == 504
    assert river.get("/orders?upstreamIds=main:sub:1")["data"] == []
    assert river("POST", "/orders", body).status == 201
    clock.now += 120
    for _ in range(2):
        assert sandbox.digital_river.effects().charges == {"main:sub:1": 2}


@pytest.mark.parametrize("state", ["failed", "lapsed", "cancelled", "ended"])
def test_a_subscription_that_has_ended_is_not_renewed(river: Client, sandbox: Sandbox, state: str) -> None:
    sandbox.digital_river.seed(subscriptions=[{"id": "sub", "billingAgreementId": "ba", "state": state}])
    answer = river.refused("POST", "/checkouts", checkout_body())
    assert problem(answer)[2:] == ("invalid_state", "items[0].subscriptionInfo.subscriptionId")


def test_a_billing_agreement_expires_and_is_renewed(river: Client, sandbox: Sandbox) -> None:
    sandbox.digital_river.seed(agreements=[{"id": "ba", "state": "expired"}])
    answer = river.refused("POST", "/checkouts", checkout_body())
    assert problem(answer)[2:] == ("invalid_parameter", "items[0].subscriptionInfo.billingAgreementId")
    sandbox.digital_river.seed(agreements=[{"id": "ba"}])
    checkout(river)
    with pytest.raises(ControlError, match="active or expired"):
        sandbox.digital_river.seed(agreements=[{"id": "ba", "state": "old"}])


def test_only_a_draft_of_a_subscription_is_deleted(river: Client, sandbox: Sandbox) -> None:
    assert problem(river.refused("DELETE", "/subscriptions/sub"))[2] == "invalid_state"
    sandbox.digital_river.seed(subscriptions=[{"id": "draft", "state": "draft"}])
    assert river("DELETE", "/subscriptions/draft").status == 204
    assert river("GET", "/subscriptions/draft").status == 404


def test_an_order_that_is_blocked_lets_its_money_go(river: Client, sandbox: Sandbox) -> None:
    made = order(river)
    sandbox.digital_river.move(made["id"], "blocked")
    assert river.get(f"/charges/{made['payment']['charges'][0]['id']}")["state"] == "cancelled"


def test_a_subscription_of_the_org_can_be_renewed_as_it_is(river: Client, sandbox: Sandbox) -> None:
    (record_id,) = sandbox.salesforce.seed(subscriptions=1)[packaged("DR_Subscription")]
    record = sandbox.salesforce.record(packaged("DR_Subscription"), record_id)
    info = {
        "subscriptionId": record[packaged("DR_Subscription_Id")],
        "billingAgreementId": record[packaged("DR_Billing_Agreement_Id")],
    }
    item = {"skuId": record[packaged("Product")], "aggregatePrice": 9.99, "subscriptionInfo": info}
    made = order(river, sourceId=record[packaged("DR_Source_Id")], items=[item])
    assert (made["state"], made["totalAmount"]) == ("accepted", 9.99)


def test_what_takes_effect_late_does_so_when_it_was_due_and_not_when_somebody_looks(
    river: Client, sandbox: Sandbox, clock: ManualClock
) -> None:
    sandbox.digital_river.turn(search_delay=60)
    body = {"checkoutId": checkout(river)["id"]}
    sandbox.fault("digital-river", "late_commit", status=504, seconds=120, path="/orders", method="POST")
    assert river("POST", "/orders", body).status == 504
    due, clock.now = clock.now + 120, clock.now + 180
    (made,) = river.get("/orders?upstreamIds=main:sub:1")["data"]
    assert datetime.fromisoformat(made["createdTime"]).timestamp() == pytest.approx(due, abs=1)
