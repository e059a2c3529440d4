"""Charges: what an order took from a source. They are captured through fulfilments, not by themselves."""

from __future__ import annotations

from dataclasses import dataclass

from nightshift.connectors.digital_river.api import Api, path_of
from nightshift.connectors.digital_river.reading import Document, Fields
from nightshift.money import Money


@dataclass(frozen=True, slots=True)
class Capture:
    """One capture of a charge; `state` is pending, complete or failed."""

    id: str
    state: str
    amount: Money
    failure_code: str | None


@dataclass(frozen=True, slots=True)
class Charge:
    """`state` goes pending, capturable, processing, complete; or it is cancelled or failed."""

    id: str
    state: str
    amount: Money
    type: str | None
    failure_code: str | None
    failure_message: str | None
    captures: tuple[Capture, ...] = ()


class Charges:
    """The charges of an account."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def get(self, charge_id: str) -> Charge | None:
        """One charge; they cannot be listed."""
        return self._api.get(path_of("charges", charge_id), _charge)


def read_charge(fields: Fields, currency: str) -> Charge:
    """A charge as it stands alone or within an order, in the order's currency where it names none."""
    currency = fields.maybe_text("currency") or currency
    return Charge(
        id=fields.text("id"),
        state=fields.text("state"),
        amount=fields.money("amount", currency),
        type=fields.maybe_text("type"),
        failure_code=fields.maybe_text("failureCode"),
        failure_message=fields.maybe_text("failureMessage"),
        captures=tuple(
            Capture(
                capture.text("id"),
                capture.text("state"),
                capture.money("amount", currency),
                capture.maybe_text("failureCode"),
            )
            for capture in fields.each("captures")
        ),
    )


def _charge(document: Document) -> Charge:
    fields = Fields(document)
    return read_charge(fields, fields.text("currency"))
