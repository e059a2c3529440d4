"""What a job reads and writes: pages of source records, batches of them, and what became of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from nightshift.errors import RunError

FINGERPRINT_BYTES = 8
"""Length of a fingerprint: at 2**-64, an unnoticed change is rarer than a broken disk."""


class Mapped(Protocol):
    """A source record in the target's terms."""

    @property
    def key(self) -> str:
        """The record's identity in the source; at most 255 bytes of UTF-8."""
        ...

    @property
    def fingerprint(self) -> bytes:
        """A hash of all that would be written, `FINGERPRINT_BYTES` long."""
        ...


R_co = TypeVar("R_co", covariant=True)
T = TypeVar("T")


class Page(Protocol[R_co]):
    """One page of a source. It is parsed only when `records` is called."""

    @property
    def start(self) -> int:
        """The place of its first record in the source, from 0."""
        ...

    @property
    def total(self) -> int:
        """How many records the source has, as this page says."""
        ...

    @property
    def digest(self) -> bytes:
        """A hash of the records' bytes, `FINGERPRINT_BYTES` long; not of the envelope around them."""
        ...

    def records(self) -> Sequence[tuple[str, R_co]]:
        """Key and record, in the source's order; UpstreamError where the page is not what it should be."""
        ...


@dataclass(frozen=True, slots=True)
class Batch(Generic[T]):
    """The unit of work and of commit: records and, in the same order, their keys.

    `compare` asks to leave alone what the target holds already: of some records nobody knows.
    """

    number: int
    records: tuple[T, ...]
    keys: tuple[str, ...]
    compare: bool = False


@dataclass(frozen=True, slots=True)
class Removal:
    """Records that the source has lost, by key: a batch of their own kind."""

    number: int
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the target did with each record of a batch, by key. Every key is in exactly one place.

    `notes` say in words what was done, or would be: a dry run shows them.
    """

    created: Sequence[str] = ()
    updated: Sequence[str] = ()
    unchanged: Sequence[str] = ()
    removed: Sequence[str] = ()
    failed: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)

    def __add__(self, other: Outcome) -> Outcome:
        return Outcome(
            [*self.created, *other.created],
            [*self.updated, *other.updated],
            [*self.unchanged, *other.unchanged],
            [*self.removed, *other.removed],
            {**self.failed, **other.failed},
            {**self.notes, **other.notes},
        )

    def __len__(self) -> int:
        parts = (self.created, self.updated, self.unchanged, self.removed, self.failed)
        return sum(len(part) for part in parts)


def check_answered(batch: Batch[Any], keys: Iterable[str]) -> None:
    """RunError unless these are the keys of the batch, each once."""
    named = sorted(keys)
    if named != sorted(batch.keys):
        raise RunError(
            f"the target answered for {len(named)} of the {len(batch.keys)} records of batch "
            f"{batch.number}, or for others: nothing of the batch is taken as written"
        )
