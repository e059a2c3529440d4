"""The payment ledger in SQLite."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from nightshift.logs.codec import AFTER_ALL
from nightshift.state.codec import STATE
from nightshift.state.ledger import Installment, InstallmentKey, Standing
from nightshift.state.ledger_codec import (
    decode_installment,
    due_shelf,
    encode_installment,
    installment_partition,
    shelf,
)
from nightshift.times import to_text
from nightshift_tools.embedded.database import Database
from nightshift_tools.embedded.items import Items

INSTALLMENTS_PER_PAGE = 200


class SqliteLedger:
    """The `LedgerStore` port over one database."""

    def __init__(self, database: Database, items: Items) -> None:
        self._database = database
        self._items = items

    def add(self, installment: Installment) -> bool:
        return self._put(installment, 0)

    def read(self, key: InstallmentKey) -> Installment | None:
        found = self._items.get(installment_partition(key), STATE)
        return None if found is None else decode_installment(found)

    def move(self, installment: Installment) -> bool:
        return self._put(installment, installment.revision - 1)

    def due(self, storefront: str, now: datetime) -> Iterator[Installment]:
        return self._shelved(due_shelf(storefront), to_text(now))

    def standing(self, storefront: str, standing: Standing) -> Iterator[Installment]:
        return self._shelved(shelf(storefront, standing), AFTER_ALL)

    def _put(self, installment: Installment, before: int) -> bool:
        """Write it where the stored revision is `before`, 0 for none."""
        written = encode_installment(installment)
        with self._database.write():
            stored = self._items.get(installment_partition(installment.key), STATE)
            if stored == written:
                return True
            revision = 0 if stored is None else decode_installment(stored).revision
            if revision == before:
                self._items.put(installment_partition(installment.key), STATE, written)
            return revision == before

    def _shelved(self, name: str, last: str) -> Iterator[Installment]:
        """A page at a time, from behind the last one: what is moved meanwhile is met once at most."""
        after = ("", "")
        while page := self._items.where(
            "shelf = ? AND (shelf_at, pk) > (?, ?) AND shelf_at <= ? ORDER BY shelf_at, pk LIMIT ?",
            (name, *after, last, INSTALLMENTS_PER_PAGE),
        ):
            found = [(str(attributes["shelf_at"]), decode_installment(attributes)) for _, attributes in page]
            yield from (installment for _, installment in found)
            after = (found[-1][0], installment_partition(found[-1][1].key))
