"""The payment ledger: one entry per installment, with every attempt to charge it. Money is whole numbers.

Written by two jobs and a person, deleted by nobody. Each change is a move to the next revision, so that of
two that move one installment at once, one does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from nightshift.money import Money
from nightshift.state.models import RunId


class Standing(StrEnum):
    """How an installment stands, or how an attempt or a decision has left it.

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

    @classmethod
    def parse(cls, text: str) -> InstallmentKey:
        """The key that `str` writes; ValueError for any other text."""
        storefront, _, rest = text.partition(":")
        subscription, _, number = rest.rpartition(":")
        if not (storefront and subscription and number.isascii() and number.isdecimal()):
            raise ValueError(f"{text!r} names no installment: write <storefront>:<subscription>:<number>")
        return cls(storefront, subscription, int(number))


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to charge. It is written down before anything is sent; `outcome` is None until one is known,
    and `unknown` where the request was never seen at the provider.

    `source` is what was to be charged; `code` is the provider's, of a decline; `order` its order.
    """

    number: int
    run: RunId
    sent_at: datetime
    source: str | None = None
    outcome: Standing | None = None
    ended_at: datetime | None = None
    code: str | None = None
    order: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person has made of an installment, and why, after so many attempts."""

    at: datetime
    standing: Standing
    reason: str
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Installment:
    """What is owed, how it stands, and what was tried.

    `amount` is in minor units of the ISO currency; `terms` is what a charge needs to know beside it, as the
    job that wrote the entry put it. `next_at`: when a job must look at it again; None where none must.
    `order` is the provider's, once there is one; `reason` says why it is declined, unknown, parked or failed.
    `run` is the one that wrote this revision, at `at`.
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
    decisions: tuple[Decision, ...] = ()
    order: str | None = None
    reason: str | None = None

    @property
    def money(self) -> Money:
        """The amount with its currency."""
        return Money(self.amount, self.currency)

    @property
    def last(self) -> Attempt | None:
        """The last attempt; None before the first."""
        return self.attempts[-1] if self.attempts else None


class LedgerStore(Protocol):
    """The ledger. Nothing in it expires, and nothing can be deleted through it."""

    def add(self, installment: Installment) -> bool:
        """Write an installment that is not there yet, as revision 1; False where there is one already.

        Nothing is read for it, and nothing that is there is changed.
        """
        ...

    def read(self, key: InstallmentKey) -> Installment | None:
        """The installment, strongly consistent."""
        ...

    def move(self, installment: Installment) -> bool:
        """Write an installment over the revision before it; False, and nothing changed, where it moved on or
        is not there.

        Repeating a move is harmless.
        """
        ...

    def due(self, storefront: str, now: datetime) -> Iterator[Installment]:
        """Installments with `next_at` <= now, earliest first, as an index has them: it may lag by seconds."""
        ...

    def standing(self, storefront: str, standing: Standing) -> Iterator[Installment]:
        """Installments that no job will look at again and that stand so, oldest first, but `succeeded`."""
        ...
