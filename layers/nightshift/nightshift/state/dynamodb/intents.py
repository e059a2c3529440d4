"""Intents in DynamoDB, each moved by one conditional PutItem."""

from __future__ import annotations

from datetime import datetime

from nightshift.state.codec import STATE, VERSION, decode_intent, encode_intent, intent_partition
from nightshift.state.dynamodb.table import ConditionFailedError, Table
from nightshift.state.models import Intent


class DynamoIntents:
    """The `IntentStore` port over the State table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def read(self, kind: str, key: str, now: datetime) -> Intent | None:
        found = self._table.get(intent_partition(kind, key), STATE)
        intent = None if found is None else decode_intent(found)
        return intent if intent is not None and intent.is_live(now) else None

    def move(self, intent: Intent, now: datetime) -> bool:
        written = encode_intent(intent)
        condition = "revision = :before AND version = :version"
        values: dict[str, str | int | bytes] = {"before": intent.revision - 1, "version": VERSION}
        if intent.revision == 1:
            condition = "attribute_not_exists(pk) OR (expires_at <= :now AND version = :version)"
            values = {"now": int(now.timestamp()), "version": VERSION}
        try:
            self._table.put(intent_partition(intent.kind, intent.key), STATE, written, condition, values)
        except ConditionFailedError as refusal:
            # Refused by itself, where the move took effect and only its answer was lost.
            return bool(refusal.old) and encode_intent(decode_intent(refusal.old)) == written
        return True
