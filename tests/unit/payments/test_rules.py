"""The rules of charging: what follows from the provider's orders, told as a table."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from charge_installments.rules import (
    Capture,
    Decline,
    GiveUp,
    Paid,
    Park,
    Patience,
    Send,
    Step,
    Wait,
    begun,
    is_fresh,
    next_step,
    paid,
)
from nightshift.connectors.digital_river import Capture as Taken
from nightshift.connectors.digital_river import Charge, Order
from nightshift.money import Money
from nightshift.state.ledger import Attempt, Decision, Installment, InstallmentKey, Standing
from nightshift.state.models import RunId

NOW = datetime(2026, 11, 20, 22, tzinfo=UTC)
OWED = Money(999, "USD")
PATIENCE = Patience(timedelta(minutes=20), timedelta(days=14))
RUN = RunId("run")
HALF_AN_HOUR_AGO = NOW - timedelta(minutes=30)


def ago(**parts: float) -> datetime:
    return NOW - timedelta(**parts)


def entry(*attempts: Attempt, standing: Standing = Standing.DUE, decided: int | None = None) -> Installment:
    decisions = (Decision(NOW, Standing.DUE, "why", decided),) if decided else ()
    due = datetime(2026, 11, 1, tzinfo=UTC)
    return Installment(
        InstallmentKey("main", "a06", 2), 1, standing, 999, "USD", due, due, RUN, due, {}, attempts, decisions
    )


def attempt(number: int = 1, sent: datetime = HALF_AN_HOUR_AGO, **more: object) -> Attempt:
    return replace(Attempt(number, RUN, sent), **more)  # type: ignore[arg-type]


def declined(number: int, sent: datetime, code: str = "declined") -> Attempt:
    return attempt(number, sent, outcome=Standing.DECLINED, ended_at=sent, code=code)


def charge(state: str, capture: str | None = None, code: str | None = None) -> Charge:
    captures = (Taken("cap", capture, OWED, None),) if capture else ()
    return Charge("chrg", state, OWED, None, code, None, captures)


def order(
    state: str, *charges: Charge, by: object = "1", of: Money = OWED, made: datetime = HALF_AN_HOUR_AGO
) -> Order:
    metadata = {} if by is None else {"attempt": by}
    return Order("ord", state, of, "main:a06:2", None, (), charges, None, metadata, made)


OPEN = entry(attempt(), standing=Standing.SENDING)
STEPS: dict[str, tuple[Installment, list[Order], Step | type[Step]]] = {
    "due": (entry(), [], Send()),
    "paid before, by the provider's book": (entry(), [order("complete")], Paid),
    "just sent": (entry(attempt(sent=ago(minutes=19))), [], Wait),
    "settled, and nothing there": (OPEN, [], Send()),
    "accepted": (OPEN, [order("accepted", charge("capturable"))], Capture),
    "complete": (OPEN, [order("complete", charge("complete", "complete"))], Paid),
    "fulfilled and captured": (OPEN, [order("fulfilled", charge("complete", "complete"))], Paid),
    "fulfilled, capture on its way": (OPEN, [order("fulfilled", charge("processing", "pending"))], Wait),
    "fulfilled, of its money nothing is said": (OPEN, [order("fulfilled")], Wait),
    "capture failed": (
        OPEN,
        [order("fulfilled", charge("failed", "failed", "do_not_honor"))],
        Decline("do_not_honor", "ord"),
    ),
    "capture failed, nobody says why": (
        OPEN,
        [order("fulfilled", charge("failed", "failed"))],
        Decline("payment_authorization_failed", "ord"),
    ),
    "in review": (OPEN, [order("in_review", charge("capturable"))], Wait),
    "waiting for its payment": (OPEN, [order("pending_payment", charge("pending"))], Wait),
    "in review for long": (OPEN, [order("in_review", made=ago(days=14))], Park),
    "blocked": (OPEN, [order("blocked", charge("cancelled"))], Decline("order_blocked", "ord")),
    "cancelled": (OPEN, [order("cancelled", charge("cancelled"))], Decline("order_cancelled", "ord")),
    "returned": (OPEN, [order("returned", charge("complete", "complete"))], Park),
    "in dispute": (OPEN, [order("dispute", charge("complete", "complete"))], Park),
    "in a state that is new": (OPEN, [order("archived")], Park),
    "two have charged it": (OPEN, [order("complete"), order("accepted")], Park),
    "one lost, one alive": (OPEN, [order("accepted"), order("cancelled")], Capture),
    "by no attempt of ours": (OPEN, [order("complete", by=None)], Park),
    "by no number": (OPEN, [order("complete", by="first")], Park),
    "of another amount": (OPEN, [order("complete", of=Money(1000, "USD"))], Park),
    "of another currency": (OPEN, [order("complete", of=Money(999, "EUR"))], Park),
    "an earlier attempt came late": (
        entry(attempt(1, outcome=Standing.UNKNOWN), attempt(2, sent=ago(minutes=1))),
        [order("accepted", by="1")],
        Capture,
    ),
    "lost before, and declined by now": (
        entry(declined(1, ago(days=2)), standing=Standing.DECLINED),
        [order("cancelled")],
        Send(),
    ),
    "lost before, sent since, and not settled": (
        entry(declined(1, ago(days=2)), attempt(2, sent=ago(minutes=2))),
        [order("cancelled", by="1")],
        Wait,
    ),
    "declined for the last time": (
        entry(*(declined(n, ago(days=8 - d)) for n, d in ((1, 0), (2, 1), (3, 3), (4, 7)))),
        [],
        GiveUp(),
    ),
    "declined for good": (entry(declined(1, ago(days=1), "fraud")), [], GiveUp()),
    "given another chance by a person": (
        entry(declined(1, ago(days=1), "fraud"), decided=1),
        [],
        Send(),
    ),
    "came to nothing too often": (
        entry(*(attempt(n, outcome=Standing.UNKNOWN) for n in range(1, 21))),
        [],
        Park,
    ),
    "came to nothing often, and a person has looked": (
        entry(*(attempt(n, outcome=Standing.UNKNOWN) for n in range(1, 21)), decided=20),
        [],
        Send(),
    ),
}


@pytest.mark.parametrize("name", STEPS)
def test_what_follows_from_the_providers_orders(name: str) -> None:
    installment, orders, expected = STEPS[name]
    step = next_step(installment, orders, NOW, PATIENCE)
    assert isinstance(step, expected) if isinstance(expected, type) else step == expected, step


@pytest.mark.parametrize(("age", "minutes"), [(1, 20), (60, 20), (120, 30), (24 * 60, 6 * 60)])
def test_what_takes_long_is_looked_at_less_often(age: int, minutes: int) -> None:
    step = next_step(OPEN, [order("in_review", made=ago(minutes=age))], NOW, PATIENCE)
    assert isinstance(step, Wait)
    assert step.until == NOW + timedelta(minutes=minutes)


def test_what_was_just_sent_is_waited_for_until_it_has_settled() -> None:
    step = next_step(entry(attempt(sent=ago(minutes=5))), [], NOW, PATIENCE)
    assert isinstance(step, Wait)
    assert step.until == NOW + timedelta(minutes=15)


@pytest.mark.parametrize(
    ("seconds", "fresh"), [(0, True), (299, True), (300, False), (3600, False), (-1, False)]
)
def test_an_attempt_is_fresh_for_a_quarter_of_the_time_in_which_nobody_else_sends(
    seconds: int, fresh: bool
) -> None:
    assert is_fresh(attempt(sent=ago(seconds=seconds)), NOW, PATIENCE) is fresh


def test_a_new_attempt_closes_one_of_which_nothing_came() -> None:
    first, second = begun(OPEN, attempt(2, sent=NOW), NOW)
    assert (first.outcome, first.ended_at, second.number, second.outcome) == (Standing.UNKNOWN, NOW, 2, None)


def test_the_attempt_that_made_the_order_is_the_one_that_is_paid() -> None:
    tried = entry(attempt(1, outcome=Standing.UNKNOWN), attempt(2))
    first, second = paid(tried, order("complete", by="1"), NOW)
    assert (first.outcome, first.order) == (Standing.SUCCEEDED, "ord")
    assert (second.outcome, second.order) == (Standing.UNKNOWN, None)
