"""charge-installments: what is charged, what a decline means, what waits, and what is left to a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from charge_installments.declines import DECLINES, Kind
from nightshift.errors import ConfigurationError
from nightshift.services import NobodyWatches
from nightshift.state.ledger import Installment, Standing
from nightshift.state.models import JobKey, Status
from nightshift_tools.local.payments import resolve
from nightshift_tools.sandbox.salesforce.org import packaged
from support.payments import CHARGE, RAISE, SOURCE, STATUS, SUBSCRIPTION, Till

DAY = 24 * 3600


class Alarms(NobodyWatches):
    """What would ring."""

    def __init__(self) -> None:
        self.rung: list[tuple[JobKey, str]] = []

    def alarmed(self, key: JobKey, metric: str) -> None:
        self.rung.append((key, metric))


def raised(till: Till, **fields: object) -> str:
    """One subscription whose installment is in the ledger."""
    (key,) = till.seed(1, **fields)
    till.clean(RAISE)
    return key


def days_after(till: Till, days: float) -> None:
    till.clock.advance(days * DAY)
    till.clean(CHARGE)


def rings(till: Till) -> list[str]:
    """The alarms of one tick."""
    worker, alarms = till.worker(CHARGE), Alarms()
    worker.observer = alarms
    till.clock.advance(60)
    till.tick(CHARGE, worker)
    assert all(key == JobKey(CHARGE, "main") for key, _ in alarms.rung)
    return [metric for _, metric in alarms.rung]


def test_what_is_due_is_charged_and_captured_and_both_books_agree(till: Till) -> None:
    key = raised(till, Installment_Amount=Decimal("10.00"), CurrencyIsoCode="EUR", Quantity=3)
    ended = till.clean(CHARGE)
    entry = till.entry(key)
    (attempt,) = entry.attempts
    assert (entry.standing, entry.next_at, entry.order) == (Standing.SUCCEEDED, None, attempt.order)
    assert (attempt.number, attempt.outcome, attempt.source) == (
        1,
        Standing.SUCCEEDED,
        till.record(key)[SOURCE],
    )
    (order,) = till.orders()
    assert (order["id"], order["state"], order["upstreamId"]) == (entry.order, "complete", str(entry.key))
    assert order["metadata"] == {"attempt": "1"}
    assert order["totalAmount"] == 10  # a price of 3 pieces that cannot be divided by 3
    (charge,) = order["payment"]["charges"]
    assert charge["type"] == "merchant_initiated"
    assert order["items"][0]["subscriptionInfo"]["billingAgreementId"] == till.agreement_of(key)
    assert ended.record.results == {"charged": 1}
    assert ended.record.requests == {"Digital River": 5, "Salesforce": 2}
    assert list(till.breaches()) == []
    assert till.clean(CHARGE).record.counts.read == 0


def test_a_dry_run_says_what_it_would_charge_and_to_which_source(till: Till) -> None:
    key = raised(till)
    told: list[tuple[str, str, str | None]] = []
    worker, watcher = till.worker(CHARGE), Alarms()
    watcher.planned = lambda *of: told.append(of)  # type: ignore[method-assign]
    worker.observer = watcher
    before = till.entry(key)
    worker.by_hand(dry_run=True)
    assert told == [
        ("updated", f"main:{key}:2", f"charge 9.99 USD to {till.record(key)[SOURCE]}, as attempt 1")
    ]
    assert till.entry(key) == before
    assert till.charges() == {}


def test_soft_declines_are_tried_again_after_one_three_and_seven_days_and_then_it_has_failed(
    till: Till,
) -> None:
    key = raised(till)
    till.source_of(key, decline="insufficient_funds")
    first = till.clock.now() + timedelta(seconds=60)
    till.clean(CHARGE)
    for days in (1, 3, 7):
        entry = till.entry(key)
        assert (entry.standing, entry.reason) == (Standing.DECLINED, "declined: insufficient_funds")
        assert entry.next_at == first + timedelta(days=days)
        till.clock.instant = entry.next_at - timedelta(seconds=90)
        assert till.clean(CHARGE).record.counts.read == 0
        assert till.record(key)[STATUS] == "Active"
        metrics = rings(till)
    entry = till.entry(key)
    assert (entry.standing, entry.next_at) == (Standing.FAILED, None)
    assert [each.code for each in entry.attempts] == ["insufficient_funds"] * 4
    assert till.record(key)[STATUS] == "Past Due"
    assert metrics == ["UnpaidInstallments"]
    days_after(till, 30)
    assert till.posts("/orders") == 4
    assert list(till.breaches()) == []


@pytest.mark.parametrize("code", sorted(code for code, kind in DECLINES.items() if kind is Kind.HARD))
def test_hard_declines_are_never_tried_again(till: Till, code: str) -> None:
    key = raised(till)
    till.source_of(key, decline=code)
    assert rings(till) == ["UnpaidInstallments"]
    assert (till.entry(key).standing, till.entry(key).reason) == (Standing.FAILED, f"declined: {code}")
    assert till.record(key)[STATUS] == "Past Due"
    days_after(till, 30)
    assert till.posts("/orders") == 1


@pytest.mark.parametrize("code", sorted(code for code, kind in DECLINES.items() if kind is Kind.SOFT))
def test_a_soft_decline_that_passes_is_paid_in_the_end(till: Till, code: str) -> None:
    key = raised(till)
    till.source_of(key, decline=code, declines=2)
    till.clean(CHARGE)
    days_after(till, 1)
    assert till.entry(key).standing is Standing.DECLINED
    days_after(till, 2)
    assert [each.outcome for each in till.entry(key).attempts] == [
        Standing.DECLINED,
        Standing.DECLINED,
        Standing.SUCCEEDED,
    ]
    assert list(till.breaches()) == []


def test_a_decline_that_is_in_no_table_is_nobodys_guess(till: Till) -> None:
    key = raised(till)
    till.source_of(key, decline="moon_phase")
    assert rings(till) == ["UnpaidInstallments"]
    assert till.entry(key).standing is Standing.PARKED
    assert "moon_phase" in str(till.entry(key).reason)
    assert till.record(key)[STATUS] == "Active"


def test_a_retry_takes_the_source_that_the_customer_has_given_since(till: Till) -> None:
    key = raised(till)
    till.source_of(key, state="expired")
    till.clean(CHARGE)
    assert till.entry(key).reason == "declined: source_expired"
    till.sandbox.digital_river.seed(sources=[{"id": "src_new"}])
    till.edit(key, DR_Source_Id="src_new")
    days_after(till, 1)
    assert [each.source for each in till.entry(key).attempts][1:] == ["src_new"]
    assert till.unpaid() == []


def test_a_decline_of_a_late_retry_is_not_followed_by_another_at_once(till: Till) -> None:
    key = raised(till)
    till.source_of(key, decline="do_not_honor")
    till.clean(CHARGE)
    days_after(till, 20)
    assert till.entry(key).next_at == till.clock.now() + timedelta(days=1)


STRAY: Mapping[str, tuple[dict[str, Any], str]] = {
    "not in Salesforce": ({}, "is not in Salesforce any more"),
    "cancelled": ({"Status": "Cancelled"}, "is Cancelled"),
    "no source": ({"DR_Source_Id": None}, "has no stored source"),
    "no agreement": ({"DR_Billing_Agreement_Id": None}, "has no billing agreement"),
    "unknown source": ({"DR_Source_Id": "src_none"}, "source_not_found"),
    "wrong agreement": ({"DR_Billing_Agreement_Id": "ba_none"}, "is not the billing agreement"),
}


@pytest.mark.parametrize("name", STRAY)
def test_what_has_changed_between_the_stages_is_set_aside_with_a_reason(till: Till, name: str) -> None:
    fields, reason = STRAY[name]
    key = raised(till)
    good = raised(till)
    if fields:
        till.edit(key, **fields)
    else:
        till.sandbox.salesforce.remove(SUBSCRIPTION, key)
    worker = till.worker(CHARGE)
    assert rings(till) == ["UnpaidInstallments"]
    found = worker.quarantine()[f"main:{key}:2"]
    entry = till.entry(key)
    assert (entry.standing, entry.reason) == (Standing.PARKED, found.reason)
    assert reason in found.reason
    assert till.entry(good).standing is Standing.SUCCEEDED
    assert list(till.charges()) == [f"main:{good}:2"]
    assert till.clean(CHARGE).record.counts.read == 0


@pytest.mark.parametrize(
    "how", ["agreement expired", "deleted at Digital River", "cancelled at Digital River"]
)
def test_what_digital_river_refuses_is_set_aside_and_charged_once_it_is_cured(till: Till, how: str) -> None:
    key = raised(till)
    remote = till.record(key)[packaged("DR_Subscription_Id")]
    river = till.sandbox.digital_river

    def lose(river: Any) -> Any:
        return river.books.subscriptions.documents.pop(remote)

    kept = till.sandbox.shop.river(lose) if how == "deleted at Digital River" else {}
    if how == "agreement expired":
        river.seed(agreements=[{"id": till.agreement_of(key), "state": "expired"}])
    if how == "cancelled at Digital River":
        agreement = {"billingAgreementId": till.agreement_of(key)}
        river.seed(subscriptions=[{"id": remote, "state": "cancelled", **agreement}])
    till.clean(CHARGE)
    entry = till.entry(key)
    assert entry.standing is Standing.PARKED
    assert till.worker(CHARGE).quarantine()[str(entry.key)].reason == entry.reason
    if how == "agreement expired":
        assert "has expired" in str(entry.reason)
        river.seed(agreements=[{"id": till.agreement_of(key)}])
    else:
        subscription = kept or {"id": remote, "billingAgreementId": till.agreement_of(key)}
        river.seed(subscriptions=[subscription])
    decide(till, entry, "charge", "renewed with the customer")
    till.settle()
    assert till.unpaid() == []
    assert list(till.breaches()) == []
    assert till.worker(CHARGE).quarantine() == {}


def decide(
    till: Till, entry: Installment, outcome: str, reason: str, order: str | None = None
) -> Installment:
    return resolve(till.state, str(entry.key), outcome, reason, order, till.clock.now())


@pytest.mark.parametrize("state", ["pending_payment", "in_review"])
def test_an_order_on_its_way_is_waited_for_and_captured_once_it_is_accepted(till: Till, state: str) -> None:
    key = raised(till)
    till.source_of(key, order_state=state)
    till.clean(CHARGE)
    entry = till.entry(key)
    assert (entry.standing, entry.reason) == (Standing.UNKNOWN, f"order {entry.order} is {state}")
    days_after(till, 2)
    assert till.entry(key).standing is Standing.UNKNOWN
    till.sandbox.digital_river.move(str(entry.order), "accepted")
    days_after(till, 1)
    assert (till.entry(key).standing, till.entry(key).order) == (Standing.SUCCEEDED, entry.order)
    assert till.posts("/orders") == 1
    assert list(till.breaches()) == []


@pytest.mark.parametrize(
    ("state", "standing"), [("blocked", Standing.FAILED), ("cancelled", Standing.DECLINED)]
)
def test_an_order_that_is_lost_is_a_decline(till: Till, state: str, standing: Standing) -> None:
    key = raised(till)
    source = till.source_of(key, order_state="in_review")
    till.clean(CHARGE)
    till.sandbox.digital_river.move(str(till.entry(key).order), state)
    till.sandbox.digital_river.seed(sources=[{"id": source}])
    days_after(till, 1)
    assert till.entry(key).standing is standing
    assert till.entry(key).attempts[0].code == f"order_{state}"
    days_after(till, 1)
    assert (till.unpaid() == []) == (standing is Standing.DECLINED)
    assert len(list(till.alive())) == (standing is Standing.DECLINED)


def test_an_order_that_stays_in_review_is_left_to_a_person_and_never_charged_beside(till: Till) -> None:
    key = raised(till)
    till.source_of(key, order_state="in_review")
    for _ in range(20):
        days_after(till, 1)
    entry = till.entry(key)
    assert entry.standing is Standing.PARKED
    assert "is in_review since 2026-11-2" in str(entry.reason)
    decide(till, entry, "charge", "the review is over")
    till.clean(CHARGE)
    assert till.entry(key).standing is Standing.PARKED
    assert till.posts("/orders") == 1


@pytest.mark.parametrize("state", ["returned", "dispute"])
def test_an_order_in_a_state_that_no_rule_knows_is_left_to_a_person(till: Till, state: str) -> None:
    key = raised(till)
    till.source_of(key, order_state="in_review")
    till.clean(CHARGE)
    till.sandbox.digital_river.move(str(till.entry(key).order), state)
    days_after(till, 1)
    assert till.entry(key).standing is Standing.PARKED
    assert f"in state '{state}'" in str(till.entry(key).reason)


@pytest.mark.parametrize(
    ("card", "delay", "standing"),
    [
        ("4000 0000 0000 4103", 0, Standing.DECLINED),
        ("4485 9517 8852 1565", 3600, Standing.DECLINED),
        ("4024 0071 2057 9635", 0, Standing.UNKNOWN),
        ("", 3600, Standing.SUCCEEDED),
    ],
)
def test_nothing_has_succeeded_before_its_money_is_captured(
    till: Till, card: str, delay: int, standing: Standing
) -> None:
    till.sandbox.digital_river.turn(capture_delay=delay)
    key = raised(till)
    source = till.source_of(key, card=card)
    till.clean(CHARGE)
    if delay:
        assert till.entry(key).standing is Standing.UNKNOWN
        assert "is fulfilled" in str(till.entry(key).reason)
        till.clock.advance(delay)
    till.settle()
    assert till.entry(key).standing is standing
    assert list(till.breaches()) == []
    if standing is Standing.DECLINED:
        assert till.entry(key).attempts[0].code == "payment_authorization_failed"
        till.sandbox.digital_river.seed(sources=[{"id": source}])
        till.sandbox.digital_river.turn(capture_delay=0)
        days_after(till, 1)
        assert till.entry(key).standing is Standing.SUCCEEDED


def test_an_order_with_its_id_that_no_attempt_made_is_left_to_a_person(till: Till) -> None:
    key = raised(till)
    till.sandbox.digital_river.seed(orders=[{"upstreamId": f"main:{key}:2", "items": [{"price": 9.99}]}])
    till.clean(CHARGE)
    assert till.entry(key).standing is Standing.PARKED
    assert "no attempt of ours made it" in str(till.entry(key).reason)
    assert till.posts("/orders") == 0


def test_an_order_of_another_amount_is_left_to_a_person(till: Till) -> None:
    key = raised(till)
    order = {"upstreamId": f"main:{key}:2", "items": [{"price": 5}], "metadata": {"attempt": "1"}}
    till.sandbox.digital_river.seed(orders=[order])
    till.clean(CHARGE)
    assert "is of 5.00 USD, and 9.99 USD are owed" in str(till.entry(key).reason)
    assert till.posts("/orders") == 0


def test_two_orders_that_have_charged_it_are_told_and_no_third_is_made(till: Till) -> None:
    key = raised(till)
    order = {"upstreamId": f"main:{key}:2", "items": [{"price": 9.99}], "metadata": {"attempt": "1"}}
    till.sandbox.digital_river.seed(orders=[{"id": "1", **order}, {"id": "2", **order}])
    till.clean(CHARGE)
    entry = till.entry(key)
    assert (entry.standing, till.posts("/orders")) == (Standing.PARKED, 0)
    assert entry.reason == "2 orders have charged it: 2, 1; refund all but one"
    decide(till, entry, "paid", "2 was cancelled", order="1")
    assert (till.entry(key).standing, till.entry(key).order) == (Standing.SUCCEEDED, "1")
    assert till.entry(key).decisions[-1].reason == "2 was cancelled"


def test_a_ledger_that_was_restored_from_a_backup_charges_nothing_again(till: Till) -> None:
    key = raised(till)
    backup = till.state.database._connection.serialize()
    till.clean(CHARGE)
    till.state.database._connection.deserialize(backup)
    assert till.entry(key).standing is Standing.DUE
    till.settle()
    assert (till.entry(key).standing, till.posts("/orders")) == (Standing.SUCCEEDED, 1)
    assert list(till.breaches()) == []


def test_a_capture_that_fails_after_a_restore_is_a_decline_as_any_other(till: Till) -> None:
    key = raised(till)
    till.source_of(key, card="4000 0000 0000 4103", order_state="in_review")
    backup = till.state.database._connection.serialize()
    till.clean(CHARGE)
    till.state.database._connection.deserialize(backup)
    (order,) = till.orders()
    till.sandbox.digital_river.move(order["id"], "accepted")
    till.clean(CHARGE)
    entry = till.entry(key)
    assert (entry.standing, entry.next_at) == (Standing.DECLINED, till.clock.now() + timedelta(days=1))
    assert [(each.number, each.order) for each in entry.attempts] == [(1, order["id"])]


def test_a_checkout_of_another_total_is_not_ordered(till: Till) -> None:
    key = raised(till)
    dearer = {"id": "checkout_1", "currency": "USD", "totalAmount": 11.89}
    till.sandbox.fault("digital-river", "wrong_json", method="POST", path="/checkouts", body=dearer)
    assert rings(till) == ["UnpaidInstallments"]
    entry = till.entry(key)
    assert (entry.standing, entry.reason) == (
        Standing.PARKED,
        "its checkout is of 11.89 USD, and 9.99 USD are owed",
    )
    assert [each.outcome for each in entry.attempts] == [Standing.PARKED]
    assert till.posts("/orders") == 0


def test_several_at_a_time_are_charged_once_each(till: Till) -> None:
    till.seed(9)
    till.clean(RAISE)
    worker = till.worker(CHARGE)
    worker.with_params(parallel=4)
    ended = till.tick(CHARGE, worker)
    assert (ended.record.status, ended.record.results) == (Status.SUCCEEDED, {"charged": 9})
    assert set(till.charges().values()) == {1}
    assert till.unpaid() == []


def test_what_stops_the_run_in_one_lets_the_others_come_to_their_ends_and_begins_no_more(till: Till) -> None:
    till.seed(9)
    till.clean(RAISE)
    till.sandbox.fault("digital-river", "status", status=503, method="GET", path="/orders", nth=3, times=None)
    worker = till.worker(CHARGE)
    worker.with_params(parallel=2)
    ended = till.tick(CHARGE, worker)
    assert ended.record.status is Status.FAILED
    assert {entry.standing for entry in till.entries()} == {Standing.SUCCEEDED, Standing.DUE}
    till.settle()
    assert till.unpaid() == []
    assert list(till.breaches()) == []


def test_a_run_takes_no_more_than_it_may(till: Till) -> None:
    till.seed(3)
    till.clean(RAISE)
    worker = till.worker(CHARGE)
    worker.with_params(query_limit=2)
    assert till.tick(CHARGE, worker).record.results == {"charged": 2}


def test_an_installment_that_comes_to_nothing_again_and_again_is_left_to_a_person(till: Till) -> None:
    key = raised(till)
    till.sandbox.fault("digital-river", "status", status=503, method="POST", path="/orders", times=None)
    for _ in range(22):
        till.clock.advance(21 * 60)
        till.tick(CHARGE)
    entry = till.entry(key)
    assert (entry.standing, len(entry.attempts)) == (Standing.PARKED, 20)
    assert "of 20 attempts to charge it nothing was ever seen" in str(entry.reason)
    decide(till, entry, "charge", "Digital River is well again")
    till.settle()
    assert till.unpaid() == []
    assert list(till.breaches()) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"terms": {"sku": 7}}, "sku, quantity and subscription make them"),
        ({"currency": "XTS"}, "'XTS' is no currency"),
    ],
)
def test_an_entry_that_no_charge_can_be_made_of_is_left_to_a_person_and_holds_up_nobody(
    till: Till, changes: dict[str, Any], words: str
) -> None:
    key, good = raised(till), raised(till)
    till.state.ledger.move(replace(till.entry(key), revision=2, **changes))
    till.clean(CHARGE)
    assert till.entry(key).standing is Standing.PARKED
    assert words in str(till.entry(key).reason)
    assert till.entry(good).standing is Standing.SUCCEEDED


@pytest.mark.parametrize("path", ["/orders", "/orders/{id}"])
def test_an_order_that_cannot_be_read_is_left_to_a_person_and_holds_up_nobody(till: Till, path: str) -> None:
    key, good = raised(till), raised(till)
    wrong = {"id": "7", "upstreamId": f"main:{key}:2", "currency": "USD"}
    body = {"hasMore": False, "data": [wrong]} if path == "/orders" else wrong
    till.sandbox.fault("digital-river", "wrong_json", path=path, method="GET", body=body)
    till.clean(CHARGE)
    till.settle()
    assert till.entry(good).standing is Standing.SUCCEEDED
    if path == "/orders":
        assert till.entry(key).standing is Standing.PARKED
        assert "state: it is missing" in str(till.entry(key).reason)
    else:  # the provider's list has it right
        assert till.entry(key).standing is Standing.SUCCEEDED
    assert list(till.breaches()) == []


def test_a_past_due_mark_that_salesforce_refuses_is_told_on_the_installment(till: Till) -> None:
    key = raised(till)
    till.source_of(key, decline="account_closed")
    till.sandbox.salesforce.refuse(SUBSCRIPTION, key)
    till.clean(CHARGE)
    entry = till.entry(key)
    assert entry.standing is Standing.FAILED
    assert "could not be marked past due" in str(entry.reason)


def test_a_failed_installment_is_charged_again_once_a_person_says_so_with_all_its_tries(till: Till) -> None:
    key = raised(till)
    source = till.source_of(key, decline="account_closed")
    till.clean(CHARGE)
    till.sandbox.digital_river.seed(sources=[{"id": source, "decline": "declined", "declines": 1}])
    till.clock.advance(60)
    decide(till, till.entry(key), "charge", "a new account")
    till.clean(CHARGE)
    assert till.entry(key).next_at == till.clock.now() + timedelta(days=1)
    days_after(till, 1)
    assert till.unpaid() == []


@pytest.mark.parametrize(
    ("outcome", "reason", "order", "words"),
    [
        ("again", "why", None, "no outcome; there are: charge, paid, unpaid"),
        ("unpaid", " ", None, "--reason says why"),
        ("unpaid", "x" * 501, None, "--reason says why"),
        ("paid", "why", None, "`paid` needs it"),
        ("charge", "why", "1", "--order goes with `paid`"),
    ],
)
def test_a_decision_that_is_not_whole_changes_nothing(
    till: Till, outcome: str, reason: str, order: str | None, words: str
) -> None:
    key = raised(till)
    till.source_of(key, decline="account_closed")
    till.clean(CHARGE)
    before = till.entry(key)
    with pytest.raises(ConfigurationError, match=words):
        decide(till, before, outcome, reason, order)
    assert till.entry(key) == before


def test_what_a_job_has_in_hand_is_not_for_a_person(till: Till) -> None:
    key = raised(till)
    with pytest.raises(ConfigurationError, match="is due: only what is parked or has failed"):
        decide(till, till.entry(key), "unpaid", "why")
    till.clean(CHARGE)
    with pytest.raises(ConfigurationError, match="is succeeded"):
        decide(till, till.entry(key), "charge", "why")


@pytest.mark.parametrize(
    ("name", "value"), [("settle_minutes", 15), ("parallel", 0), ("wait_days", 91), ("query_limit", 0)]
)
def test_a_param_that_cannot_be_is_refused(till: Till, name: str, value: int) -> None:
    worker = till.worker(CHARGE)
    worker.with_params(**{name: value})
    with pytest.raises(ConfigurationError, match=name):
        till.tick(CHARGE, worker)


def test_the_deadline_leaves_everything_in_a_known_state(till: Till) -> None:
    till.seed(4)
    till.clean(RAISE)
    moments: list[datetime] = []
    worker = till.worker(CHARGE)
    worker.clock = Ticking(till)
    for _ in range(30):
        till.clock.advance(60)
        ended = worker.handle({"job": CHARGE, "storefront": "main", "reason": "short of time"}, 12)
        moments.append(till.clock.now())
        assert ended.error is None, ended.error
        assert Standing.SENDING not in {entry.standing for entry in till.entries()}
        if ended.record.status is Status.SUCCEEDED:
            break
    assert len(moments) > 2
    assert till.unpaid() == []
    assert list(till.breaches()) == []


class Ticking:
    """A clock that goes on by a third of a second with each look at it: every request takes some."""

    def __init__(self, till: Till) -> None:
        self._time = till.clock

    def now(self) -> datetime:
        return self._time.now()

    def monotonic(self) -> float:
        self._time.advance(0.3)
        return self._time.monotonic()

    def sleep(self, seconds: float) -> None:
        self._time.sleep(seconds)
