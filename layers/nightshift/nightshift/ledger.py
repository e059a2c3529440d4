"""The payment ledger as one run sees it: of one storefront, in its own name, by the run's clock.

Who would charge writes down first that he will, by a move that only one of two can make. What was begun and
whose end nobody knows stays visible, and whoever comes next asks the provider before he sends anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from nightshift.money import Money
from nightshift.state.ledger import Attempt, Installment, InstallmentKey, LedgerStore, Standing
from nightshift.state.models import RunId
from nightshift.times import Clock

__all__ = ["Attempt", "Installment", "Ledger", "Standing"]


class Ledger:
    """The installments of one storefront. A dry run reads, and writes nothing."""

    def __init__(
        self, store: LedgerStore, storefront: str, run: RunId, clock: Clock, *, dry_run: bool
    ) -> None:
        self._store = store
        self._storefront = storefront
        self._run = run
        self._clock = clock
        self._dry_run = dry_run

    def add(
        self, subscription: str, number: int, owed: Money, due_at: datetime, terms: Mapping[str, object]
    ) -> bool:
        """Write down what is owed, to be charged from `due_at` on; False where it stands there already,
        whatever has become of it. A dry run does not look, and says True."""
        entry = Installment(
            key=InstallmentKey(self._storefront, subscription, number),
            revision=1,
            standing=Standing.DUE,
            amount=owed.minor,
            currency=owed.currency,
            due_at=due_at,
            next_at=due_at,
            run=self._run,
            at=self._clock.now(),
            terms=terms,
        )
        return self._dry_run or self._store.add(entry)

    def due(self) -> Iterator[Installment]:
        """What a job must look at by now, earliest first. An entry may have moved on since."""
        return self._store.due(self._storefront, self._clock.now())

    def move(
        self,
        entry: Installment,
        standing: Standing,
        *,
        next_at: datetime | None = None,
        attempts: tuple[Attempt, ...] | None = None,
        order: str | None = None,
        reason: str | None = None,
    ) -> Installment | None:
        """Move an installment on from where it was read; None where somebody else has moved it since."""
        moved = replace(
            entry,
            revision=entry.revision + 1,
            standing=standing,
            next_at=next_at,
            attempts=entry.attempts if attempts is None else attempts,
            order=order,
            reason=reason,
            run=self._run,
            at=self._clock.now(),
        )
        return moved if self._dry_run or self._store.move(moved) else None
