"""Fields as JSON: what cannot be written is the record's own fault and leaves the others alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import TypeAlias

import orjson

from nightshift.connectors.salesforce.answers import Refusal

Fields: TypeAlias = Mapping[str, object]
"""Values by the name of the field: text, bool, int, float, Decimal, aware datetime, date or None."""

MAX_BODY = 4_000_000
"""Bytes of one request; Salesforce takes six million characters."""


@dataclass(frozen=True, slots=True)
class Row:
    """One record to write, under the caller's key, and its JSON."""

    key: str
    json: bytes


def encode(rows: Mapping[str, Fields], extra: Mapping[str, Fields]) -> tuple[list[Row], dict[str, Refusal]]:
    """The rows as JSON, `extra` by key laid over each, and by key why some cannot be."""
    encoded, failed = [], {}
    for key, fields in rows.items():
        try:
            encoded.append(Row(key, json_of({**fields, **extra[key]})))
        except TypeError as error:
            failed[key] = Refusal("NOT_SENT", f"it cannot be written as JSON: {error}")
    return encoded, failed


def json_of(fields: Fields) -> bytes:
    """Fields as JSON; TypeError for what has no form in Salesforce."""
    return orjson.dumps(fields, default=_write)


def in_parts(rows: Sequence[Row], most: int) -> Iterator[list[Row]]:
    """The rows in parts of at most `most`, each of which fits into a request."""
    part: list[Row] = []
    size = 0
    for row in rows:
        if part and (len(part) == most or size + len(row.json) > MAX_BODY):
            yield part
            part, size = [], 0
        part.append(row)
        size += len(row.json)
    if part:
        yield part


def same(sent: object, found: object) -> bool:
    """Whether a field holds what was sent, each in its own way of writing it."""
    if isinstance(sent, bool) or isinstance(found, bool):
        return sent is found
    if isinstance(sent, datetime) and isinstance(found, str):
        try:
            return datetime.fromisoformat(found) == sent.astimezone(UTC).replace(microsecond=0)
        except (ValueError, TypeError):
            return False
    if isinstance(sent, int | float | Decimal) and isinstance(found, int | float):
        return Decimal(repr(found)) == Decimal(str(sent))
    if sent in ("", None):
        return found is None
    return found == str(sent)


def _write(value: object) -> orjson.Fragment:
    """What orjson does not write by itself. Dates and instants it does."""
    if isinstance(value, Decimal) and value.is_finite():
        return orjson.Fragment(f"{value:f}")
    raise TypeError(f"{type(value).__name__} has no form in Salesforce")
