"""What a report says, as figures: what the page, the table and the JSON are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from report_products.entry import Change, Entry

STATUSES = ("published", "draft", "proposed", "rejected")
"""Medusa's, in the order in which they are shown; one that it adds comes behind them."""


@dataclass(frozen=True, slots=True)
class CategoryFigures:
    """Products of a category by status; the name is empty for those that have none."""

    name: str
    by_status: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.by_status.values())


@dataclass(frozen=True, slots=True)
class PriceFigures:
    """The prices of all variants in one currency. `ranges`: from, up to but not including, how many."""

    currency: str
    count: int
    lowest: Decimal
    median: Decimal
    highest: Decimal
    ranges: Sequence[tuple[Decimal, Decimal, int]]


@dataclass(frozen=True, slots=True)
class Some:
    """How many there are, and the first of them."""

    count: int
    first: Sequence[Entry]


@dataclass(frozen=True, slots=True)
class Changes:
    """What has changed since the report `since`, by kind, and the first of each kind."""

    since: str
    counts: Mapping[str, int]
    first: Sequence[Change]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Figures:
    """A report. `changes` is None for the first one."""

    name: str
    at: datetime
    products: int
    variants: int
    by_status: Mapping[str, int]
    by_category: Sequence[CategoryFigures]
    prices: Sequence[PriceFigures]
    unpictured: Some
    unpriced: Some
    changes: Changes | None

    @property
    def statuses(self) -> Sequence[str]:
        """The statuses that occur, in the order in which they are shown."""
        known = [status for status in STATUSES if status in self.by_status]
        return [*known, *sorted(set(self.by_status) - set(known))]
