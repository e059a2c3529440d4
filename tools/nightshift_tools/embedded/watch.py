"""The watchdog's look at SQLite's items."""

from __future__ import annotations

from collections.abc import Sequence

from nightshift.state.codec import CONTROL, partition
from nightshift.state.models import JobKey
from nightshift.state.watches import WATCH, Look, Watches, decode_look, encode_watches
from nightshift_tools.embedded.items import Items


class SqliteWatch:
    """The `WatchStore` port over one database."""

    def __init__(self, items: Items) -> None:
        self._items = items

    def look(self, keys: Sequence[JobKey]) -> Look:
        wanted = [WATCH, *((partition(key), CONTROL) for key in keys)]
        found = {place: self._items.get(*place) for place in wanted}
        return decode_look(keys, {place: item for place, item in found.items() if item is not None})

    def remember(self, watches: Watches) -> None:
        self._items.put(*WATCH, encode_watches(watches))
