"""Subscriptions as they stand in Salesforce when one is charged: whom to charge, and whether to."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from nightshift.connectors.salesforce import Change, Org, Package, Record, Refusal, soql
from nightshift.errors import RecordError
from payments.subscriptions import ACTIVE, COMPLETED, PAST_DUE, SUBSCRIPTION

_READ = {
    "DR_Customer_Id": "customer at Digital River",
    "DR_Source_Id": "stored source",
    "DR_Billing_Agreement_Id": "billing agreement",
}


@dataclass(frozen=True, slots=True)
class Billing:
    """Whom to charge, and by which agreement."""

    customer: str
    source: str
    agreement: str


class Subscriptions:
    """The subscriptions of a few installments, read together when the first of them is asked for.

    Threads ask one at a time: `alone` is held meanwhile.
    """

    def __init__(
        self, org: Org, package: Package, ids: Iterable[str], alone: AbstractContextManager[Any]
    ) -> None:
        self._org = org
        self._alone = alone
        self._package = package
        self._ids = list(dict.fromkeys(ids))
        self._records: dict[str, Record] | None = None

    def billing(self, subscription: str) -> Billing:
        """RecordError where it must not be charged, with the reason. What was raised is owed, also where the
        subscription is past due by now, or has no further installments."""
        with self._alone:
            if self._records is None:
                self._records = self._read()
            record = self._records.get(subscription)
        if record is None:
            raise RecordError(subscription, f"subscription {subscription} is not in Salesforce any more")
        status = record.text(self._package("Status"))
        if status not in (ACTIVE, PAST_DUE, COMPLETED):
            raise RecordError(subscription, f"subscription {subscription} is {status or 'without a status'}")
        found = {name: record.text(self._package(name)) for name in _READ}
        missing = [what for name, what in _READ.items() if not found[name]]
        if missing:
            raise RecordError(subscription, f"subscription {subscription} has no {', no '.join(missing)}")
        return Billing(*(str(value) for value in found.values()))

    def mark_past_due(self, subscription: str) -> Refusal | None:
        """Say on the subscription that an installment of it is unpaid; why not, where Salesforce refuses."""
        fields = {self._package("Status"): PAST_DUE}
        return self._org.update_together([Change(self._package(SUBSCRIPTION), subscription, fields)])

    def _read(self) -> dict[str, Record]:
        fields = ("Id", *map(self._package, ("Status", *_READ)))
        return {
            record.id: record
            for ids in soql.lists(self._ids)
            for record in self._org.query(
                soql.select(self._package(SUBSCRIPTION), fields, where=f"Id IN {ids}")
            )
        }
