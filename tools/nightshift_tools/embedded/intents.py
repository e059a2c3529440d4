"""Intents in SQLite, each moved in one transaction."""

from __future__ import annotations

from datetime import datetime

from nightshift.state.codec import STATE, decode_intent, encode_intent, intent_partition
from nightshift.state.models import Intent
from nightshift_tools.embedded.database import Database
from nightshift_tools.embedded.items import Items


class SqliteIntents:
    """The `IntentStore` port over one database."""

    def __init__(self, database: Database, items: Items) -> None:
        self._database = database
        self._items = items

    def read(self, kind: str, key: str, now: datetime) -> Intent | None:
        found = self._items.get(intent_partition(kind, key), STATE)
        intent = None if found is None else decode_intent(found)
        return intent if intent is not None and intent.is_live(now) else None

    def move(self, intent: Intent, now: datetime) -> bool:
        written = encode_intent(intent)
        with self._database.write():
            stored = self._items.get(intent_partition(intent.kind, intent.key), STATE)
            standing = None if stored is None else decode_intent(stored)
            if stored == written:
                return True
            if intent.revision == 1:
                is_next = standing is None or not standing.is_live(now)
            else:
                is_next = standing is not None and standing.revision == intent.revision - 1
            if is_next:
                self._items.put(intent_partition(intent.kind, intent.key), STATE, written)
            return is_next
