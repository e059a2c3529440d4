"""What a job reads and writes: pages of source records, batches of mapped ones, and what became of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

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
M = TypeVar("M", bound=Mapped)


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
class Batch(Generic[M]):
    """The unit of work and of commit: mapped records that have changed, or may have.

    `compare` asks to leave alone what the target holds already: of some records nobody knows.
    """

    number: int
    records: tuple[M, ...]
    compare: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(record.key for record in self.records)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the target did with each record of a batch, by key. Every key is in exactly one place."""

    created: Sequence[str] = ()
    updated: Sequence[str] = ()
    unchanged: Sequence[str] = ()
    removed: Sequence[str] = ()
    failed: Mapping[str, str] = field(default_factory=dict)

    def __add__(self, other: Outcome) -> Outcome:
        return Outcome(
            [*self.created, *other.created],
            [*self.updated, *other.updated],
            [*self.unchanged, *other.unchanged],
            [*self.removed, *other.removed],
            {**self.failed, **other.failed},
        )

    def __len__(self) -> int:
        parts = (self.created, self.updated, self.unchanged, self.removed, self.failed)
        return sum(len(part) for part in parts)
