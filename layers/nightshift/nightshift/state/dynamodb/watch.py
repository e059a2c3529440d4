"""The watchdog's look at the State table: all control records and its own, in one request per 100."""

from __future__ import annotations

from collections.abc import Sequence

from nightshift.state.codec import CONTROL, partition
from nightshift.state.dynamodb.table import Table
from nightshift.state.models import JobKey
from nightshift.state.watches import WATCH, Look, Watches, decode_look, encode_watches


class DynamoWatch:
    """The `WatchStore` port over the State table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def look(self, keys: Sequence[JobKey]) -> Look:
        wanted = [WATCH, *((partition(key), CONTROL) for key in keys)]
        found = self._table.get_batch(wanted)
        return decode_look(keys, found)

    def remember(self, watches: Watches) -> None:
        self._table.put(*WATCH, encode_watches(watches))
