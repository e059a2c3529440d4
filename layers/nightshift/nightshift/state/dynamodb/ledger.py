"""The payment ledger in DynamoDB: added by PutItem, moved by UpdateItem, each with a condition, and a sparse
index of what is to be looked at. Two operations, so that two roles can have one each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from nightshift.logs.codec import AFTER_ALL
from nightshift.state.codec import STATE, VERSION, Attributes
from nightshift.state.dynamodb.table import ConditionFailedError, Table, Update
from nightshift.state.ledger import Installment, InstallmentKey, Standing
from nightshift.state.ledger_codec import (
    LEDGER_INDEX,
    OPTIONAL,
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
        written, pk = encode_installment(installment), installment_partition(installment.key)
        return _try(written, lambda: self._table.put(pk, STATE, written, "attribute_not_exists(pk)"))

    def read(self, key: InstallmentKey) -> Installment | None:
        found = self._table.get(installment_partition(key), STATE)
        return None if found is None else decode_installment(found)

    def move(self, installment: Installment) -> bool:
        written = encode_installment(installment)
        update = Update(
            condition="#revision = :before AND #version = :version",
            set=written,
            remove=[name for name in OPTIONAL if name not in written],
            names={"revision": "revision", "version": "version"},
            values={"before": installment.revision - 1, "version": VERSION},
        )
        return _try(
            written, lambda: self._table.update(installment_partition(installment.key), STATE, update)
        )

    def due(self, storefront: str, now: datetime) -> Iterator[Installment]:
        return self._shelved(due_shelf(storefront), to_text(now))

    def standing(self, storefront: str, standing: Standing) -> Iterator[Installment]:
        return self._shelved(shelf(storefront, standing), AFTER_ALL)

    def _shelved(self, name: str, last: str) -> Iterator[Installment]:
        for found in self._table.query_index(LEDGER_INDEX, ("shelf", name), ("shelf_at", _FIRST, last)):
            yield decode_installment(found)


def _try(written: Attributes, write: Callable[[], object]) -> bool:
    """Write on a condition; True also where the refusal is by the very write, whose answer was lost."""
    try:
        write()
    except ConditionFailedError as refusal:
        return bool(refusal.old) and encode_installment(decode_installment(refusal.old)) == written
    return True
