"""A subscription of Salesforce as the installment that is due of it, or why there can be none: pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal

from nightshift.connectors.salesforce import Package, Record
from nightshift.errors import RecordError
from nightshift.money import Money
from payments.subscriptions import Terms
from process_subscriptions.dates import billing_day_of, next_date, to_keep

COUNT, NEXT_DATE, BILLING_DAY = "Installment_Count", "Installment_Next_Run_Date", "Nightshift_Billing_Day__c"
PACKAGED = (
    COUNT, NEXT_DATE, "Storefront", "Installment_Amount", "Installments_Total", "Interval", "Interval_Count",
    "Product", "Quantity", "DR_Customer_Id", "DR_Source_Id", "DR_Billing_Agreement_Id", "DR_Subscription_Id",
)  # fmt: skip
"""Fields of the package that are read."""

_EXACT = 10**15
"""Salesforce's numbers are doubles: an amount of more digits may have lost its last ones on the way."""

_REQUIRED = {
    "DR_Customer_Id": "no customer at Digital River",
    "DR_Source_Id": "no stored source to charge",
    "DR_Billing_Agreement_Id": "no billing agreement",
    "DR_Subscription_Id": "no subscription at Digital River",
    "Product": "no product",
}


@dataclass(frozen=True, slots=True)
class Due:
    """The installment that is due, and what the subscription says once it is raised.

    `next_on` is None after the last one. `keeps` is the day of the month to be kept beside it, if any.
    """

    subscription: str
    number: int
    owed: Money
    due_at: datetime
    terms: Terms
    next_on: date | None
    keeps: int | None

    def advanced(self, package: Package) -> Mapping[str, object]:
        """The fields of the subscription, in absolute values: repeating it changes nothing."""
        return {
            package(COUNT): self.number,
            package(NEXT_DATE): self.next_on,
            BILLING_DAY: self.keeps,
        }


def to_due(record: Record, package: Package, storefront: str) -> Due:
    """RecordError with what is wrong: a subscription is charged as it says, or not at all."""
    named = record.text(package("Storefront"))
    if named != storefront:  # a query compares without case, and the ledger's keys do not
        raise RecordError(record.id, f"its storefront is {named!r}, and not {storefront!r}: write it alike")
    texts = {name: _text(record, package(name), missing) for name, missing in _REQUIRED.items()}
    day = record.day(package(NEXT_DATE))
    if day is None:
        raise RecordError(record.id, "it has no date of a next installment")
    number = (_whole(record, package(COUNT), 0) or 0) + 1
    total = _whole(record, package("Installments_Total"), 1)
    if total is not None and number > total:
        raise RecordError(
            record.id,
            f"all its {total} installments are raised, and yet there is a date of a next one, {day}",
        )
    billing_day = billing_day_of(day, _whole(record, BILLING_DAY, 1))
    return Due(
        subscription=record.id,
        number=number,
        owed=_owed(record, package),
        due_at=datetime.combine(day, time(), UTC),
        terms=Terms(
            sku=texts["Product"],
            quantity=_whole(record, package("Quantity"), 1) or 1,
            subscription=texts["DR_Subscription_Id"],
        ),
        next_on=None if number == total else _next(record, package, day, billing_day),
        keeps=None if number == total else to_keep(billing_day),
    )


def _owed(record: Record, package: Package) -> Money:
    amount, currency = record.number(package("Installment_Amount")), record.text("CurrencyIsoCode")
    if amount is None or currency is None:
        missing = "amount" if amount is None else "currency"
        raise RecordError(record.id, f"it says no {missing} of an installment")
    try:
        owed = Money.parse(amount, currency)
    except ValueError as error:
        raise RecordError(record.id, f"its installment: {error}") from None
    if owed.minor >= _EXACT:
        raise RecordError(
            record.id, f"an installment of {owed} has more digits than 15, which JSON carries exactly"
        )
    if owed.minor <= 0:
        raise RecordError(record.id, f"an installment of {owed} cannot be charged")
    return owed


def _next(record: Record, package: Package, day: date, billing_day: int) -> date:
    interval = record.text(package("Interval")) or ""
    try:
        return next_date(day, interval, _whole(record, package("Interval_Count"), 1) or 1, billing_day)
    except ValueError as error:
        raise RecordError(record.id, str(error)) from None


def _text(record: Record, field: str, missing: str) -> str:
    value = record.text(field)
    if not value:
        raise RecordError(record.id, f"it has {missing} ({field})")
    return value


def _whole(record: Record, field: str, least: int) -> int | None:
    """A whole number of at least so much, or None where there is none."""
    value = record.number(field)
    if value is None:
        return None
    if value != value.to_integral_value() or value < least:
        raise RecordError(record.id, f"{field} = {_shown(value)}: expected a whole number from {least} on")
    return int(value)


def _shown(value: Decimal) -> str:
    return f"{value:f}"[:40]
