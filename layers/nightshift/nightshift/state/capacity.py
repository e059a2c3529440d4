"""What DynamoDB charges on demand, told from sizes alone: the one model, for estimates and for tests.

Source: DynamoDB Developer Guide, "Read and write capacity". A write is charged by the larger of the item
before and after it, even where its condition is not met; an index by the entries that change. DynamoDB Local
charges the same, but nothing for a Query or a key of BatchGetItem that finds nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import TypeAlias

from nightshift.state.limits import size_of

Item: TypeAlias = Mapping[str, "str | int | bytes"]
"""An item with its keys `pk` and `sk`; empty where there is none."""

_WRITE_UNIT, _READ_UNIT = 1024, 4096


@dataclass(frozen=True, slots=True)
class Index:
    """A sparse index of a table, keys only: an item is in it that has both attributes."""

    partition: str
    sort: str

    def entry(self, item: Item) -> Item:
        """The item's entry; empty where it has none."""
        names = (self.partition, self.sort, "pk", "sk")
        return {name: item[name] for name in names} if item.keys() >= set(names) else {}


OPEN = Index("open", "started_at")
"""Of the State table: runs that are running or failed, and batch jobs with something to do."""

ERRORS = Index("error_shard", "error_at")
"""Of the Log table: warnings and errors."""


def write_units(before: Item, after: Item, *indexes: Index) -> int:
    """Units of a put, an update or a delete that takes effect. For a refused one give no index."""
    units = _written(max(size_of(before), size_of(after)))
    for index in indexes:
        old, new = index.entry(before), index.entry(after)
        if old != new:
            units += sum(_written(size_of(entry)) for entry in (old, new) if entry)
    return units


def read_units(size: int, *, consistent: bool) -> float:
    """Units of a read of `size` bytes: an item, or all items that a Query has looked at together."""
    units = max(1, ceil(size / _READ_UNIT))
    return units if consistent else units / 2


def _written(size: int) -> int:
    return max(1, ceil(size / _WRITE_UNIT))
