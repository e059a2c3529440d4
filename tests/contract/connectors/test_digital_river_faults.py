"""What was sent and not heard of: never sent twice blindly, never taken for done or not done."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from nightshift.connectors.digital_river import (
    Account,
    Conflict,
    Done,
    FulfillmentItem,
    NewCheckout,
    Problem,
    Refused,
    Sku,
    Unknown,
)
from nightshift.errors import DeadlineError, NightshiftError, TryLaterError, UpstreamError
from nightshift.http import Pace
from nightshift_tools.sandbox.server import Sandbox
from support.host import TestHost, host_of
from support.scripted_server import Act, answer, drop, serving
from support.shop import FakeClock

ITEM = [FulfillmentItem("a", 1)]
ORDER = {"id": "1", "items": [{"id": "a", "quantity": 5}]}
MUG = Sku("mug", "Mug", sku_group_id="g")


@pytest.fixture(autouse=True)
def order(sandbox: Sandbox) -> None:
    sandbox.digital_river.seed(orders=[ORDER])


def fulfil(river: Account, intent: str = "7") -> object:
    return river.fulfillments.create("1", ITEM, {"intent": intent})


def fulfilments(sandbox: Sandbox) -> int:
    return sandbox.digital_river.effects().fulfillments["1"]


@pytest.mark.parametrize(
    ("kind", "options", "effects"),
    [
        ("status_after", {"status": 500}, 1),
        ("status_after", {"status": 503}, 1),
        ("status_after", {"status": 408}, 1),
        ("status", {"status": 502}, 0),
        ("status", {"status": 504, "retry_after": 1}, 0),
        ("drop_before", {}, 0),
        ("drop_after", {}, 1),
        ("cut", {}, 1),
        ("html", {}, 0),
        ("wrong_json", {"body": {"ok": True}}, 0),
        ("wrong_json", {"body": []}, 0),
        ("gzip_bomb", {"megabytes": 40}, 0),
    ],
)
def test_an_answer_that_is_lost_leaves_the_outcome_unknown_and_nothing_is_sent_again(
    river: Account, sandbox: Sandbox, kind: str, options: dict[str, object], effects: int
) -> None:
    sandbox.fault("digital-river", kind, method="POST", path="/fulfillments", **options)
    outcome = fulfil(river)
    assert isinstance(outcome, Unknown)
    assert "Digital River" in outcome.reason
    assert sandbox.count(surface="digital-river", method="POST") == 1
    assert fulfilments(sandbox) == effects
    assert len(river.fulfillments.of_order("1")) == effects


@pytest.mark.parametrize("status", [200, 202, 204])
def test_a_success_of_another_kind_is_no_knowledge_either(
    new_host: Callable[..., TestHost], status: int
) -> None:
    with serving(answer(b"" if status == 204 else b"{}", status)) as server:
        river = Account.connect(new_host({"DIGITAL_RIVER_URL": server.url}))
        assert isinstance(fulfil(river), Unknown)
        assert len(server.asked) == 1


def test_an_order_that_was_made_but_cannot_be_read_is_unknown(new_host: Callable[..., TestHost]) -> None:
    with serving(
        answer(b'{"id":"1","state":"accepted","currency":"EUR","totalAmount":0.001}', 201)
    ) as server:
        river = Account.connect(new_host({"DIGITAL_RIVER_URL": server.url}))
        outcome = river.orders.create("c", "u", {})
    assert isinstance(outcome, Unknown)
    assert "0.001 EUR cannot be" in outcome.reason
    assert outcome.reason.endswith("something was done")


def test_a_late_fulfilment_is_found_once_it_has_settled(river: Account, sandbox: Sandbox) -> None:
    sandbox.fault("digital-river", "late_commit", status=504, seconds=0.2, path="/fulfillments")
    assert isinstance(fulfil(river), Unknown)
    while not (found := river.fulfillments.of_order("1")):
        pass
    assert [one.metadata for one in found] == [{"intent": "7"}]


def test_too_many_requests_are_not_unknown_and_are_sent_again(
    river: Account, sandbox: Sandbox, host: TestHost
) -> None:
    sandbox.fault("digital-river", "status", status=429, retry_after=3, times=2)
    assert isinstance(fulfil(river), Done)
    assert host.clock.slept == [3.0, 3.0]
    assert fulfilments(sandbox) == 1


def test_too_many_requests_to_the_end_stop_the_run_with_nothing_done(
    river: Account, sandbox: Sandbox
) -> None:
    sandbox.fault("digital-river", "status", status=429, times=None)
    with pytest.raises(TryLaterError):
        fulfil(river)
    assert fulfilments(sandbox) == 0


def test_a_service_that_cannot_be_reached_has_done_nothing(new_host: Callable[..., TestHost]) -> None:
    river = Account.connect(new_host({"DIGITAL_RIVER_URL": "http://127.0.0.1:1"}))
    with pytest.raises(TryLaterError, match="could not be reached"):
        fulfil(river)


def test_nothing_is_sent_after_the_end(river: Account, sandbox: Sandbox, host: TestHost) -> None:
    host.seconds_left = 0
    with pytest.raises(DeadlineError):
        fulfil(river)
    assert sandbox.requests() == []


@pytest.mark.parametrize(
    ("kind", "options"),
    [("status_after", {"status": 500}), ("drop_after", {}), ("cut", {}), ("status", {"status": 503})],
)
def test_a_sku_is_put_again_because_repeating_is_harmless(
    river: Account, sandbox: Sandbox, kind: str, options: dict[str, object]
) -> None:
    sandbox.fault("digital-river", kind, path="/skus/mug", **options)
    assert isinstance(river.skus.put(MUG), Done)
    assert sandbox.count(surface="digital-river", method="PUT") == 2


def test_a_sku_whose_answer_cannot_be_read_stops_the_run(river: Account, sandbox: Sandbox) -> None:
    sandbox.fault("digital-river", "html")
    with pytest.raises(UpstreamError, match="instead of JSON"):
        river.skus.put(MUG)


# --- Refusals -----------------------------------------------------------------------------------------------


ANSWERS: list[tuple[Act, object]] = [
    (
        answer(b'{"errors":[{"code":"declined"}]}', 409),
        Conflict(Problem("declined", None, "no reason given")),
    ),
    (
        answer(b'{"errors":[{"code":7,"parameter":[],"message":{}}]}', 409),
        Conflict(Problem("", None, "no reason given")),
    ),
    (
        answer(b'{"errors":[{"code":"a","message":"x\\u202e\\n y"},{"code":"b"}]}', 400),
        Refused(400, Problem("a", None, "x y")),
    ),
    (
        answer(b"<html>blocked</html>", 400),
        Refused(400, Problem("", None, "no reason given: 400 application/json: 20 bytes")),
    ),
    (answer(b"", 409), Conflict(Problem("", None, "no reason given: 409 application/json: an empty body"))),
    (
        answer(b'{"message":"Too much."}', 413),
        Refused(413, Problem("", None, "Too much.")),
    ),
]


@pytest.mark.parametrize(("act", "expected"), ANSWERS)
def test_a_refusal_is_read_as_far_as_it_goes(
    new_host: Callable[..., TestHost], act: Act, expected: object
) -> None:
    with serving(act) as server:
        assert fulfil(Account.connect(new_host({"DIGITAL_RIVER_URL": server.url}))) == expected
        assert len(server.asked) == 1


def test_a_message_has_an_end(new_host: Callable[..., TestHost]) -> None:
    body = b'{"errors":[{"code":"a","message":"' + b"x" * 100_000 + b'"}]}'
    with serving(answer(body, 409)) as server:
        outcome = fulfil(Account.connect(new_host({"DIGITAL_RIVER_URL": server.url})))
    assert isinstance(outcome, Conflict)
    assert len(outcome.problem.message) == 500


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (answer(b"<html>no such page</html>", 404), "404: no reason given"),
        (answer(b'{"errors":[{"code":"forbidden","message":"No."}]}', 403), "403: forbidden: No."),
        (answer(b"{}", 405), "405"),
        (answer(b"", 302, "location: http://elsewhere/"), "a redirect to http://elsewhere/"),
    ],
)
def test_what_no_record_is_to_blame_for_stops_the_run(
    new_host: Callable[..., TestHost], act: Act, said: str
) -> None:
    with serving(act) as server, pytest.raises(UpstreamError) as raised:
        fulfil(Account.connect(new_host({"DIGITAL_RIVER_URL": server.url})))
    assert said in str(raised.value)


@pytest.mark.parametrize(
    ("parameter", "message", "meant"),
    [
        ("items[1].itemId", "Item 'a1' is fulfilled.", "b2"),
        ("items[0]", "", "a1"),
        ("items[2].quantity", "a1", "a1-x"),
        ("items[3].quantity", "a1", None),
        ("items[99999999].quantity", "a1", None),
        ("items[-1]", "a1", None),
        ("orderId", "a1", None),
        ("items", "a1", None),
        (None, "Item 'b2' is fulfilled.", "b2"),
        ("", "Item 'b2' is fulfilled.", "b2"),
        (None, "Item a1-x is fulfilled.", "a1-x"),
        (None, "b2 and a1 are fulfilled", None),
        (None, "Item ab2 is fulfilled", None),
        (None, "Item b22 is fulfilled", None),
        (None, "", None),
    ],
)
def test_the_parameter_decides_which_item_is_meant_and_else_the_message(
    parameter: str | None, message: str, meant: str | None
) -> None:
    assert Problem("item_fulfilled", parameter, message).item(["a1", "b2", "a1-x"]) == meant


# --- Key, version, budget -----------------------------------------------------------------------------------


def test_each_request_says_who_and_which_version(new_host: Callable[..., TestHost]) -> None:
    with serving(answer(b'{"id":"1"}', 201)) as server:
        host = new_host({"DIGITAL_RIVER_URL": server.url, "DIGITAL_RIVER_API_KEY": "sk_test_1234"})
        Account.connect(host).skus.put(MUG)
        (asked,) = server.asked
    assert asked.headers["authorization"] == "Bearer sk_test_1234"
    assert asked.headers["digitalriver-version"] == "2021-12-13"
    assert asked.headers["content-type"] == "application/json"
    assert asked.target == "/skus/mug"


def test_a_rotated_secret_is_asked_for_once_and_the_request_is_sent_again(
    new_host: Callable[..., TestHost], sandbox: Sandbox
) -> None:
    host = new_host({"DIGITAL_RIVER_API_KEY": "", "DIGITAL_RIVER_SECRET": "nightshift/digital-river"})
    host.secrets = {"nightshift/digital-river": {"api_key": sandbox.digital_river.api_key}}
    river = Account.connect(host)
    assert host.asked == []
    assert isinstance(fulfil(river, "1"), Done)
    sandbox.fault("digital-river", "expire_tokens")
    host.rotated = {"nightshift/digital-river": {"api_key": "sk_test_sandbox_2"}}
    assert isinstance(fulfil(river, "2"), Done)
    assert isinstance(fulfil(river, "3"), Done)
    assert host.asked == [("nightshift/digital-river", False), ("nightshift/digital-river", True)]
    assert fulfilments(sandbox) == 3


def test_a_secret_that_is_wrong_after_rotation_too_stops_the_run(
    new_host: Callable[..., TestHost], sandbox: Sandbox
) -> None:
    host = new_host({"DIGITAL_RIVER_API_KEY": "", "DIGITAL_RIVER_SECRET": "river"})
    host.secrets = {"river": {"api_key": "sk_test_wrong"}}
    with pytest.raises(UpstreamError, match=r"401: it does not accept the secret 'river'") as raised:
        fulfil(Account.connect(host))
    assert "sk_test_wrong" not in str(raised.value)
    assert sandbox.count(surface="digital-river") == 2


def test_a_key_of_the_environment_cannot_be_renewed(
    new_host: Callable[..., TestHost], sandbox: Sandbox
) -> None:
    host = new_host({"DIGITAL_RIVER_API_KEY": "sk_test_wrong"})
    with pytest.raises(UpstreamError, match="401: it does not accept DIGITAL_RIVER_API_KEY"):
        fulfil(Account.connect(host))
    assert sandbox.count(surface="digital-river") == 1


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"DIGITAL_RIVER_URL": ""}, "DIGITAL_RIVER_URL is not set: .*nightshift sandbox --print-env"),
        ({"DIGITAL_RIVER_URL": "api.digitalriver.com"}, "DIGITAL_RIVER_URL must begin with http"),
        ({"DIGITAL_RIVER_API_KEY": ""}, "set DIGITAL_RIVER_API_KEY, or DIGITAL_RIVER_SECRET"),
        ({"DIGITAL_RIVER_API_KEY": "pk_test_CANARY"}, "DIGITAL_RIVER_API_KEY is a public key"),
        ({"DIGITAL_RIVER_API_KEY": "sk_test_CANARY\r\nx: y"}, "DIGITAL_RIVER_API_KEY is no API key"),
        ({"DIGITAL_RIVER_API_KEY": "short"}, "DIGITAL_RIVER_API_KEY is no API key"),
    ],
)
def test_what_is_missing_or_cannot_be_is_named(
    new_host: Callable[..., TestHost], environment: dict[str, str], said: str
) -> None:
    with pytest.raises(NightshiftError, match=said) as raised:
        Account.connect(new_host(environment))
    assert "CANARY" not in str(raised.value)


@pytest.mark.parametrize(
    ("secret", "said"),
    [
        ({}, r'must hold \{"api_key": "sk_…"\}'),
        ({"api_key": " "}, "must hold"),
        ({"api_key": "pk_live_CANARY"}, "the secret 'river' .* is a public key"),
    ],
)
def test_a_secret_without_a_usable_key_is_named(
    new_host: Callable[..., TestHost], secret: dict[str, str], said: str
) -> None:
    host = new_host({"DIGITAL_RIVER_API_KEY": "", "DIGITAL_RIVER_SECRET": "river"})
    host.secrets = {"river": secret}
    with pytest.raises(NightshiftError, match=said) as raised:
        fulfil(Account.connect(host))
    assert "CANARY" not in str(raised.value)


def test_the_budget_is_the_key_s_and_may_be_another_for_another_key(
    new_host: Callable[..., TestHost],
) -> None:
    host = new_host()
    Account.connect(host)
    Account.connect(host, budget="payments")
    assert host.budgets == ["digital-river", "payments"]


@pytest.mark.parametrize(("rate", "refused"), [(25.0, 0), (50.0, 3)])
def test_a_key_that_is_asked_at_its_rate_is_never_refused(rate: float, refused: int) -> None:
    clock = FakeClock()
    with Sandbox(products=0, clock=lambda: clock.now().timestamp(), rate_limit=True) as sandbox:
        with host_of(sandbox.environment()) as host:
            host.clock = clock  # type: ignore[assignment]
            host.paces = {"digital-river": Pace(rate, clock, lambda: math.inf)}
            river = Account.connect(host)
            for _ in range(100):
                assert river.orders.get("1") is None
        assert [entry.status for entry in sandbox.requests()].count(429) == refused


def test_a_checkout_is_charged_by_nobody_and_may_be_made_again(river: Account, sandbox: Sandbox) -> None:
    sandbox.digital_river.seed(skus=[{"id": "mug"}])
    sandbox.fault("digital-river", "drop_after", path="/checkouts")
    new = NewCheckout("c", "src_sandbox", "EUR", [], "u")
    assert isinstance(river.checkouts.create(new), Unknown)
    assert sandbox.digital_river.effects().charges == {}


def test_an_answer_that_stays_away_is_unknown(river: Account, sandbox: Sandbox, host: TestHost) -> None:
    host.time_limits = {"answer_timeout": 0.2}
    hurried = Account.connect(host)
    sandbox.fault("digital-river", "slow", seconds=30)
    assert isinstance(fulfil(hurried), Unknown)
    assert fulfilments(sandbox) == 1


def test_a_connection_that_was_dropped_is_unknown_even_at_the_first_byte(
    new_host: Callable[..., TestHost],
) -> None:
    with serving(drop) as server:
        assert isinstance(fulfil(Account.connect(new_host({"DIGITAL_RIVER_URL": server.url}))), Unknown)
        assert len(server.asked) == 1
