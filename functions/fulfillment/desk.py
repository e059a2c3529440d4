"""Where orders are dealt with, one after the other: read, sent, written back, closed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fulfillment.model import Order, RowStatus
from fulfillment.params import Params
from fulfillment.reading import Orders
from fulfillment.sending import Dealt, Sending
from fulfillment.writing import changes_of
from nightshift import Outcome, Run
from nightshift.connectors.digital_river import Account
from nightshift.connectors.salesforce import Org, Record
from nightshift.errors import RecordError

_SECONDS_PER_ORDER = 3.0
"""Nothing is sent that cannot be written back: with less time than this an order is left for the next run."""


class Desk:
    """What one run fulfils."""

    def __init__(self, org: Org, account: Account, run: Run[Params]) -> None:
        self.orders = Orders(org, run.params.package)
        self._org = org
        self._run = run
        self._package = run.params.package
        self._sending = Sending(account.fulfillments, run, run.params.patience)

    def work_off(self, records: Iterable[Record]) -> None:
        """Deal with these fulfilment records in batches, until the run has had as many orders as it may."""
        dealt_with = 0
        for batch in self._run.batches(records, lambda record: record.id, digest=_digest):
            outcome = self.fulfil(batch.records)
            self._run.commit(batch, outcome)
            dealt_with += len(outcome.updated)
            if dealt_with >= self._run.params.query_limit:
                return

    def fulfil(self, records: Sequence[Record]) -> Outcome:
        """Send what is pending of these fulfilment records; each order is written back before the next is
        sent."""
        outcome = Outcome()
        for record_id, order in self.orders.load(records).items():
            if isinstance(order, RecordError):
                outcome += Outcome(failed={record_id: order.reason})
            elif self._run.has_time(_SECONDS_PER_ORDER):
                outcome += self._deal_with(order)
            else:
                outcome += Outcome(unchanged=[record_id], notes={record_id: "no time is left for it"})
        return outcome

    def _deal_with(self, order: Order) -> Outcome:
        dealt = self._sending.deal_with(order)
        refusal = self._org.update_together(changes_of(self._package, order, dealt.changes))
        if refusal is not None:
            return Outcome(
                failed={order.id: f"what became of its rows cannot be noted in Salesforce: {refusal}"}
            )
        self._sending.close(dealt)
        self._tell(order, dealt)
        if not dealt.changes:
            return Outcome(unchanged=[order.id], notes={order.id: dealt.waits})
        return Outcome(updated=[order.id], notes={order.id: _note(dealt)})

    def _tell(self, order: Order, dealt: Dealt) -> None:
        for change in dealt.changes:
            if change.status is not RowStatus.COMPLETED:
                text = f"row {change.row.id} is {change.status.value}: {change.message}"
                self._run.log.warning(text, extra={"record": order.id})


def _digest(record: Record) -> str:
    """Any change of the record, or of what it counts, is reason enough to try it again."""
    return record.text("SystemModstamp") or ""


def _note(dealt: Dealt) -> str:
    """`fulfil 3, cancel 1 of order items a, b`: what a dry run says of an order."""
    rows = [change.row for change in dealt.changes if change.status is RowStatus.COMPLETED]
    failed = len(dealt.changes) - len(rows)
    parts = [f"fulfil {row.asked.fulfil} and cancel {row.asked.cancel} of item {row.item_id}" for row in rows]
    return "; ".join([*parts, *([f"{failed} rows refused"] if failed else [])])
