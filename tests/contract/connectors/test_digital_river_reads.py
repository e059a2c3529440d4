"""What is read of Digital River: single documents, whole lists, and what is not believed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from nightshift.connectors.digital_river import Account
from nightshift.errors import NightshiftError, RecordError, TryLaterError, UpstreamError
from nightshift.money import Money
from nightshift_tools.sandbox.server import Sandbox
from support.host import TestHost
from support.scripted_server import Act, ScriptedServer, answer, serving

ORDER = {
    "id": "1",
    "state": "accepted",
    "currency": "EUR",
    "totalAmount": 19.99,
    "upstreamId": "u",
    "items": [{"id": "a", "quantity": 1}],
}


def test_what_is_not_there_is_none(river: Account) -> None:
    found = [
        river.orders.get("1"),
        river.charges.get("1"),
        river.subscriptions.get("1"),
        river.invoices.get("1"),
    ]
    assert found == [None] * 4


def test_subscriptions_are_read_whole_or_by_state(river: Account, sandbox: Sandbox) -> None:
    next_invoice = "2026-12-01T00:00:00.000Z"
    sandbox.digital_river.seed(
        subscriptions=[
            {
                "id": f"s{number}",
                "state": "active" if number % 2 else "cancelled",
                "nextInvoiceDate": next_invoice,
            }
            for number in range(205)
        ]
    )
    assert len(list(river.subscriptions.all())) == 205
    active = list(river.subscriptions.all(state="active"))
    assert [one.id for one in active] == [f"s{number}" for number in range(203, 0, -2)]
    one = river.subscriptions.get("s1")
    assert one is not None
    assert one.next_invoice_at == datetime(2026, 12, 1, tzinfo=UTC)
    assert one.billing_agreement_id is not None


def test_invoices_are_found_by_our_id(river: Account, sandbox: Sandbox) -> None:
    sandbox.digital_river.seed(invoices=[{"id": "i1", "upstreamId": "u", "attemptCount": 2}, {"id": "i2"}])
    (found,) = river.invoices.with_upstream_id("u")
    assert found == river.invoices.get("i1")
    assert (found.state, found.total, found.attempts, found.order_id) == ("open", Money(1000, "USD"), 2, None)


def test_events_since_an_instant_by_type(river: Account, sandbox: Sandbox) -> None:
    before = datetime.now(UTC) - timedelta(minutes=1)
    sandbox.digital_river.seed(orders=[{"id": "1"}, {"id": "2", "state": "in_review"}])
    sandbox.digital_river.move("2", "accepted")
    found = list(river.events.since(before, ["order.accepted"]))
    assert [event.object["id"] for event in found] == ["2", "1"]
    assert {event.type for event in found} == {"order.accepted"}
    assert len(list(river.events.since(before, ["order.accepted", "order.in_review"]))) == 3
    assert list(river.events.since(datetime.now(UTC) + timedelta(hours=1), ["order.accepted"])) == []
    with pytest.raises(ValueError, match="20 types, where one request takes 19"):
        river.events.since(before, ["order.accepted"] * 20)


@pytest.mark.parametrize("order_id", ["..", "", "a/../../skus", "1?x=2"])
def test_an_id_that_would_lead_elsewhere_is_not_asked_for(
    river: Account, host: TestHost, order_id: str
) -> None:
    with pytest.raises(RecordError, match="is no id"):
        river.orders.get(order_id)
    assert host.requests == {}


# --- Hostile answers ----------------------------------------------------------------------------------------


def account_at(new_host: Callable[..., TestHost], server: ScriptedServer, **options: object) -> Account:
    return Account.connect(new_host({"DIGITAL_RIVER_URL": server.url}, **options))


def page(*orders: Any, more: object = False) -> Act:
    return answer(orjson.dumps({"hasMore": more, "data": list(orders)}))


HOSTILE_LISTS: list[tuple[str, Sequence[Act], str]] = [
    ("html", [answer(b"<html>down</html>")], "instead of JSON: 17 bytes"),
    ("no envelope", [answer(b"[]")], "no list: data and hasMore"),
    ("an error with 200", [answer(b'{"type":"x","errors":[]}')], "no list"),
    ("no hasMore", [answer(b'{"data":[]}')], "no list"),
    ("hasMore as text", [page(more="false")], "no list"),
    ("data as object", [answer(b'{"data":{},"hasMore":false}')], "no list"),
    ("no object", [page(7)], "one has no id"),
    ("no id", [page({"upstreamId": "u"})], "one has no id"),
    ("an empty id", [page(ORDER | {"id": ""})], "one has no id"),
    ("a number for an id", [page(ORDER | {"id": 1})], "one has no id"),
    ("empty, and more", [page(more=True)], "an empty page that is said to be followed by more"),
    ("the same page again", [page(ORDER, more=True)], "1 a second time"),
    (
        "a circle",
        [page(ORDER, more=True), page(ORDER | {"id": "2"}, more=True), page(ORDER, more=True)],
        "1 a second time",
    ),
    (
        "not asked for",
        [page(ORDER, ORDER | {"id": "2", "upstreamId": "w"})],
        "it ignores the filter upstreamIds=u",
    ),
    ("without our id", [page(ORDER | {"upstreamId": None})], "it ignores the filter"),
    ("NaN", [answer(b'{"data":[{"id":"1","totalAmount":NaN}],"hasMore":false}')], "instead of JSON"),
    (
        "an endless number",
        [answer(b'{"data":[{"id":"1","x":' + b"9" * 5000 + b'}],"hasMore":false}')],
        "instead of JSON",
    ),
    ("a deep one", [answer(b"[" * 100_000)], "instead of JSON"),
    (
        "a huge exponent",
        [answer(b'{"data":[{"id":"1","x":1e99999999999999999999}],"hasMore":false}')],
        "instead of JSON",
    ),
    (
        "400",
        [answer(b'{"errors":[{"code":"invalid_parameter"}]}', 400)],
        "400: invalid_parameter: no reason given",
    ),
    ("403", [answer(b'{"errors":[{"code":"forbidden","message":"No."}]}', 403)], "403: forbidden: No."),
    ("404", [answer(b'{"errors":[{"code":"not_found","message":"No."}]}', 404)], "404: not_found: No."),
]


@pytest.mark.parametrize(
    ("script", "said"), [case[1:] for case in HOSTILE_LISTS], ids=[case[0] for case in HOSTILE_LISTS]
)
def test_a_part_or_a_wrong_list_never_passes_for_the_whole(
    new_host: Callable[..., TestHost], script: Sequence[Act], said: str
) -> None:
    with serving(*script) as server, pytest.raises(UpstreamError) as raised:
        account_at(new_host, server).orders.with_upstream_id("u")
    assert said in str(raised.value)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"state": None}, "Digital River's 1: state: it is missing"),
        ({"state": 7}, "state: expected a text"),
        ({"currency": None}, "currency: it is missing"),
        ({"currency": "BTC"}, "totalAmount: 'BTC' is no currency"),
        ({"totalAmount": None}, "totalAmount: it is missing"),
        ({"totalAmount": "19.999"}, "19.999 EUR cannot be: EUR has 2 decimals"),
        ({"totalAmount": 19.999}, "19.999 EUR cannot be: EUR has 2 decimals"),
        ({"totalAmount": 1e300}, "within reason"),
        ({"totalAmount": True}, "totalAmount: an amount is a decimal number, not bool"),
        ({"totalAmount": []}, "not list"),
        ({"items": {}}, "items: expected a list"),
        ({"items": [7]}, "items[0]: expected an object"),
        ({"items": [{"id": "a", "quantity": 1.5}]}, "items[0].quantity: expected a whole number"),
        ({"items": [{"id": "a", "quantity": True}]}, "items[0].quantity: expected a whole number"),
        ({"items": [{"quantity": 1}]}, "items[0].id: it is missing"),
        ({"payment": []}, "payment: expected an object"),
        ({"payment": {"charges": [{"id": "c"}]}}, "payment.charges[0].state: it is missing"),
        (
            {"payment": {"charges": [{"id": "c", "state": "x", "amount": 1.001}]}},
            "payment.charges[0].amount: 1.001 EUR cannot be",
        ),
        ({"createdTime": "yesterday"}, "createdTime: Invalid isoformat"),
        ({"createdTime": "2026-11-20T22:00:00"}, "createdTime: '2026-11-20T22:00:00' has no time zone"),
        ({"metadata": []}, "metadata: expected an object"),
    ],
)
def test_one_order_that_cannot_be_read_is_set_aside_with_the_field(
    new_host: Callable[..., TestHost], change: dict[str, Any], said: str
) -> None:
    body = orjson.dumps(ORDER | change)
    with serving(answer(body)) as server, pytest.raises(RecordError) as raised:
        account_at(new_host, server).orders.get("1")
    assert raised.value.key == "1"
    assert said in str(raised.value)
    with serving(page(ORDER | change)) as server, pytest.raises(RecordError):
        account_at(new_host, server).orders.with_upstream_id("u")


def test_what_is_new_in_a_document_does_not_matter(new_host: Callable[..., TestHost]) -> None:
    new = {"state": "teleported", "fee": {"a": [1]}, "totalAmount": 19.99, "items": None}
    with serving(answer(orjson.dumps(ORDER | new))) as server:
        order = account_at(new_host, server).orders.get("1")
    assert order is not None
    assert (order.state, order.total, order.items) == ("teleported", Money(1999, "EUR"), ())


@pytest.mark.parametrize("digits", ["19.99", "0.29", "1.15", "70000000000000.13", "4.35"])
def test_an_amount_never_passes_through_a_float(new_host: Callable[..., TestHost], digits: str) -> None:
    body = orjson.dumps(ORDER | {"totalAmount": orjson.Fragment(digits)})
    with serving(answer(body)) as server:
        order = account_at(new_host, server).orders.get("1")
    assert order is not None
    assert order.total.minor == int(digits.replace(".", ""))


@pytest.mark.parametrize(
    "body", [b"<html>nothing here</html>", b"{}", b"", b'{"errors":[]}', b'{"errors":["x"]}']
)
def test_only_digital_river_itself_can_say_that_something_is_not_there(
    new_host: Callable[..., TestHost], body: bytes
) -> None:
    with serving(answer(body, 404)) as server, pytest.raises(UpstreamError, match="404"):
        account_at(new_host, server).orders.get("1")


@pytest.mark.parametrize(
    "kind", ["status", "drop_before", "drop_after", "cut", "html", "wrong_json", "redirect_loop", "gzip_bomb"]
)
def test_a_read_that_fails_to_the_end_is_an_error_and_never_nothing(
    river: Account, sandbox: Sandbox, kind: str
) -> None:
    sandbox.fault("digital-river", kind, times=None, status=503, body={"data": "none"}, megabytes=40)
    with pytest.raises((UpstreamError, TryLaterError)):
        river.orders.with_upstream_id("u")


def test_a_read_that_fails_once_is_made_again(river: Account, sandbox: Sandbox) -> None:
    sandbox.digital_river.seed(orders=[{"upstreamId": "u"}])
    for kind in ("status", "drop_before", "cut"):
        sandbox.fault("digital-river", kind)
        assert len(river.orders.with_upstream_id("u")) == 1


def test_no_error_quotes_the_key(new_host: Callable[..., TestHost]) -> None:
    key = "CANARY-4711-key"
    echo = orjson.dumps({"errors": [{"code": key, "parameter": key, "message": f"Bearer {key} is bad"}]})
    html = b"<html>" + key.encode() + b"</html>"
    for act in (answer(echo, 401), answer(echo, 403), answer(html), answer(html, 404), answer(echo, 400)):
        with serving(act) as server:
            host = new_host({"DIGITAL_RIVER_URL": server.url, "DIGITAL_RIVER_API_KEY": key})
            river = Account.connect(host)
            with pytest.raises(NightshiftError) as raised:
                river.orders.with_upstream_id("u")
        assert "CANARY" not in str(raised.value)
