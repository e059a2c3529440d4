"""Records of a list in batches, for jobs that are told what to do: what is due, flagged or expired.

Promises:

- A batch is handed out after the one before it was committed, and not when there is no time left for it.
- A record that was set aside is left alone once its tries are used up, until its payload changes.
- The cursor moves with a commit, past the records of that batch and no further.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from nightshift.batch import Batch, Outcome, Removal, check_answered
from nightshift.quarantine import Quarantine
from nightshift.state.models import Counts, Cursor, Fingerprints, Status

T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Reading(Generic[T]):
    """How a list is read: a record's identity, the digest of its payload, and the cursor behind it."""

    key: Callable[[T], str]
    digest: Callable[[T], str]
    cursor: Callable[[T], Cursor] | None


class Batches(Generic[T]):
    """One list of records. Iterate over it once; each batch must be settled before the next is asked for.

    `after` is the list that the run worked on before: batches are numbered through.
    """

    full = False
    total: int | None = None

    def __init__(
        self,
        records: Iterable[T],
        reading: Reading[T],
        batch_size: int,
        position: Cursor,
        quarantine: Quarantine,
        now: datetime,
        has_time: Callable[[], bool],
        *,
        after: Batches[Any] | None = None,
        on_batch: Callable[[Batch[T]], None],
    ) -> None:
        self.position = position
        self._number: int = after._number if after is not None else 0
        self._records = records
        self._reading = reading
        self._batch_size = batch_size
        self._quarantine = quarantine
        self._now = now
        self._has_time = has_time
        self._on_batch = on_batch
        self._source: Iterator[T] | None = None
        self._passed: Cursor | None = None
        self._advanced: Cursor | None = after._advanced if after is not None else None
        self._digests: dict[str, str] = {}
        self._counts = Counts()
        self._failures: list[tuple[str, str]] = []

    def __iter__(self) -> Iterator[Batch[T]]:
        self._source = iter(self._records)
        taken: dict[str, T] = {}
        for record in self._source:
            key, digest = self._reading.key(record), self._reading.digest(record)
            if self._reading.cursor is not None:
                self._passed = self._reading.cursor(record)
            if self._quarantine.waits(key, digest):
                self._counts += Counts(read=1, quarantined=1)
                continue
            taken[key] = record  # of two records with one key the later counts
            self._digests[key] = digest
            if len(taken) >= self._batch_size:
                if not self._has_time():
                    return
                yield self._batch(taken)
                taken = {}
        if taken:
            if not self._has_time():
                return
            yield self._batch(taken)
        self.position = self.position if self._passed is None else self._passed

    def close(self) -> None:
        close = getattr(self._source, "close", None)
        if close is not None:
            close()

    def advance(self, cursor: Cursor) -> None:
        """Put the cursor there with the next commit, or at the end of a run that does not fail."""
        self._advanced = cursor

    def settle(self, batch: Batch[Any] | Removal, outcome: Outcome) -> None:
        if isinstance(batch, Removal):
            raise TypeError("a list of records has no removals of its own")
        answered = [*outcome.created, *outcome.updated, *outcome.unchanged, *outcome.removed]
        check_answered(batch, [*answered, *outcome.failed])
        for key in batch.keys:
            digest = self._digests.pop(key)
            if key in outcome.failed:
                self._quarantine.set_aside(key, outcome.failed[key], digest, self._now)
            else:
                self._quarantine.clear(key)
        self._failures += outcome.failed.items()
        self._counts += Counts(
            read=len(batch.keys) - len(outcome.removed),
            created=len(outcome.created),
            updated=len(outcome.updated),
            unchanged=len(outcome.unchanged),
            quarantined=len(outcome.failed),
            removed=len(outcome.removed),
            batches=1,
        )
        self._move(self._passed)

    def take_counts(self) -> Counts:
        counts, self._counts = self._counts, Counts()
        return counts

    def take_failures(self) -> list[tuple[str, str]]:
        failures, self._failures = self._failures, []
        return failures

    def take_fingerprints(self) -> list[Fingerprints]:
        """None: a list says itself what is to be done."""
        return []

    def wind_up(self, status: Status, in_flight: Sequence[str]) -> list[Fingerprints]:
        if status in (Status.SUCCEEDED, Status.INCOMPLETE):
            self._move(None)
        return []

    def _move(self, cursor: Cursor | None) -> None:
        if self._advanced is not None:
            self.position, self._advanced = self._advanced, None
        elif cursor is not None:
            self.position = cursor

    def _batch(self, taken: dict[str, T]) -> Batch[T]:
        self._number += 1
        batch = Batch(self._number, tuple(taken.values()), tuple(taken))
        self._on_batch(batch)
        return batch
