"""Writing down what became of an installment, whose last word the ledger has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

from charge_installments import rules
from charge_installments.billing import Subscriptions
from charge_installments.declines import DECLINES
from charge_installments.params import Params
from nightshift import Outcome, Run
from nightshift.connectors.digital_river import Order
from nightshift.errors import DeadlineError, TryLaterError
from nightshift.ledger import Attempt, Installment, Standing

ALARM = "UnpaidInstallments"
"""The metric of installments that failed for good or wait for a person."""

_ELSEWHERE = "another run has moved it on"


class Settling:
    """Moves installments on, from any thread; a dry run says so, and moves none.

    `alone` is held while the ledger or Salesforce is asked: one thread at a time. `tally` counts what became
    of the installments.
    """

    def __init__(
        self,
        run: Run[Params],
        subscriptions: Subscriptions,
        alone: AbstractContextManager[Any],
        tally: Counter[str],
    ) -> None:
        self._run = run
        self._ledger = run.ledger
        self._subscriptions = subscriptions
        self._alone = alone
        self._tally = tally

    def claim(self, entry: Installment, attempt: Attempt, until: datetime) -> Installment | None:
        """Write an attempt down before anything is sent; None where another run was first."""
        attempts = rules.begun(entry, attempt, attempt.sent_at)
        return self._move(entry, Standing.SENDING, next_at=until, attempts=attempts)

    def take_back(self, claimed: Installment, entry: Installment, why: str) -> Outcome:
        """Nothing was charged: the installment stands as it did before its attempt was written down."""
        self._move(
            claimed,
            entry.standing,
            next_at=entry.next_at,
            attempts=entry.attempts,
            order=entry.order,
            reason=entry.reason,
        )
        return _unchanged(entry, why)

    @contextmanager
    def taking_back(self, claimed: Installment, entry: Installment) -> Iterator[None]:
        """For a request that charges: what stops the run here has said that nothing was done."""
        try:
            yield
        except (TryLaterError, DeadlineError):
            self.take_back(claimed, entry, "")
            raise

    @contextmanager
    def keeping(self, entry: Installment, order: Order) -> Iterator[None]:
        """For requests after the charge: whatever stops the run here, the next one goes on with the order."""
        try:
            yield
        except (TryLaterError, DeadlineError):
            self.wait(entry, f"order {order.id} is {order.state}", self._run.now(), order.id)
            raise

    def pay(self, entry: Installment, order: Order) -> Outcome:
        attempts = rules.paid(entry, order, self._run.now())
        if self._move(entry, Standing.SUCCEEDED, attempts=attempts, order=order.id) is None:
            return _unchanged(entry, _ELSEWHERE)
        return self._counted("charged", planned(entry, f"{entry.money} charged by order {order.id}"))

    def wait(self, entry: Installment, reason: str, until: datetime, order: str | None) -> Outcome:
        """Nobody knows yet; look again at `until`."""
        if self._move(entry, Standing.UNKNOWN, next_at=until, order=order, reason=reason) is None:
            return _unchanged(entry, _ELSEWHERE)
        return self._counted("waiting", _unchanged(entry, reason))

    def decline(self, entry: Installment, code: str, order: str | None) -> Outcome:
        """Close the attempt, and say when there is another: none for a hard decline, or after the last."""
        if code not in DECLINES:
            return self.park(entry, f"it was declined with the code {code!r}, of which nothing is known")
        now = self._run.now()
        attempts = rules.ended(entry, Standing.DECLINED, now, code, order)
        again = rules.next_try(replace(entry, attempts=attempts), code)
        moved = self._move(
            entry,
            Standing.DECLINED,
            next_at=again or now,
            attempts=attempts,
            order=order,
            reason=f"declined: {code}",
        )
        if moved is None:
            return _unchanged(entry, _ELSEWHERE)
        if again is None:
            return self.give_up(moved)
        note = f"declined ({code}); tried again on {again:%Y-%m-%d}"
        return self._counted("declined", planned(entry, note))

    def give_up(self, entry: Installment) -> Outcome:
        """Mark the subscription past due and raise the alarm; then, that it has failed. Until that is written
        a later run does all of it once more."""
        with self._alone:
            refusal = self._subscriptions.mark_past_due(entry.key.subscription)
            self._run.alarm(ALARM)
        reason = entry.reason or "declined"
        if refusal is not None:
            reason = f"{reason}; its subscription could not be marked past due: {refusal}"
        if self._move(entry, Standing.FAILED, order=entry.order, reason=reason) is None:
            return _unchanged(entry, _ELSEWHERE)
        self._run.log.warning(f"it has failed: {reason}", extra={"record": str(entry.key)})
        return self._counted("failed", planned(entry, f"given up: {reason}"))

    def refuse(self, entry: Installment, reason: str) -> Outcome:
        """Nothing was charged, and as things stand nothing will be: leave it to a person."""
        attempts = rules.ended(entry, Standing.PARKED, self._run.now())
        return self.park(entry, reason, attempts)

    def park(self, entry: Installment, reason: str, attempts: tuple[Attempt, ...] | None = None) -> Outcome:
        """Leave it to a person, its last attempt as open as it is."""
        with self._alone:
            self._run.alarm(ALARM)
        if self._move(entry, Standing.PARKED, attempts=attempts, order=entry.order, reason=reason) is None:
            return _unchanged(entry, _ELSEWHERE)
        return self._counted("parked", Outcome(failed={str(entry.key): reason}))

    def _move(self, entry: Installment, standing: Standing, **changes: Any) -> Installment | None:
        with self._alone:
            return self._ledger.move(entry, standing, **changes)

    def _counted(self, what: str, outcome: Outcome) -> Outcome:
        with self._alone:
            self._tally[what] += 1
        return outcome


def planned(entry: Installment, note: str) -> Outcome:
    """It was moved on, or would be."""
    return Outcome(updated=[str(entry.key)], notes={str(entry.key): note})


def _unchanged(entry: Installment, note: str) -> Outcome:
    return Outcome(unchanged=[str(entry.key)], notes={str(entry.key): note})
