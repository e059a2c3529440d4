"""process-subscriptions: what is raised, when, and what is set aside with a reason."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from nightshift.errors import ConfigurationError, TriggerError
from nightshift.state.ledger import Standing
from nightshift.state.models import Status
from nightshift_tools.sandbox.salesforce.org import packaged
from support.payments import COUNT, NEXT_DATE, RAISE, STATUS, Till


def test_what_is_due_is_in_the_ledger_once_and_the_subscription_advances(till: Till) -> None:
    (due,) = till.seed(1, Installment_Amount=Decimal("19.99"), CurrencyIsoCode="EUR", Quantity=3)
    (later,) = till.seed(1, Installment_Next_Run_Date="2026-11-21")
    (other,) = till.seed(1, Storefront="outlet")
    (over,) = till.seed(1, Status="Cancelled")
    ended = till.clean(RAISE)
    assert ended.record.counts.created == 1
    entry = till.entry(due)
    assert (entry.standing, entry.amount, entry.currency) == (Standing.DUE, 1999, "EUR")
    assert entry.due_at == entry.next_at == datetime(2026, 11, 20, tzinfo=UTC)
    assert entry.terms == {
        "sku": till.record(due)[packaged("Product")],
        "quantity": 3,
        "subscription": till.record(due)[packaged("DR_Subscription_Id")],
    }
    assert (till.record(due)[COUNT], till.record(due)[NEXT_DATE]) == (2, "2026-12-20")
    assert [till.record(key)[COUNT] for key in (later, other, over)] == [1, 1, 1]
    till.clock.advance(24 * 3600)
    till.clean(RAISE)
    assert [till.record(key)[COUNT] for key in (due, later, other, over)] == [2, 2, 1, 1]
    assert len(list(till.entries())) == 2


def test_a_subscription_that_is_behind_catches_up_one_installment_a_run(till: Till) -> None:
    (key,) = till.seed(1, Installment_Next_Run_Date="2026-10-31", Interval="week", Interval_Count=2)
    for _ in range(4):
        till.clean(RAISE)
    assert [entry.due_at.date().isoformat() for entry in till.entries()] == ["2026-10-31", "2026-11-14"]
    assert till.record(key)[NEXT_DATE] == "2026-11-28"


def test_the_end_of_a_month_does_not_wander(till: Till) -> None:
    (key,) = till.seed(1, Installment_Next_Run_Date="2026-08-31")
    till.clean(RAISE)
    assert (till.record(key)[NEXT_DATE], till.record(key)["Nightshift_Billing_Day__c"]) == ("2026-09-30", 31)
    till.clean(RAISE)
    assert till.record(key)[NEXT_DATE] == "2026-10-31"
    till.edit(key, Installment_Next_Run_Date="2026-10-05")  # somebody has moved it
    till.clock.advance(10)
    till.clean(RAISE)
    assert (till.record(key)[NEXT_DATE], till.record(key)["Nightshift_Billing_Day__c"]) == (
        "2026-11-05",
        None,
    )


def test_after_the_last_installment_there_is_no_date_of_a_next_one(till: Till) -> None:
    (key,) = till.seed(1, Installment_Count=11)
    till.clean(RAISE)
    assert (till.record(key)[COUNT], till.record(key)[NEXT_DATE]) == (12, None)
    assert till.clean(RAISE).record.counts.read == 0


BAD = {
    "unknown currency": ({"CurrencyIsoCode": "XTS"}, "'XTS' is no currency of ISO 4217"),
    "lower case": ({"CurrencyIsoCode": "usd"}, "'usd' is no currency of ISO 4217"),
    "no currency": ({"CurrencyIsoCode": None}, "it says no currency of an installment"),
    "a fraction of a cent": ({"Installment_Amount": 9.999}, "9.999 USD cannot be: USD has 2 decimals"),
    "a fraction of a yen": (
        {"Installment_Amount": 10.5, "CurrencyIsoCode": "JPY"},
        "10.5 JPY cannot be: JPY has 0 decimals",
    ),
    "no amount": ({"Installment_Amount": None}, "it says no amount of an installment"),
    "nothing": ({"Installment_Amount": 0}, "an installment of 0.00 USD cannot be charged"),
    "less than nothing": ({"Installment_Amount": -1}, "an installment of -1.00 USD cannot be charged"),
    "no source": ({"DR_Source_Id": None}, "it has no stored source to charge"),
    "no agreement": ({"DR_Billing_Agreement_Id": None}, "it has no billing agreement"),
    "no customer": ({"DR_Customer_Id": None}, "it has no customer at Digital River"),
    "no remote subscription": ({"DR_Subscription_Id": None}, "it has no subscription at Digital River"),
    "no product": ({"Product": None}, "it has no product"),
    "no interval": ({"Interval": None}, "an interval of ''; there are: day, week, month, year"),
    "no time between": ({"Interval_Count": 0}, "expected a whole number from 1 on"),
    "nothing of it": ({"Quantity": 0}, "expected a whole number from 1 on"),
    "more than a number carries": ({"Installment_Amount": 90071992547409.92}, "more digits than 15"),
    "storefront in another case": ({"Storefront": "MAIN"}, "its storefront is 'MAIN', and not 'main'"),
    "too many": ({"Installment_Count": 12}, "all its 12 installments are raised"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_charged_as_it_says_is_set_aside_and_never_guessed(till: Till, name: str) -> None:
    fields, reason = BAD[name]
    (bad,) = till.seed(1, **fields)
    (good,) = till.seed(1)
    worker = till.worker(RAISE)
    ended = till.clean(RAISE)
    assert (ended.record.counts.created, ended.record.counts.quarantined) == (1, 1)
    assert reason in worker.quarantine()[bad].reason
    assert [entry.key.subscription for entry in till.entries()] == [good]
    assert till.record(bad)[STATUS] == "Active"


@pytest.mark.parametrize(
    ("currency", "amount", "minor"),
    [
        ("JPY", 1500, 1500),
        ("EUR", 0.1, 10),
        ("KWD", 1.005, 1005),
        ("USD", 9999999999999.99, 999999999999999),
    ],
)
def test_money_is_whole_minor_units_of_its_currency(
    till: Till, currency: str, amount: float, minor: int
) -> None:
    (key,) = till.seed(1, CurrencyIsoCode=currency, Installment_Amount=amount)
    till.clean(RAISE)
    assert (till.entry(key).amount, till.entry(key).currency) == (minor, currency)
    till.settle()
    assert list(till.breaches()) == []
    assert till.unpaid() == []


def test_an_installment_that_is_in_the_ledger_is_not_added_again_whatever_became_of_it(till: Till) -> None:
    (key,) = till.seed(1)
    till.settle()
    paid = till.entry(key)
    till.edit(key, Installment_Count=1, Installment_Next_Run_Date="2026-11-20", Installment_Amount=5)
    till.clock.advance(10)
    ended = till.clean(RAISE)
    assert (ended.record.counts.created, ended.record.counts.updated) == (0, 1)
    assert till.entry(key) == paid
    assert till.record(key)[COUNT] == 2


def test_what_somebody_changes_meanwhile_is_not_overwritten_and_advances_later(till: Till) -> None:
    (key,) = till.seed(1)
    worker = till.worker(RAISE)
    add = till.state.ledger.add

    def add_and_edit(entry: object) -> bool:
        till.clock.advance(5)
        till.edit(key, Installment_Amount=5)
        return add(entry)  # type: ignore[arg-type]

    till.state.ledger.add = add_and_edit  # type: ignore[method-assign]
    ended = till.tick(RAISE, worker)
    till.state.ledger.add = add  # type: ignore[method-assign]
    assert (ended.record.status, ended.record.counts.unchanged) == (Status.SUCCEEDED, 1)
    assert till.record(key)[COUNT] == 1
    till.clock.advance(10)
    till.clean(RAISE)
    assert till.record(key)[COUNT] == 2
    assert till.entry(key).amount == 999  # what was raised is owed


def test_what_salesforce_refuses_to_take_is_told_and_made_good(till: Till) -> None:
    (key,) = till.seed(1)
    till.sandbox.salesforce.refuse(packaged("DR_Subscription"), key)
    worker = till.worker(RAISE)
    ended = till.tick(RAISE, worker)
    assert ended.record.status is Status.FAILED
    assert "does not let the subscription be advanced" in worker.quarantine()[key].reason
    till.sandbox.salesforce.clear_refusals()
    till.settle()
    assert list(till.breaches()) == []
    assert till.unpaid() == []


def test_no_more_is_raised_in_one_run_than_it_may(till: Till) -> None:
    till.seed(3)
    worker = till.worker(RAISE)
    worker.with_params(query_limit=2)
    assert till.tick(RAISE, worker).record.counts.created == 2
    till.clock.advance(60)
    assert till.tick(RAISE, worker).record.counts.created == 1


@pytest.mark.parametrize(("name", "value"), [("query_limit", 0), ("type", "OTHER"), ("namespace", "a b")])
def test_a_param_that_cannot_be_is_refused(till: Till, name: str, value: object) -> None:
    worker = till.worker(RAISE)
    worker.with_params(**{name: value})
    with pytest.raises(ConfigurationError, match=name):
        till.tick(RAISE, worker)


def test_an_org_without_the_shops_own_field_is_told_so(till: Till) -> None:
    till.seed(1)
    till.sandbox.salesforce.hide(packaged("DR_Subscription"), "Nightshift_Billing_Day__c")
    ended = till.tick(RAISE)
    assert isinstance(ended.error, ConfigurationError)
    assert "Nightshift_Billing_Day__c" in str(ended.error)


@pytest.mark.parametrize("job", ["process-subscriptions", "charge-installments"])
def test_a_run_by_hand_needs_a_reason_and_keeps_it(till: Till, job: str) -> None:
    worker = till.worker(job)
    for settings in ({}, {"reason": " "}, {"reason": 7}, {"reason": "x" * 501}):
        with pytest.raises(TriggerError, match="reason"):
            worker.by_hand(**settings)
    assert worker.state.control.read(worker.key) is None
    assert worker.by_hand(dry_run=True).record.status is Status.SUCCEEDED
    record = worker.by_hand(reason=" a customer called ").record
    assert record.trigger_reason == "a customer called"
    kept = worker.state.runs.get(worker.key, record.id, worker.time.now())
    assert kept is not None
    assert kept.trigger_reason == "a customer called"
