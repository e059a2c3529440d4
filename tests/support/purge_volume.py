"""A great many log records, written fast: packed once for real, then put again at other times."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice

from nightshift.logs.codec import log_partition
from nightshift.logs.packing import RECORDS_PER_ITEM, to_items
from nightshift.logs.records import Level, LogRecord
from nightshift.logs.retention import run_expiry
from nightshift.state.codec import Attributes
from nightshift.state.dynamodb.logs import indexed
from nightshift.state.models import RunId, RunRecord, Status
from nightshift.times import to_text
from support.purging import DAY, MILLISECOND, NIGHT, SYNC, SYNC_KEY, Night

Put = Callable[[Sequence[tuple[str, str, Attributes]]], None]

ITEMS_OF_A_RUN = 2_000
BEGAN = NIGHT - 45 * DAY


def fill(night: Night, put: Put, items: int, level: Level) -> int:
    """So many log items of old runs, 2,000 to each; how many records they hold."""
    records = RECORDS_PER_ITEM if level < Level.WARNING else 1
    for first in range(0, items, ITEMS_OF_A_RUN):
        began = BEGAN + timedelta(minutes=first // ITEMS_OF_A_RUN)
        run = RunId(f"{began:%Y%m%dT%H%M%S}000Z-{first:08d}")
        expires = run_expiry(began, SYNC)
        night.state.runs.put(
            RunRecord(run, SYNC_KEY, "schedule", Status.SUCCEEDED, began, expires_at=expires)
        )
        number = min(ITEMS_OF_A_RUN, items - first)
        source = _items(run, began, level, records, number)
        while chunk := list(islice(source, 500)):
            put(chunk)
    return items * records


def _items(
    run: RunId, began: datetime, level: Level, records: int, number: int
) -> Iterator[tuple[str, str, Attributes]]:
    texts = [
        f"product {place} updated: its title, its price and 3 of its variants" for place in range(records)
    ]
    pattern = [
        LogRecord(run, SYNC_KEY, began + place * MILLISECOND, place, level, text, batch=7, record=f"{place}")
        for place, text in enumerate(texts)
    ]
    ((_, item),) = to_items(pattern, NIGHT + 15 * DAY)
    for place in range(number):
        first = began + place * records * MILLISECOND
        spans = {"at": to_text(first)}
        if "last_at" in item:
            spans["last_at"] = to_text(first + (records - 1) * MILLISECOND)
        sort_key = f"{to_text(first)}#{place * records:08d}"
        yield log_partition(run), sort_key, indexed(sort_key, {**item, **spans})
