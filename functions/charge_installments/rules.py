"""The rules of charging, pure: what an order at the provider says, and what follows for an installment.

An installment is never judged by what was answered alone. The provider's orders with its upstream id decide,
each read by its attempt, its state and its money: docs/payments.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeAlias

from charge_installments.declines import BLOCKED, CANCELLED, CAPTURE_FAILED, retry_at
from nightshift.connectors.digital_river import Order
from nightshift.ledger import Attempt, Installment, Standing

ATTEMPT = "attempt"
"""The field of an order's metadata with the number of the attempt that made it."""

MOST_ATTEMPTS = 20
"""Attempts of which nothing is seen at the provider: more are not made before a person has looked."""


_SENT_WITHIN = 4
"""An order is sent in the first quarter of the time for which nobody else charges: what is left is for the
request itself, for what the provider asks to wait before it, and for clocks that differ."""


@dataclass(frozen=True, slots=True)
class Patience:
    """`settle`: how long after a request its outcome may stay unknown before it is believed to have had none.
    `wait`: how long an order may be on its way before a person looks at it."""

    settle: timedelta
    wait: timedelta


@dataclass(frozen=True, slots=True)
class Send:
    """Nothing of it is at the provider: charge it."""


@dataclass(frozen=True, slots=True)
class Capture:
    """The order is accepted: take its money."""

    order: Order


@dataclass(frozen=True, slots=True)
class Paid:
    """The money is taken."""

    order: Order


@dataclass(frozen=True, slots=True)
class Wait:
    """Look again at `until`."""

    reason: str
    until: datetime
    order: str | None = None


@dataclass(frozen=True, slots=True)
class Decline:
    """The last attempt brought nothing, for this reason."""

    code: str
    order: str | None = None


@dataclass(frozen=True, slots=True)
class GiveUp:
    """It was declined for the last time."""


@dataclass(frozen=True, slots=True)
class Park:
    """Only a person can tell."""

    reason: str


Step: TypeAlias = Send | Capture | Paid | Wait | Decline | GiveUp | Park


def next_step(entry: Installment, orders: Sequence[Order], now: datetime, patience: Patience) -> Step:
    """What to do with an installment that is due, given every order at the provider with its upstream id."""
    alive = [order for order in orders if lost_by(order) is None]
    if len(alive) > 1:
        names = ", ".join(order.id for order in alive)
        return Park(f"{len(alive)} orders have charged it: {names}; refund all but one")
    if alive:
        return step_of(entry, alive[0], now, patience)
    last = entry.last
    if last is None or last.outcome is not None:
        return GiveUp() if _is_over(entry) else _send(entry)
    lost = next((order for order in orders if attempt_of(order) == last.number), None)
    if lost is not None:
        return Decline(str(lost_by(lost)), lost.id)
    settled = last.sent_at + patience.settle
    if now < settled:
        return Wait("whether its last request took effect is not known yet", settled)
    return _send(entry)


def step_of(entry: Installment, order: Order, now: datetime, patience: Patience) -> Step:
    """What follows from one order."""
    code = lost_by(order)
    if code is not None:
        return Decline(code, order.id)
    if attempt_of(order) is None:
        return Park(f"order {order.id} has its upstream id, and no attempt of ours made it")
    if order.total != entry.money:
        return Park(f"order {order.id} is of {order.total}, and {entry.money} are owed")
    if order.state == "accepted":
        return Capture(order)
    if order.state == "complete" or (order.state == "fulfilled" and _is_captured(order)):
        return Paid(order)
    if order.state in ("pending_payment", "in_review", "fulfilled"):
        return _wait(entry, order, now, patience)
    return Park(f"order {order.id} is in state {order.state!r}")


def lost_by(order: Order) -> str | None:
    """The code of what has lost an order its money; None while it may have it, or has."""
    if order.state in ("blocked", "cancelled"):
        return BLOCKED if order.state == "blocked" else CANCELLED
    failed = [charge for charge in order.charges if charge.state == "failed"]
    if order.charges and len(failed) == len(order.charges):
        return failed[0].failure_code or CAPTURE_FAILED
    return None


def attempt_of(order: Order) -> int | None:
    """The number of the attempt that made an order; None where none of ours did."""
    found = str(order.metadata.get(ATTEMPT, ""))
    return int(found) if found.isascii() and found.isdecimal() else None


def next_try(entry: Installment, code: str) -> datetime | None:
    """When an installment is charged again whose last attempt has just been closed as declined."""
    declined = [each.ended_at or each.sent_at for each in _since_decision(entry) if _is_declined(each)]
    return retry_at(code, declined)


def paid(entry: Installment, order: Order, now: datetime) -> tuple[Attempt, ...]:
    """The attempts, with the one that made the order as the one that succeeded; of others nothing came."""
    number = attempt_of(order)
    return tuple(
        replace(each, outcome=Standing.SUCCEEDED, ended_at=now, code=None, order=order.id)
        if each.number == number
        else replace(each, outcome=each.outcome or Standing.UNKNOWN, ended_at=each.ended_at or now)
        for each in entry.attempts
    )


def ended(
    entry: Installment, outcome: Standing, now: datetime, code: str | None = None, order: str | None = None
) -> tuple[Attempt, ...]:
    """The attempts, with the outcome of the last one: of one that the ledger has lost, where it has none."""
    last = entry.last or Attempt(1, entry.run, now)
    ending = replace(last, outcome=outcome, ended_at=now, code=code, order=order)
    return (*entry.attempts[:-1], ending)


def begun(entry: Installment, attempt: Attempt, now: datetime) -> tuple[Attempt, ...]:
    """The attempts with a new one; one of which nothing came is closed as unknown."""
    last = entry.last
    if last is None or last.outcome is not None:
        return (*entry.attempts, attempt)
    return (*entry.attempts[:-1], replace(last, outcome=Standing.UNKNOWN, ended_at=now), attempt)


def is_fresh(attempt: Attempt, now: datetime, patience: Patience) -> bool:
    """A charge may still be sent for an attempt. One who was held up for long must not: whoever looked for
    its order meanwhile has found none, and may have charged."""
    return timedelta() <= now - attempt.sent_at < patience.settle / _SENT_WITHIN


def _send(entry: Installment) -> Step:
    unseen = [each for each in _since_decision(entry) if each.outcome in (None, Standing.UNKNOWN)]
    if len(unseen) >= MOST_ATTEMPTS:
        return Park(f"of {len(unseen)} attempts to charge it nothing was ever seen at Digital River")
    return Send()


def _is_over(entry: Installment) -> bool:
    """The last attempt was declined, and there is no other try."""
    since = _since_decision(entry)
    return bool(since) and _is_declined(since[-1]) and next_try(entry, since[-1].code or "") is None


def _is_declined(attempt: Attempt) -> bool:
    return attempt.outcome is Standing.DECLINED


def _since_decision(entry: Installment) -> tuple[Attempt, ...]:
    """The attempts that count: a person's decision begins a new series."""
    return entry.attempts[entry.decisions[-1].attempts :] if entry.decisions else entry.attempts


def _is_captured(order: Order) -> bool:
    captures = [capture for charge in order.charges for capture in charge.captures]
    return bool(captures) and all(capture.state == "complete" for capture in captures)


def _wait(entry: Installment, order: Order, now: datetime, patience: Patience) -> Step:
    """Look less and less often, the longer it takes."""
    since = order.created_at or (entry.last.sent_at if entry.last else entry.due_at)
    if now - since >= patience.wait:
        return Park(f"order {order.id} is {order.state} since {since:%Y-%m-%d}")
    until = now + max(patience.settle, (now - since) / 4)
    return Wait(f"order {order.id} is {order.state}", until, order.id)
