"""Charging one installment, once, whoever does it: a retry, a run that was overtaken, or two at a time.

The order of steps is the promise. The provider's orders with the installment's upstream id are read before
anything. Then the attempt is written down, by a move that only one of two can make; its number goes into the
order's metadata. Then come a checkout, which charges nothing, its order, which does, and the fulfilment that
captures it. What came of it is written down last. In between lies what nobody knows, and the ledger says so:
whoever comes next waits, and asks the provider.
"""

from __future__ import annotations

from typing import Any

from charge_installments import rules
from charge_installments.billing import Billing, Subscriptions
from charge_installments.declines import DECLINES
from charge_installments.params import Params
from charge_installments.rules import Capture, Decline, GiveUp, Paid, Park, Send, Step, Wait
from charge_installments.settling import Settling, planned
from nightshift import Outcome, Run
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
    Result,
    Unknown,
)
from nightshift.errors import RecordError
from nightshift.ledger import Attempt, Installment
from payments.subscriptions import Terms


class Charging:
    """Works off single installments, from any thread."""

    def __init__(
        self, account: Account, subscriptions: Subscriptions, settling: Settling, run: Run[Params]
    ) -> None:
        self._account = account
        self._subscriptions = subscriptions
        self._settling = settling
        self._run = run
        self._patience = run.params.patience

    def work_off(self, entry: Installment) -> Outcome:
        """Do the next step of an installment, and those that follow from it at once."""
        try:
            _check(entry)
            orders = self._account.orders.with_upstream_id(self._upstream_id(entry))
            return self._take(entry, rules.next_step(entry, orders, self._run.now(), self._patience))
        except RecordError as error:
            # Of an attempt that is written down by now it is not so simple: a later look parks it.
            return self._settling.park(entry, error.reason)

    def _take(self, entry: Installment, step: Step) -> Outcome:
        match step:
            case Send():
                return self._send(entry)
            case Capture(order):
                return self._capture(entry, order)
            case Paid(order):
                return self._settling.pay(entry, order)
            case Wait(reason, until, order_id):
                return self._settling.wait(entry, reason, until, order_id)
            case Decline(code, order_id):
                return self._settling.decline(entry, code, order_id)
            case GiveUp():
                return self._settling.give_up(entry)
            case Park(reason):
                return self._settling.park(entry, reason)

    def _send(self, entry: Installment) -> Outcome:
        """Write the attempt down, then charge."""
        billing = self._subscriptions.billing(entry.key.subscription)
        now = self._run.now()
        attempt = Attempt(entry.last.number + 1 if entry.last else 1, self._run.id, now, billing.source)
        claimed = self._settling.claim(entry, attempt, now + self._patience.settle)
        if claimed is None:
            return Outcome(unchanged=[str(entry.key)], notes={str(entry.key): "another run charges it"})
        with self._settling.taking_back(claimed, entry):
            made = self._account.checkouts.create(self._checkout(entry, attempt, billing))
        if isinstance(made, Planned):
            return planned(entry, f"charge {entry.money} to {billing.source}, as attempt {attempt.number}")
        if not isinstance(made, Done):
            return self._not_made(claimed, made)
        if made.value.total != entry.money:
            text = f"its checkout is of {made.value.total}, and {entry.money} are owed"
            return self._settling.refuse(claimed, text)
        return self._order(claimed, entry, attempt, made.value.id)

    def _order(self, claimed: Installment, entry: Installment, attempt: Attempt, checkout: str) -> Outcome:
        """Make the order, which charges the source."""
        if not rules.is_fresh(attempt, self._run.now(), self._patience):
            return self._settling.take_back(claimed, entry, "it was held up for too long to be charged now")
        metadata = {rules.ATTEMPT: str(attempt.number)}
        with self._settling.taking_back(claimed, entry):
            made = self._account.orders.create(checkout, self._upstream_id(claimed), metadata)
        if not isinstance(made, Done):
            return self._not_made(claimed, made)
        return self._take(claimed, rules.step_of(claimed, made.value, self._run.now(), self._patience))

    def _not_made(self, claimed: Installment, result: Result[Any]) -> Outcome:
        """A request that made nothing, or of which nobody knows whether it did."""
        if isinstance(result, Unknown):
            until = self._run.now() + self._patience.settle
            return self._settling.wait(
                claimed, f"no answer tells what came of it: {result.reason}", until, None
            )
        problem = result.problem if isinstance(result, Conflict | Refused) else None
        if problem is not None and problem.code in DECLINES:
            return self._settling.decline(claimed, problem.code, None)
        return self._settling.refuse(claimed, f"Digital River refuses it: {problem}")

    def _capture(self, entry: Installment, order: Order) -> Outcome:
        """Fulfil all of the order, and look at what that has made of it. Sent twice it is done once: there is
        nothing left to fulfil the second time."""
        with self._settling.keeping(entry, order):
            items = [FulfillmentItem(item.id, quantity=item.quantity) for item in order.items]
            result = self._account.fulfillments.create(order.id, items, {"installment": str(entry.key)})
            if isinstance(result, Planned):
                return planned(entry, f"capture {entry.money} of order {order.id}")
            found = self._account.orders.get(order.id)
        now = self._run.now()
        step = rules.step_of(entry, order if found is None else found, now, self._patience)
        if not isinstance(step, Capture):
            return self._take(entry, step)
        if isinstance(result, Conflict | Refused):
            text = f"order {order.id} is accepted, and its capture refused: {result.problem}"
            return self._settling.park(entry, text)
        until = now + self._patience.settle
        return self._settling.wait(entry, f"order {order.id} is not captured yet", until, order.id)

    def _checkout(self, entry: Installment, attempt: Attempt, billing: Billing) -> NewCheckout:
        """Prices have their taxes within: what is charged is what is owed, or nothing is."""
        terms = Terms.read(entry.terms)
        item = CheckoutItem(
            terms.sku,
            terms.quantity,
            entry.money,
            subscription_id=terms.subscription,
            billing_agreement_id=billing.agreement,
            is_aggregate=True,
        )
        return NewCheckout(
            customer_id=billing.customer,
            source_id=billing.source,
            currency=entry.currency,
            items=[item],
            upstream_id=self._upstream_id(entry),
            tax_inclusive=True,
            metadata={rules.ATTEMPT: str(attempt.number)},
        )

    def _upstream_id(self, entry: Installment) -> str:
        """The same for every attempt and every run: it is what an order of the installment is found by."""
        return str(entry.key)


def _check(entry: Installment) -> None:
    """RecordError for an entry of the ledger that no charge can be made of."""
    try:
        Terms.read(entry.terms)
        entry.money  # noqa: B018 - an amount that is none is refused here
    except ValueError as error:
        raise RecordError(str(entry.key), f"its entry cannot be charged: {error}") from None
