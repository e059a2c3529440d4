"""Run records and log items of all jobs in SQLite, for whoever removes them or holds them back."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from nightshift.archive.codec import (
    GLOBAL,
    HOLD,
    SETTINGS,
    as_seen,
    decode_holds,
    decode_item,
    encode_hold,
    first_run,
    last_run,
)
from nightshift.archive.model import Hold, LogItem
from nightshift.logs.codec import AFTER_ALL, BEFORE_ALL, log_partition
from nightshift.logs.packing import count_older, without_older
from nightshift.state.codec import (
    CONTROL,
    VERSION,
    Attributes,
    decode_control,
    decode_run,
    partition,
    run_sort_key,
)
from nightshift.state.models import JobKey, RunId, RunRecord
from nightshift_tools.embedded.database import Database
from nightshift_tools.embedded.items import Items

ITEMS_PER_PAGE = 500


class SqliteArchive:
    """The `ArchiveStore` port over one database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._state = Items(database, "state")
        self._log = Items(database, "log")

    def overrides(self, key: JobKey) -> Mapping[str, str]:
        found = self._state.get(partition(key), CONTROL)
        return decode_control(found, key).overrides if found is not None else {}

    def runs(self, key: JobKey, before: datetime | None, start: RunId | None = None) -> Iterator[RunRecord]:
        for _, found in _pages(self._state, partition(key), first_run(start), last_run(before)):
            record = decode_run(found, key)
            if before is None or record.started_at < before:
                yield record

    def log_of(self, run: RunId, *, consistent: bool = True) -> Iterator[LogItem]:
        for sort_key, found in _pages(self._log, log_partition(run), BEFORE_ALL, AFTER_ALL):
            yield decode_item(sort_key, found)

    def log_segment(self, segment: int, of: int, after: tuple[RunId, str] | None) -> Iterator[LogItem]:
        start = ("", "") if after is None else (log_partition(after[0]), after[1])
        while page := self._log.where("(pk, sk) > (?, ?) ORDER BY pk, sk LIMIT ?", (*start, ITEMS_PER_PAGE)):
            found = [decode_item(sort_key, item) for sort_key, item in page]
            yield from (item for item in found if zlib.crc32(item.run.encode()) % of == segment)
            start = (log_partition(found[-1].run), found[-1].sort_key)

    def remove_log(self, items: Sequence[LogItem]) -> None:
        with self._database.write():
            for item in items:
                self._log.delete(log_partition(item.run), item.sort_key)

    def count_older(self, item: LogItem, before: datetime) -> int:
        found = self._log.get(log_partition(item.run), item.sort_key)
        return count_older(found, before) if found is not None else 0

    def trim_log(self, item: LogItem, before: datetime) -> None:
        pk = log_partition(item.run)
        with self._database.write():
            found = self._log.get(pk, item.sort_key)
            if found is not None:
                self._log.put(pk, item.sort_key, found | without_older(found, before))

    def remove_run(self, record: RunRecord) -> bool:
        pk, sk = partition(record.key), run_sort_key(record.id)
        with self._database.write():
            found = self._state.get(pk, sk)
            if found is None:
                return True
            is_as_seen = as_seen(record).items() <= found.items()
            if is_as_seen:
                self._state.delete(pk, sk)
            return is_as_seen

    def keep_log(self, item: LogItem) -> None:
        with self._database.write():
            self._without_expiry(self._log, log_partition(item.run), item.sort_key)

    def keep_run(self, record: RunRecord) -> None:
        pk, sk = partition(record.key), run_sort_key(record.id)
        with self._database.write():
            found = self._state.get(pk, sk)
            if found is not None and as_seen(record).items() <= found.items():
                self._without_expiry(self._state, pk, sk)

    def holds(self) -> Sequence[Hold]:
        return decode_holds(self._settings())

    def put_hold(self, hold: Hold) -> None:
        with self._database.write():
            self._state.put(SETTINGS, GLOBAL, self._settings() | {HOLD + hold.name: encode_hold(hold)})

    def drop_hold(self, name: str) -> bool:
        with self._database.write():
            settings = self._settings()
            found = settings.pop(HOLD + name, None)
            self._state.put(SETTINGS, GLOBAL, settings)
        return found is not None

    def _settings(self) -> Attributes:
        settings = self._state.get(SETTINGS, GLOBAL) or {"version": VERSION}
        decode_holds(settings)  # refuses those of another version
        return settings

    def _without_expiry(self, items: Items, pk: str, sk: str) -> None:
        found = items.get(pk, sk)
        if found is not None and found.pop("expires_at", None) is not None:
            items.put(pk, sk, found)


def _pages(items: Items, pk: str, first: str, last: str) -> Iterator[tuple[str, Attributes]]:
    """A page at a time, so that no partition is held at once."""
    while page := items.between(pk, first, last, ITEMS_PER_PAGE):
        yield from page
        first = f"{page[-1][0]}\0"  # the least text after the last one read
