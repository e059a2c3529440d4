"""Log records as items: DEBUG and INFO packed, WARNING and ERROR one by one, because an index lists those.

An item has one level, so that a retention of one level needs no unpacking. Its sort key is that of its first
record; whoever reads a run reads the items in that order and merges their records.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from heapq import heappop, heappush
from typing import cast

import orjson

from nightshift.logs.codec import decode_log, encode_body, encode_head, instant_of, log_sort_key
from nightshift.logs.records import Level, LogRecord
from nightshift.state.codec import Attributes

RECORDS_PER_ITEM = 50

PACK_BYTES = 390_000
"""The most that is packed into one item, before it is compressed: text that cannot be compressed fits into
the 400 KB that DynamoDB takes, and so does the largest record, were all of it control characters."""


def to_items(records: Iterable[LogRecord], expires_at: datetime) -> list[tuple[str, Attributes]]:
    """Records of one run as items with their sort keys. Of two records with one key the last counts."""
    distinct = {log_sort_key(record): record for record in records}
    ordered = [distinct[key] for key in sorted(distinct)]
    items = [
        (log_sort_key(record), encode_head(record) | encode_body(record))
        for record in ordered
        if record.level >= Level.WARNING
    ]
    for level in (Level.DEBUG, Level.INFO):
        items += _packed([record for record in ordered if record.level == level])
    return [(key, {**item, "expires_at": int(expires_at.timestamp())}) for key, item in items]


def from_items(
    items: Iterable[tuple[str, Mapping[str, object]]], visible_since: datetime, now: datetime
) -> Iterator[LogRecord]:
    """The records of items that come in the order of their sort keys, oldest first; each once.

    Hidden are records older than `visible_since`, and items that have expired by `now`, removed or not.
    Only records that may still be preceded by one of a later item are held back.
    """
    waiting: list[tuple[str, int, LogRecord]] = []
    number, last = 0, ""
    for sort_key, item in items:
        while waiting and waiting[0][0] < sort_key:
            last, record = _next(waiting, last)
            if record is not None:
                yield record
        if _has_expired(item, now):
            continue
        for record in unpack(item):
            if record.at >= visible_since:
                number += 1
                heappush(waiting, (log_sort_key(record), number, record))
    while waiting:
        last, record = _next(waiting, last)
        if record is not None:
            yield record


def unpack(item: Mapping[str, object]) -> list[LogRecord]:
    """The records of an item, oldest first; StateVersionError where its version is unknown."""
    return [decode_log(item, body) for body in _bodies(item)]


def count_older(item: Mapping[str, object], before: datetime) -> int:
    """How many records of an item are older than an instant."""
    return sum(instant_of(body, "at") < before for body in _bodies(item))


def without_older(item: Mapping[str, object], before: datetime) -> Attributes:
    """What changes in a packed item that loses its records older than `before`; its sort key stays."""
    return _pack([body for body in _bodies(item) if instant_of(body, "at") >= before])


def _packed(records: Sequence[LogRecord]) -> Iterator[tuple[str, Attributes]]:
    start = 0
    while start < len(records):
        bodies: list[Attributes] = []
        size = 0
        for record in records[start : start + RECORDS_PER_ITEM]:
            body = encode_body(record)
            size += len(orjson.dumps(body)) + 1
            if bodies and size > PACK_BYTES:
                break
            bodies.append(body)
        yield log_sort_key(records[start]), encode_head(records[start]) | _pack(bodies)
        start += len(bodies)


def _pack(bodies: Sequence[Mapping[str, object]]) -> Attributes:
    return {
        "at": str(bodies[0]["at"]),
        "last_at": str(bodies[-1]["at"]),
        "count": len(bodies),
        "packed": gzip.compress(orjson.dumps(bodies), compresslevel=6, mtime=0),
    }


def _bodies(item: Mapping[str, object]) -> Sequence[Mapping[str, object]]:
    packed = item.get("packed")
    if packed is None:
        return (item,)
    return cast(Sequence[Mapping[str, object]], orjson.loads(gzip.decompress(cast(bytes, packed))))


def _next(waiting: list[tuple[str, int, LogRecord]], last: str) -> tuple[str, LogRecord | None]:
    """The first of those that wait; None where it has been told: two items may have it after a crash."""
    key, _, record = heappop(waiting)
    return key, None if key == last else record


def _has_expired(item: Mapping[str, object], now: datetime) -> bool:
    expires_at = item.get("expires_at")
    return expires_at is not None and int(cast(int, expires_at)) <= now.timestamp()
