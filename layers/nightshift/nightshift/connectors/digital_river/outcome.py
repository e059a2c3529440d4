"""What became of a write: a type for each thing that a caller has to do next."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

T_co = TypeVar("T_co", covariant=True)

_PLACE = re.compile(r"items\[([0-9]{1,5})\]")


@dataclass(frozen=True, slots=True)
class Problem:
    """One error of Digital River's list. `code` is empty where it gave none; the message is cleaned, and at
    most 500 characters long."""

    code: str
    parameter: str | None
    message: str

    def item(self, item_ids: Sequence[str]) -> str | None:
        """Which of the items that were sent is meant, they being given in the order of the request.

        None where it is the request as a whole, or cannot be told. The parameter decides; the message, whose
        words may change, only where there is none, and only where it names a single one of them.
        """
        if self.parameter:
            place = _PLACE.match(self.parameter)
            index = int(place[1]) if place else len(item_ids)
            return item_ids[index] if index < len(item_ids) else None
        named = [item_id for item_id in dict.fromkeys(item_ids) if self._names(item_id)]
        return named[0] if len(named) == 1 else None

    def _names(self, item_id: str) -> bool:
        return re.search(rf"(?<![\w-]){re.escape(item_id)}(?![\w-])", self.message) is not None

    def __str__(self) -> str:
        place = f" ({self.parameter})" if self.parameter else ""
        return f"{self.code}{place}: {self.message}" if self.code else self.message


@dataclass(frozen=True, slots=True)
class Done(Generic[T_co]):
    """It took effect, and this is what Digital River holds now."""

    value: T_co
    created: bool


@dataclass(frozen=True, slots=True)
class Planned:
    """A dry run: nothing was sent. `creates` is false where something would be replaced."""

    creates: bool = True


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing was done, and the same request will be refused again. `status` is 0 where it was not even sent,
    because JSON cannot carry it."""

    status: int
    problem: Problem


@dataclass(frozen=True, slots=True)
class Conflict:
    """409: nothing was done, because of how things stand; perhaps what was asked for is done already.

    `problem.code` says which: `item_fulfilled`, `quantity_too_large`, `declined`, `insufficient_funds`, …
    """

    problem: Problem


@dataclass(frozen=True, slots=True)
class Unknown:
    """It was sent, and nobody knows whether it took effect: look before sending it again."""

    reason: str


Result: TypeAlias = Done[T_co] | Planned | Refused | Conflict | Unknown
