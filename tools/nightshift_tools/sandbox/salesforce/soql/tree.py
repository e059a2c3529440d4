"""A query as a tree."""

from dataclasses import dataclass
from typing import TypeAlias

Path: TypeAlias = tuple[str, ...]
"""A field, or the relations that lead to it and then the field: `("Order", "Name")`."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text in quotes; `pattern` is the same as a pattern for LIKE, with \\ before what is no wildcard."""

    value: str
    pattern: str


@dataclass(frozen=True, slots=True)
class Number:
    """A number, as it was written."""

    value: str


@dataclass(frozen=True, slots=True)
class Instant:
    """A date with a time and a zone, or a date alone, as it was written."""

    value: str
    has_time: bool


@dataclass(frozen=True, slots=True)
class Word:
    """`true`, `false` or `null`, in lower case."""

    value: str


Literal: TypeAlias = Text | Number | Instant | Word


@dataclass(frozen=True, slots=True)
class Comparison:
    """`field operator value`. IN and NOT IN have several values, the others one."""

    path: Path
    operator: str
    values: tuple[Literal, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """What the condition within does not match."""

    inner: "Condition"


@dataclass(frozen=True, slots=True)
class Group:
    """Conditions joined by `AND` or by `OR`, never by both."""

    operator: str
    parts: tuple["Condition", ...]


Condition: TypeAlias = Comparison | Not | Group


@dataclass(frozen=True, slots=True)
class Order:
    """One field of ORDER BY."""

    path: Path
    descending: bool = False
    nulls_last: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """A whole query. Without fields it counts: `SELECT COUNT()`."""

    fields: tuple[Path, ...]
    source: str
    where: Condition | None = None
    order: tuple[Order, ...] = ()
    limit: int | None = None
    offset: int = 0
