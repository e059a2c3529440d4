"""Digital River's front: key, version, limit, errors, lists, and the control routes."""

import pytest

from contract.sandbox.client import Client, ManualClock, problem
from nightshift_tools.sandbox.errors import ControlError
from nightshift_tools.sandbox.server import Sandbox


@pytest.mark.parametrize("header", ["", "Bearer sk_test_other", "Basic sk_test_sandbox", "sk_test_sandbox"])
def test_another_key_or_none_is_401(river: Client, header: str) -> None:
    answer = river.refused("GET", "/skus", headers={"Authorization": header})
    assert problem(answer) == (401, "unauthorized", "unauthorized", None)


def test_every_answer_has_a_request_id(river: Client) -> None:
    ids = [river("GET", path).headers["x-dr-requestid"] for path in ("/skus", "/nonsense")]
    assert len(set(ids)) == 2


@pytest.mark.parametrize(("version", "status"), [("2021-12-13", 200), ("2020-09-30", 200), ("latest", 400)])
def test_a_version_is_a_date(river: Client, version: str, status: int) -> None:
    assert river("GET", "/skus", headers={"DigitalRiver-Version": version}).status == status


def test_an_unknown_route_is_404_in_json(river: Client) -> None:
    assert problem(river.refused("GET", "/nonsense")) == (404, "not_found", "not_found", None)


def test_a_test_key_has_25_requests_a_second(river: Client, sandbox: Sandbox, clock: ManualClock) -> None:
    assert [river("GET", "/skus").status for _ in range(30)] == [200] * 30
    sandbox.limit_rate(True)
    answers = [river("GET", "/skus") for _ in range(27)]
    assert [answer.status for answer in answers] == [200] * 25 + [429] * 2
    assert answers[-1].headers["retry-after"] == "1"
    assert problem((429, answers[-1].json()))[:3] == (429, "too_many_requests", "too_many_requests")
    clock.now += 1
    assert river("GET", "/skus").status == 200


def test_a_key_that_expired_is_followed_by_another(river: Client, sandbox: Sandbox) -> None:
    sandbox.fault("digital-river", "expire_tokens", nth=2)
    assert [river("GET", "/skus").status for _ in range(3)] == [200, 401, 401]
    key = sandbox.digital_river.api_key
    assert river("GET", "/skus", headers={"Authorization": f"Bearer {key}"}).status == 200


# --- Lists --------------------------------------------------------------------------------------------------


@pytest.fixture
def orders(sandbox: Sandbox, clock: ManualClock) -> list[str]:
    """Twelve orders a second apart, oldest first; two carry the same upstream id."""
    ids = []
    for number in range(12):
        clock.now += 1
        upstream = "twice" if number in (3, 4) else f"u{number}"
        (order,) = sandbox.digital_river.seed(orders=[{"upstreamId": upstream}])["orders"]
        ids.append(order["id"])
    return ids


def test_a_list_is_newest_first_and_ten_long(river: Client, orders: list[str]) -> None:
    page = river.get("/orders")
    assert [order["id"] for order in page["data"]] == orders[:1:-1]
    assert page["hasMore"] is True


@pytest.mark.parametrize(
    ("query", "places", "more"),
    [
        ("limit=100", range(11, -1, -1), False),
        ("limit=3", (11, 10, 9), True),
        ("limit=3&startingAfter={9}", (8, 7, 6), True),
        ("limit=3&startingAfter={2}", (1, 0), False),
        ("limit=3&startingAfter={0}", (), False),
        ("limit=3&endingBefore={5}", (8, 7, 6), True),
        ("limit=3&endingBefore={10}", (11,), False),
        ("limit=3&startingAfter={9}&endingBefore={5}", (8, 7, 6), True),
        ("upstreamIds=twice", (4, 3), False),
        ("upstreamIds=u0&upstreamIds=u2", (2, 0), False),
        ("upstreamIds=u0&state=cancelled", (), False),
        ("ids={7}", (7,), False),
    ],
)
def test_pages_and_filters(
    river: Client, orders: list[str], query: str, places: tuple[int, ...], more: bool
) -> None:
    page = river.get(f"/orders?{query.format(*orders)}")
    assert [orders.index(order["id"]) for order in page["data"]] == list(places)
    assert page["hasMore"] is more


@pytest.mark.parametrize(("operator", "count"), [("gt", 6), ("gte", 7), ("lt", 5), ("lte", 6), ("eq", 1)])
def test_times_are_compared(river: Client, orders: list[str], operator: str, count: int) -> None:
    instant = river.get(f"/orders/{orders[5]}")["createdTime"]
    assert len(river.get(f"/orders?limit=100&createdTime[{operator}]={instant}")["data"]) == count


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=ten", "limit"),
        ("startingAfter=none", "startingAfter"),
        ("upstreamId=u0", "upstreamId"),
        ("createdTime=today", "createdTime"),
        ("createdTime[near]=today", "createdTime[near]"),
    ],
)
def test_what_a_list_does_not_take_is_400(
    river: Client, orders: list[str], query: str, parameter: str
) -> None:
    answer = river.refused("GET", f"/orders?{query}")
    assert problem(answer) == (400, "bad_request", "invalid_parameter", parameter)


def test_lists_may_lag_behind_while_ids_do_not(river: Client, sandbox: Sandbox, clock: ManualClock) -> None:
    sandbox.digital_river.turn(search_delay=30)
    (order,) = sandbox.digital_river.seed(orders=[{"upstreamId": "u"}])["orders"]
    assert river.get("/orders?upstreamIds=u")["data"] == []
    assert river.get(f"/orders/{order['id']}")["id"] == order["id"]
    clock.now += 30
    assert len(river.get("/orders?upstreamIds=u")["data"]) == 1


def test_an_emptied_list_keeps_its_envelope(river: Client, sandbox: Sandbox, orders: list[str]) -> None:
    sandbox.fault("digital-river", "empty")
    assert river.get("/orders") == {"hasMore": False, "data": []}


# --- What is done behind the API ----------------------------------------------------------------------------


def test_the_control_routes_seed_turn_move_and_tell(control: Client, river: Client) -> None:
    seeded = control.post(
        "/digital-river/seed",
        {
            "skus": [{"id": "mug"}],
            "sources": [{"id": "src_poor", "decline": "insufficient_funds", "declines": 1}],
            "orders": [{"id": "1", "state": "in_review", "items": [{"id": "11", "quantity": 3}]}],
            "subscriptions": [{"id": "sub", "billingAgreementId": "ba"}],
            "invoices": [{"id": "inv", "state": "open"}],
        },
    )
    assert [len(seeded[kind]) for kind in ("skus", "sources", "orders", "subscriptions", "invoices")] == [
        1
    ] * 5
    assert control.post("/digital-river/knobs", {"capture_delay": 1.5})["capture_delay"] == 1.5
    assert control.post("/digital-river/orders/1", {"state": "accepted"})["state"] == "accepted"
    body = {"orderId": "1", "items": [{"itemId": "11", "quantity": 2, "cancelQuantity": 1}]}
    assert river("POST", "/fulfillments", body).status == 201
    effects = control.get("/digital-river/effects")
    assert effects["fulfillments"] == {"1": 1}
    assert effects["lines"] == {"1": {"11": {"quantity": 3, "fulfilled": 2, "cancelled": 1, "open": 0}}}


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("seed", {"oders": []}, "oders is not known; there are: skus"),
        ("seed", {"sources": [{"id": "s", "balance": 1}]}, "balance is no field of a source"),
        ("seed", {"sources": [{"card": "4000"}]}, "it needs an id"),
        ("seed", {"sources": [{"id": "s", "state": "lost"}]}, "state is 'lost'"),
        ("seed", {"orders": [{"items": [{"quantity": "2"}]}]}, "in no shape that can be"),
        ("seed", {"orders": [7]}, "in no shape that can be"),
        ("seed", {"orders": [{"sourceId": "none"}]}, "there is no source 'none'"),
        ("seed", {"orders": [{"state": "lost"}]}, "state is 'lost'; there are: pending_payment"),
        ("knobs", {"delay": 1}, "delay is not known; there are: search_delay"),
        ("knobs", {"parameters": 1}, "parameters is 1"),
        ("knobs", {"search_delay": True}, "search_delay is True"),
        ("knobs", {"order_state": "lost"}, "order_state is 'lost'"),
        ("orders/1", {"state": "accepted"}, "Order '1' not found"),
        ("orders/1", {}, "state is missing"),
    ],
)
def test_what_makes_no_sense_behind_the_api_is_400(
    control: Client, path: str, body: object, said: str
) -> None:
    status, error = control.refused("POST", f"/digital-river/{path}", body)
    assert status == 400
    assert said in error["message"]


def test_the_methods_say_the_same(sandbox: Sandbox) -> None:
    with pytest.raises(ControlError, match="delay is no knob; there are: capture_delay"):
        sandbox.digital_river.turn(delay=1)


def test_a_reset_forgets_the_account(river: Client, sandbox: Sandbox, orders: list[str]) -> None:
    sandbox.digital_river.turn(search_delay=30)
    sandbox.fault("digital-river", "expire_tokens")
    river("GET", "/skus")
    sandbox.reset()
    assert river.get("/orders") == {"hasMore": False, "data": []}
    assert sandbox.digital_river.turn().search_delay == 0
    assert sandbox.digital_river.effects().lines == {}
