"""Log records in SQLite."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from nightshift.logs.codec import AFTER_ALL, decode_log, encode_log, log_partition, log_sort_key
from nightshift.logs.records import LogRecord
from nightshift.state.models import JobKey, RunId
from nightshift.times import to_text
from nightshift_tools.embedded.database import Database
from nightshift_tools.embedded.items import Items

RECORDS_PER_PAGE = 500


class SqliteLogs:
    """The `LogStore` port over one database. Writing records removes some that have expired."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._items = Items(database, "log")

    def write(self, records: Sequence[LogRecord], expires_at: datetime) -> None:
        if not records:
            return
        with self._database.write():
            for record in records:
                self._items.put(
                    log_partition(record.run), log_sort_key(record), encode_log(record, expires_at)
                )
            self._items.purge(int(records[-1].at.timestamp()))

    def of_run(self, run: RunId, visible_since: datetime) -> Iterator[LogRecord]:
        start = to_text(visible_since)
        while page := self._items.between(log_partition(run), start, AFTER_ALL, RECORDS_PER_PAGE):
            for _, attributes in page:
                yield decode_log(attributes)
            start = f"{page[-1][0]}\0"  # the least text after the last one read

    def troubles(self, key: JobKey, visible_since: datetime, until: datetime) -> Iterator[LogRecord]:
        start, end = (to_text(visible_since), ""), f"{to_text(until)}{AFTER_ALL}"
        while page := self._items.where(
            "job = ? AND storefront IS ? AND level IN ('WARNING', 'ERROR') "
            "AND (sk, pk) > (?, ?) AND sk <= ? ORDER BY sk, pk LIMIT ?",
            (key.job, key.storefront, *start, end, RECORDS_PER_PAGE),
        ):
            records = [decode_log(attributes) for _, attributes in page]
            yield from records
            start = (page[-1][0], log_partition(records[-1].run))
