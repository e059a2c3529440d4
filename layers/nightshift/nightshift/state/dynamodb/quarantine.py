"""Records in quarantine in DynamoDB."""

from __future__ import annotations

from collections.abc import Sequence

from nightshift.state.codec import decode_quarantined, encode_quarantined, partition, quarantine_sort_key
from nightshift.state.dynamodb.table import Table
from nightshift.state.models import JobKey, Quarantined

_LAST = quarantine_sort_key("\U0010ffff")


class DynamoQuarantine:
    """The `QuarantineStore` port over the State table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def all(self, key: JobKey) -> Sequence[Quarantined]:
        found = self._table.query(partition(key), quarantine_sort_key(""), _LAST)
        return [decode_quarantined(attributes, key) for attributes in found]

    def put(self, key: JobKey, records: Sequence[Quarantined]) -> None:
        # One by one: they are few, and the right to write in batches is the right to delete in batches.
        for record in records:
            self._table.put(partition(key), quarantine_sort_key(record.record), encode_quarantined(record))

    def drop(self, key: JobKey, records: Sequence[str]) -> None:
        for record in records:
            self._table.delete(partition(key), quarantine_sort_key(record))
