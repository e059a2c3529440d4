"""The payment ledger in DynamoDB: conditional puts, and a sparse index of what is to be looked at."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from nightshift.logs.codec import AFTER_ALL
from nightshift.state.codec import STATE, VERSION
from nightshift.state.dynamodb.table import ConditionFailedError, Table, Value
from nightshift.state.ledger import (
    LEDGER_INDEX,
    Installment,
    InstallmentKey,
    Standing,
    decode_installment,
    due_shelf,
    encode_installment,
    installment_partition,
    shelf,
)
from nightshift.times import to_text

_FIRST = "0"  # before every instant; DynamoDB takes no empty text in a key


class DynamoLedger:
    """The `LedgerStore` port over the State table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, installment: Installment) -> bool:
        return self._put(installment, "attribute_not_exists(pk)", None)

    def read(self, key: InstallmentKey) -> Installment | None:
        found = self._table.get(installment_partition(key), STATE)
        return None if found is None else decode_installment(found)

    def move(self, installment: Installment) -> bool:
        values: dict[str, Value] = {"before": installment.revision - 1, "version": VERSION}
        return self._put(installment, "revision = :before AND version = :version", values)

    def due(self, storefront: str, now: datetime) -> Iterator[Installment]:
        return self._shelved(due_shelf(storefront), to_text(now))

    def standing(self, storefront: str, standing: Standing) -> Iterator[Installment]:
        return self._shelved(shelf(storefront, standing), AFTER_ALL)

    def _put(self, installment: Installment, condition: str, values: dict[str, Value] | None) -> bool:
        written = encode_installment(installment)
        try:
            self._table.put(installment_partition(installment.key), STATE, written, condition, values)
        except ConditionFailedError as refusal:
            # Refused by itself, where the write took effect and only its answer was lost.
            return bool(refusal.old) and encode_installment(decode_installment(refusal.old)) == written
        return True

    def _shelved(self, name: str, last: str) -> Iterator[Installment]:
        for found in self._table.query_index(LEDGER_INDEX, ("shelf", name), ("shelf_at", _FIRST, last)):
            yield decode_installment(found)
