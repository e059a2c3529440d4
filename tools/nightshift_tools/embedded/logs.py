"""Log records in SQLite."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from nightshift.logs.codec import AFTER_ALL, BEFORE_ALL, log_partition
from nightshift.logs.packing import from_items, to_items
from nightshift.logs.records import LogRecord
from nightshift.state.codec import Attributes
from nightshift.state.models import JobKey, RunId
from nightshift.times import to_text
from nightshift_tools.embedded.database import Database
from nightshift_tools.embedded.items import Items

ITEMS_PER_PAGE = 500


class SqliteLogs:
    """The `LogStore` port over one database. Writing records removes some that have expired."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._items = Items(database, "log")

    def write(self, records: Sequence[LogRecord], expires_at: datetime) -> None:
        if not records:
            return
        with self._database.write():
            for sort_key, item in to_items(records, expires_at):
                self._items.put(log_partition(records[0].run), sort_key, item)
            self._items.purge(int(records[-1].at.timestamp()))

    def of_run(self, run: RunId, visible_since: datetime, now: datetime) -> Iterator[LogRecord]:
        return from_items(self._of_run(run), visible_since, now)

    def troubles(self, key: JobKey, visible_since: datetime, now: datetime) -> Iterator[LogRecord]:
        start, end = (to_text(visible_since), ""), f"{to_text(now)}{AFTER_ALL}"
        while page := self._items.where(
            "job = ? AND storefront IS ? AND level IN ('WARNING', 'ERROR') "
            "AND (sk, pk) > (?, ?) AND sk <= ? ORDER BY sk, pk LIMIT ?",
            (key.job, key.storefront, *start, end, ITEMS_PER_PAGE),
        ):
            for item in page:
                yield from from_items([item], visible_since, now)
            sort_key, last = page[-1]
            start = (sort_key, log_partition(RunId(str(last["run"]))))

    def _of_run(self, run: RunId) -> Iterator[tuple[str, Attributes]]:
        """A page at a time, so that a long run's log is not held at once."""
        start = BEFORE_ALL
        while page := self._items.between(log_partition(run), start, AFTER_ALL, ITEMS_PER_PAGE):
            yield from page
            start = f"{page[-1][0]}\0"  # the least text after the last one read
