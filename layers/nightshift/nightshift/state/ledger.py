"""The payment ledger's records: one per installment, with every attempt to charge it. Money is whole numbers.

Written by two jobs and a person, deleted by nobody. Each change is a move to the next revision, so that of
two that move one installment at once, one does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol, cast

import orjson

from nightshift.state.codec import VERSION, Attributes, check_version, encode_json, well_formed
from nightshift.state.models import RunId
from nightshift.times import from_text, to_text


class Standing(StrEnum):
    """How an installment stands.

    due -> sending -> succeeded, declined (due again later, or failed) or unknown (looked up, never resent
    blindly); what stays unclear is parked for a person.
    """

    DUE = "due"
    SENDING = "sending"
    SUCCEEDED = "succeeded"
    DECLINED = "declined"
    UNKNOWN = "unknown"
    PARKED = "parked"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, order=True)
class InstallmentKey:
    """One installment of one subscription. `number` counts from 1."""

    storefront: str
    subscription: str
    number: int

    def __str__(self) -> str:
        return f"{self.storefront}:{self.subscription}:{self.number}"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to charge. It is written down before anything is sent; `outcome` is None until one is known."""

    number: int
    run: RunId
    sent_at: datetime
    outcome: Standing | None = None
    ended_at: datetime | None = None
    code: str | None = None
    order: str | None = None


@dataclass(frozen=True, slots=True)
class Installment:
    """What is owed, how it stands, and what was tried.

    `amount` is in minor units of the ISO currency; `terms` is what a charge needs to know beside it, as the
    job that wrote the entry put it. `next_at`: when a job must look at it again; None where none must.
    `order` is the provider's, once there is one; `reason` says why it is declined, parked or failed.
    """

    key: InstallmentKey
    revision: int
    standing: Standing
    amount: int
    currency: str
    due_at: datetime
    next_at: datetime | None
    run: RunId
    at: datetime
    terms: Mapping[str, object] = field(default_factory=dict)
    attempts: tuple[Attempt, ...] = ()
    order: str | None = None
    reason: str | None = None


class LedgerStore(Protocol):
    """The ledger. Nothing in it expires, and nothing can be deleted through it."""

    def add(self, installment: Installment) -> bool:
        """Write an installment that is not there yet, as revision 1; False where there is one already."""
        ...

    def read(self, key: InstallmentKey) -> Installment | None:
        """The installment, strongly consistent."""
        ...

    def move(self, installment: Installment) -> bool:
        """Write an installment over the revision before it; False, and nothing changed, where it moved on.

        Repeating a move is harmless.
        """
        ...

    def due(self, storefront: str, now: datetime) -> Iterator[Installment]:
        """Installments with `next_at` <= now, earliest first, as an index has them: it may lag by seconds."""
        ...

    def standing(self, storefront: str, standing: Standing) -> Iterator[Installment]:
        """Installments that no job will look at again and that stand so, oldest first, but `succeeded`."""
        ...


LEDGER_INDEX = "ledger"


def installment_partition(key: InstallmentKey) -> str:
    return f"INSTALLMENT#{key}"


def due_shelf(storefront: str) -> str:
    """The index partition of what a job must look at."""
    return f"{storefront}#due"


def shelf(storefront: str, standing: Standing) -> str:
    """The index partition of what no job will look at again."""
    return f"{storefront}#{standing.value}"


def encode_installment(installment: Installment) -> Attributes:
    """An installment; `shelf` and `shelf_at` put it into the sparse index."""
    key = installment.key
    found: Mapping[str, str | int | None] = {
        "version": VERSION,
        "storefront": key.storefront,
        "subscription": key.subscription,
        "number": key.number,
        "revision": installment.revision,
        "standing": installment.standing.value,
        "amount": installment.amount,
        "currency": installment.currency,
        "due_at": to_text(installment.due_at),
        "next_at": None if installment.next_at is None else to_text(installment.next_at),
        "run": installment.run,
        "at": to_text(installment.at),
        "terms": encode_json(dict(installment.terms)),
        "attempts": encode_json([_encode_attempt(attempt) for attempt in installment.attempts]),
        "order": installment.order,
        "reason": installment.reason,
    }
    attributes: Attributes = {name: value for name, value in found.items() if value is not None}
    if installment.next_at is not None:
        attributes |= {"shelf": due_shelf(key.storefront), "shelf_at": to_text(installment.next_at)}
    elif installment.standing is not Standing.SUCCEEDED:
        attributes |= {
            "shelf": shelf(key.storefront, installment.standing),
            "shelf_at": to_text(installment.due_at),
        }
    return well_formed(attributes)


def decode_installment(attributes: Mapping[str, object]) -> Installment:
    """An installment; StateVersionError where its version is unknown."""
    key = InstallmentKey(
        str(attributes.get("storefront")), str(attributes.get("subscription")), _whole(attributes, "number")
    )
    check_version(attributes, f"installment {key}")
    return Installment(
        key=key,
        revision=_whole(attributes, "revision"),
        standing=Standing(str(attributes["standing"])),
        amount=_whole(attributes, "amount"),
        currency=str(attributes["currency"]),
        due_at=from_text(str(attributes["due_at"])),
        next_at=from_text(str(attributes["next_at"])) if "next_at" in attributes else None,
        run=RunId(str(attributes["run"])),
        at=from_text(str(attributes["at"])),
        terms=orjson.loads(str(attributes["terms"])),
        attempts=tuple(_decode_attempt(found) for found in orjson.loads(str(attributes["attempts"]))),
        order=_text(attributes, "order"),
        reason=_text(attributes, "reason"),
    )


def _encode_attempt(attempt: Attempt) -> Mapping[str, object]:
    found: Sequence[tuple[str, object]] = (
        ("number", attempt.number),
        ("run", attempt.run),
        ("sent_at", to_text(attempt.sent_at)),
        ("outcome", None if attempt.outcome is None else attempt.outcome.value),
        ("ended_at", None if attempt.ended_at is None else to_text(attempt.ended_at)),
        ("code", attempt.code),
        ("order", attempt.order),
    )
    return {name: value for name, value in found if value is not None}


def _decode_attempt(found: Mapping[str, object]) -> Attempt:
    return Attempt(
        number=_whole(found, "number"),
        run=RunId(str(found["run"])),
        sent_at=from_text(str(found["sent_at"])),
        outcome=Standing(str(found["outcome"])) if "outcome" in found else None,
        ended_at=from_text(str(found["ended_at"])) if "ended_at" in found else None,
        code=_text(found, "code"),
        order=_text(found, "order"),
    )


def _whole(attributes: Mapping[str, object], name: str) -> int:
    return int(cast(int, attributes[name]))


def _text(attributes: Mapping[str, object], name: str) -> str | None:
    value = attributes.get(name)
    return None if value is None else str(value)
