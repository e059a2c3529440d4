"""Records in quarantine in SQLite."""

from __future__ import annotations

from collections.abc import Sequence

from nightshift.state.codec import decode_quarantined, encode_quarantined, partition, quarantine_sort_key
from nightshift.state.models import JobKey, Quarantined
from nightshift_tools.embedded.database import Database
from nightshift_tools.embedded.items import Items

_LAST = quarantine_sort_key("\U0010ffff")


class SqliteQuarantine:
    """The `QuarantineStore` port over one database."""

    def __init__(self, database: Database, items: Items) -> None:
        self._database = database
        self._items = items

    def all(self, key: JobKey) -> Sequence[Quarantined]:
        found = self._items.between(partition(key), quarantine_sort_key(""), _LAST)
        return [decode_quarantined(attributes, key) for _, attributes in found]

    def put(self, key: JobKey, records: Sequence[Quarantined]) -> None:
        with self._database.write():
            for record in records:
                self._items.put(
                    partition(key), quarantine_sort_key(record.record), encode_quarantined(record)
                )

    def drop(self, key: JobKey, records: Sequence[str]) -> None:
        with self._database.write():
            for record in records:
                self._items.delete(partition(key), quarantine_sort_key(record))
