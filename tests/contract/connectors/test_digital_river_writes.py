"""What Digital River does with what is written, and that every outcome has its own type."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from nightshift.connectors.digital_river import (
    Account,
    CheckoutItem,
    Conflict,
    Done,
    FulfillmentItem,
    NewCheckout,
    Order,
    Planned,
    Refused,
    Sku,
)
from nightshift.errors import RecordError
from nightshift.money import Money
from nightshift_tools.sandbox.digital_river.books import Lines
from nightshift_tools.sandbox.server import Sandbox
from support.host import TestHost

MUG = Sku("01tA", "Mug", eccn="EAR99", tax_code="4323.310_A", country_of_origin="US")
ORDER = {"id": "1", "items": [{"id": "a", "quantity": 10}, {"id": "b", "quantity": 2}]}


def checkout(**changes: object) -> NewCheckout:
    item = CheckoutItem("mug", 3, Money(999, "EUR"), "sub", "ba")
    given = {
        "customer_id": "c",
        "source_id": "src_sandbox",
        "currency": "EUR",
        "items": [item],
        "upstream_id": "main:sub:1",
        "metadata": {"attempt": "1"},
        **changes,
    }
    return NewCheckout(**given)  # type: ignore[arg-type]


@pytest.fixture
def payable(sandbox: Sandbox) -> Sandbox:
    """An account that a renewal can be charged in."""
    sandbox.digital_river.seed(
        skus=[{"id": "mug"}],
        subscriptions=[{"id": "sub", "billingAgreementId": "ba"}],
        sources=[
            {"id": "poor", "decline": "insufficient_funds", "declines": 1},
            {"id": "closed", "decline": "account_closed"},
            {"id": "reviewed", "order_state": "in_review"},
        ],
    )
    return sandbox


def made_order(river: Account, **changes: object) -> Order:
    made = river.checkouts.create(checkout(**changes))
    assert isinstance(made, Done)
    done = river.orders.create(made.value.id, "main:sub:1", {"attempt": "1"})
    assert isinstance(done, Done), done
    return done.value


# --- SKUs ---------------------------------------------------------------------------------------------------


def test_a_sku_is_created_then_replaced(river: Account, sandbox: Sandbox) -> None:
    created, replaced = river.skus.put(MUG), river.skus.put(MUG)
    assert isinstance(created, Done)
    assert isinstance(replaced, Done)
    assert (created.created, replaced.created) == (True, False)
    assert created.value.updated_at is not None
    assert replaced.value.updated_at is not None
    assert created.value.updated_at < replaced.value.updated_at
    assert sandbox.digital_river.effects().skus == {"01tA": 2}


def test_every_field_arrives_and_a_weight_as_exactly_as_it_was(river: Account, sandbox: Sandbox) -> None:
    sku = Sku(
        id="full",
        name="Mug",
        sku_group_id="g",
        eccn="EAR99",
        tax_code="4323.310_A",
        country_of_origin="DE",
        hs_code="1234.56.7890",
        part_number="P",
        manufacturer_id="M",
        managed_fulfillment="DRGlobalFulfillment",
        weight=Decimal("0.1000000000000000055"),
        weight_unit="kg",
        metadata={"taxType": "t"},
    )
    assert isinstance(river.skus.put(sku), Done)
    held = sandbox.shop.digital_river.books.skus.documents["full"]
    assert held["weight"] == Decimal("0.1000000000000000055")
    assert {name: held[name] for name in sku.body() if name != "weight"} == {
        name: value for name, value in sku.body().items() if name != "weight"
    }


@pytest.mark.parametrize("weight", [Decimal("1E+2"), Decimal("1E-7"), Decimal(100)])
def test_a_weight_is_written_out(river: Account, sandbox: Sandbox, weight: Decimal) -> None:
    assert isinstance(river.skus.put(Sku("w", "Mug", sku_group_id="g", weight=weight)), Done)
    assert sandbox.shop.digital_river.books.skus.documents["w"]["weight"] == weight


def test_a_sku_that_is_refused_says_why_and_is_not_sent_again(river: Account, host: TestHost) -> None:
    refused = river.skus.put(Sku("a", "Mug", sku_group_id="g", hs_code="1234.56.YW"))
    assert isinstance(refused, Refused)
    assert refused.status == 400
    assert str(refused.problem) == "invalid_parameter (hsCode): '1234.56.YW' is not a valid HS code."
    assert host.requests == {"Digital River": 1}


def test_text_that_json_cannot_carry_is_refused_without_a_request(river: Account, host: TestHost) -> None:
    refused = river.skus.put(Sku("a", "half \ud83d", sku_group_id="g"))
    assert isinstance(refused, Refused)
    assert (refused.status, refused.problem.code) == (0, "invalid_text")
    assert host.requests == {}


@pytest.mark.parametrize(
    "sku_id", ["", ".", "..", "a/b", "89&56", "a b", "ä", "x" * 256, "a\n", "../orders/1", "%2e%2e", "a?b"]
)
def test_an_id_that_would_lead_elsewhere_is_set_aside(sku_id: str) -> None:
    with pytest.raises(RecordError, match="is no id"):
        Sku(sku_id, "Mug")


@pytest.mark.parametrize("weight", ["NaN", "Infinity", "-Infinity"])
def test_a_weight_that_is_none_is_set_aside(weight: str) -> None:
    with pytest.raises(RecordError, match="is no number"):
        Sku("a", "Mug", weight=Decimal(weight))


# --- Fulfilments --------------------------------------------------------------------------------------------


def test_items_are_fulfilled_and_cancelled_in_one_request(
    river: Account, sandbox: Sandbox, host: TestHost
) -> None:
    sandbox.digital_river.seed(orders=[ORDER])
    items = [FulfillmentItem("a", 6, 4), FulfillmentItem("b", cancel_quantity=1)]
    done = river.fulfillments.create("1", items, {"intent": "7"})
    assert isinstance(done, Done)
    assert (done.value.order_id, done.value.items, done.created) == ("1", tuple(items), True)
    assert host.requests == {"Digital River": 1}
    assert sandbox.digital_river.effects().lines["1"] == {"a": Lines(10, 6, 4), "b": Lines(2, 0, 1)}
    (found,) = river.fulfillments.of_order("1")
    assert found == done.value
    assert found.metadata == {"intent": "7"}


@pytest.mark.parametrize(
    ("items", "code", "meant"),
    [
        ([FulfillmentItem("a", 1), FulfillmentItem("b", 1)], "item_fulfilled", "b"),
        ([FulfillmentItem("b", 0, 1), FulfillmentItem("a", 1)], "item_fulfilled", "b"),
        ([FulfillmentItem("a", 11), FulfillmentItem("b", 1)], "quantity_too_large", "a"),
    ],
)
@pytest.mark.parametrize("parameters", [True, False])
def test_a_conflict_says_which_item_it_means(
    river: Account, sandbox: Sandbox, items: list[FulfillmentItem], code: str, meant: str, parameters: bool
) -> None:
    sandbox.digital_river.turn(parameters=parameters)
    sandbox.digital_river.seed(orders=[ORDER])
    river.fulfillments.create("1", [FulfillmentItem("b", 2)], {})
    conflict = river.fulfillments.create("1", items, {})
    assert isinstance(conflict, Conflict)
    assert conflict.problem.code == code
    assert conflict.problem.item([item.item_id for item in items]) == meant
    assert sandbox.digital_river.effects().fulfillments == {"1": 1}


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ("fulfilled", "order_fulfilled"),
        ("complete", "order_complete"),
        ("cancelled", "order_cancelled"),
        ("in_review", "invalid_state"),
    ],
)
def test_a_conflict_of_the_whole_order_means_no_item(
    river: Account, sandbox: Sandbox, state: str, code: str
) -> None:
    sandbox.digital_river.seed(orders=[{**ORDER, "state": state}])
    conflict = river.fulfillments.create("1", [FulfillmentItem("a", 1)], {})
    assert isinstance(conflict, Conflict)
    assert (conflict.problem.code, conflict.problem.item(["a"])) == (code, None)


def test_an_order_that_is_not_there_is_refused(river: Account) -> None:
    refused = river.fulfillments.create("1", [FulfillmentItem("a", 1)], {})
    assert isinstance(refused, Refused)
    assert (refused.status, refused.problem.code) == (404, "not_found")


def test_every_fulfilment_of_an_order_is_found_beyond_the_first_page(
    river: Account, sandbox: Sandbox
) -> None:
    sandbox.digital_river.seed(orders=[{"id": "1", "items": [{"id": "a", "quantity": 250}]}, {"id": "2"}])
    for number in range(205):
        done = river.fulfillments.create("1", [FulfillmentItem("a", 1)], {"n": str(number)})
        assert isinstance(done, Done)
    found = river.fulfillments.of_order("1")
    assert [one.metadata["n"] for one in found] == [str(number) for number in range(204, -1, -1)]
    assert sandbox.count(surface="digital-river", method="GET", route="/fulfillments") == 3
    assert river.fulfillments.of_order("2") == []


# --- Payments -----------------------------------------------------------------------------------------------


def test_a_renewal_is_charged_to_the_cent(river: Account, payable: Sandbox) -> None:
    order = made_order(river)
    assert (order.state, order.total, order.captured) == ("accepted", Money(2997, "EUR"), Money(0, "EUR"))
    assert (order.upstream_id, order.metadata) == ("main:sub:1", {"attempt": "1"})
    assert (order.items[0].subscription_id, order.items[0].billing_agreement_id) == ("sub", "ba")
    (charge,) = order.charges
    assert (charge.state, charge.amount, charge.type) == (
        "capturable",
        Money(2997, "EUR"),
        "merchant_initiated",
    )
    river.fulfillments.create(order.id, [FulfillmentItem(order.items[0].id, 3)], {})
    captured = river.charges.get(charge.id)
    assert captured is not None
    assert (captured.state, captured.captures[0].amount) == ("complete", Money(2997, "EUR"))
    held = river.orders.get(order.id)
    assert held is not None
    assert (held.state, held.captured) == ("complete", Money(2997, "EUR"))
    assert payable.digital_river.effects().captured == {"main:sub:1": Decimal("29.97")}


@pytest.mark.parametrize(
    ("currency", "price", "total"),
    [("JPY", 1200, "3600"), ("KWD", 1001, "3.003"), ("EUR", 10, "0.3"), ("USD", 10**17 - 1, None)],
)
def test_a_price_goes_out_in_the_decimals_of_its_currency(
    river: Account, payable: Sandbox, currency: str, price: int, total: str | None
) -> None:
    item = CheckoutItem("mug", 3 if total else 1, Money(price, currency))
    made = river.checkouts.create(checkout(currency=currency, items=[item]))
    assert isinstance(made, Done)
    assert made.value.total == Money(price * item.quantity, currency)
    held = payable.shop.digital_river.books.checkouts.documents[made.value.id]
    assert held["totalAmount"] == Decimal(total or "999999999999999.99")


def test_an_aggregate_price_is_of_all_pieces(river: Account, payable: Sandbox) -> None:
    item = CheckoutItem("mug", 3, Money(1000, "EUR"), is_aggregate=True)
    made = river.checkouts.create(checkout(items=[item]))
    assert isinstance(made, Done)
    assert made.value.total == Money(1000, "EUR")


def test_prices_in_two_currencies_are_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match=r"mug costs 9\.99 EUR, and the checkout is in USD"):
        checkout(currency="USD")


def test_a_decline_is_a_conflict_with_its_code(river: Account, payable: Sandbox) -> None:
    for source, codes in (("closed", ["account_closed"] * 2), ("poor", ["insufficient_funds", None])):
        made = river.checkouts.create(checkout(source_id=source))
        assert isinstance(made, Done)
        for code in codes:
            answer = river.orders.create(made.value.id, "main:sub:1", {})
            assert isinstance(answer, Conflict if code else Done)
            assert code is None or (isinstance(answer, Conflict) and answer.problem.code == code)
    assert payable.digital_river.effects().charges == {"main:sub:1": 1}


def test_an_order_in_review_is_done_and_says_so(river: Account, payable: Sandbox) -> None:
    assert made_order(river, source_id="reviewed").state == "in_review"


def test_every_order_of_an_upstream_id_is_found(river: Account, payable: Sandbox) -> None:
    ids = [made_order(river).id for _ in range(2)]
    assert [order.id for order in river.orders.with_upstream_id("main:sub:1")] == ids[::-1]
    assert river.orders.with_upstream_id("main:sub:2") == []


def test_a_source_that_is_not_there_is_a_conflict(river: Account, payable: Sandbox) -> None:
    answer = river.checkouts.create(checkout(source_id="none"))
    assert isinstance(answer, Conflict)
    assert answer.problem.code == "source_not_found"


def test_a_wrong_billing_agreement_is_refused(river: Account, payable: Sandbox) -> None:
    item = CheckoutItem("mug", 1, Money(1, "EUR"), "sub", "other")
    answer = river.checkouts.create(checkout(items=[item]))
    assert isinstance(answer, Refused)
    assert answer.problem.parameter == "items[0].subscriptionInfo.billingAgreementId"


def test_whether_prices_have_their_taxes_is_said_only_where_it_is_known(
    river: Account, payable: Sandbox
) -> None:
    for inclusive in (None, True, False):
        made = river.checkouts.create(checkout(tax_inclusive=inclusive))
        assert isinstance(made, Done)
        held = payable.shop.digital_river.books.checkouts.documents[made.value.id]
        assert held.get("taxInclusive") is inclusive


# --- Dry runs -----------------------------------------------------------------------------------------------


def test_a_dry_run_plans_and_changes_nothing(
    new_host: Callable[..., TestHost], payable: Sandbox, river: Account
) -> None:
    river.skus.put(MUG)
    payable.digital_river.seed(orders=[ORDER])
    before = payable.digital_river.effects()
    dry = Account.connect(new_host(dry_run=True))
    assert dry.skus.put(MUG) == Planned(creates=False)
    assert dry.skus.put(Sku("new", "Mug", sku_group_id="g")) == Planned(creates=True)
    assert dry.fulfillments.create("1", [FulfillmentItem("a", 1)], {}) == Planned()
    assert dry.checkouts.create(checkout()) == Planned()
    assert dry.orders.create("checkout", "u", {}) == Planned()
    assert payable.digital_river.effects() == before
    assert payable.shop.digital_river.books.checkouts.documents == {}
