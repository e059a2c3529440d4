"""Raising installments: each is written into the ledger first, and its subscription advanced after that.

The order is the promise. A crash in between leaves a subscription that is due still, with its installment in
the ledger: the next run finds it there, adds nothing, and advances. The other order would skip one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from nightshift import Outcome, Run
from nightshift.connectors.salesforce import Org, Record, soql
from nightshift.errors import RecordError
from payments.subscriptions import ACTIVE, SUBSCRIPTION
from process_subscriptions.mapping import BILLING_DAY, NEXT_DATE, PACKAGED, Due, to_due
from process_subscriptions.params import Params

SETTLED = timedelta(seconds=5)
"""A subscription that was changed less long ago is left for the next run: Salesforce keeps whole seconds, and
a change in the second of the one that was read could not be told from it."""


class Raising:
    """The subscriptions of one storefront, as one run raises their installments."""

    def __init__(self, org: Org, run: Run[Params]) -> None:
        self._org = org
        self._run = run
        self._package = run.params.package
        self._ledger = run.ledger

    def due(self) -> Iterator[Record]:
        """Active subscriptions whose next installment is due by today's date in UTC, longest due first."""
        name, now = self._package, self._run.now()
        conditions = (
            f"{name('Storefront')} = {soql.literal(self._run.storefront)}",
            f"{name('Subscription_Type')} = {soql.literal(self._run.params.type)}",
            f"{name('Status')} = {soql.literal(ACTIVE)}",
            f"{name(NEXT_DATE)} <= {soql.literal(now.date())}",
            f"LastModifiedDate < {soql.literal(now - SETTLED)}",
        )
        fields = ("Id", "LastModifiedDate", "SystemModstamp", "CurrencyIsoCode", BILLING_DAY)
        query = soql.select(
            name(SUBSCRIPTION),
            (*fields, *map(name, PACKAGED)),
            where=" AND ".join(conditions),
            order_by=(name(NEXT_DATE), "Id"),
            limit=self._run.params.query_limit,
        )
        return self._org.query(query, page_size=200)

    def raise_all(self, records: Sequence[Record]) -> Outcome:
        """Raise the next installment of each, then advance the subscriptions that nobody has changed."""
        failed: dict[str, str] = {}
        added: dict[str, bool] = {}
        dues: dict[str, Due] = {}
        for record in records:
            try:
                due = dues[record.id] = to_due(record, self._package, str(self._run.storefront))
            except RecordError as error:
                failed[record.id] = error.reason
                continue
            terms = due.terms.as_json()
            added[record.id] = self._ledger.add(record.id, due.number, due.owed, due.due_at, terms)
        return Outcome(failed=failed) + self._advance(records, dues, added)

    def _advance(self, records: Sequence[Record], dues: dict[str, Due], added: dict[str, bool]) -> Outcome:
        seen = {record.id: record.instant("LastModifiedDate") for record in records if record.id in dues}
        written = self._org.update_unchanged(
            self._package(SUBSCRIPTION),
            {key: due.advanced(self._package) for key, due in dues.items()},
            {key: instant for key, instant in seen.items() if instant is not None},
        )
        failed = {
            key: f"installment {dues[key].number} is raised, but Salesforce does not let the subscription be "
            f"advanced: {refusal}"
            for key, refusal in written.failed.items()
        }
        done = [key for key in dues if key in written.done]
        notes = {key: f"installment {due.number} of {due.owed}" for key, due in dues.items()}
        later = [key for key in dues if key not in written.done and key not in failed]
        notes |= {
            key: f"{notes[key]}; the subscription was changed meanwhile, and advances later" for key in later
        }
        return Outcome(
            created=[key for key in done if added[key]],
            updated=[key for key in done if not added[key]],
            unchanged=later,
            failed=failed,
            notes=notes,
        )
