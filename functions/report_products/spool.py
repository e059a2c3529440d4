"""Where a run keeps what it has read until all is read: a database in a temporary file that nobody sees.

Counting and sorting a hundred thousand products takes no more memory there than ten.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import pairwise
from types import TracebackType
from typing import Any, Self

from report_products.amounts import edges
from report_products.entry import Entry
from report_products.figures import CategoryFigures, PriceFigures

_TABLES = """
CREATE TABLE product (id TEXT PRIMARY KEY, status TEXT, unpictured INTEGER, unpriced INTEGER,
                      variants INTEGER, body BLOB) WITHOUT ROWID;
CREATE TABLE category (product TEXT, name TEXT);
CREATE TABLE price (product TEXT, currency TEXT, amount TEXT);
"""
_INDEXES = """
CREATE INDEX IF NOT EXISTS by_amount ON price (currency, amount);
CREATE INDEX IF NOT EXISTS by_name ON category (name);
"""
NO_CATEGORY = ""

_WIDTH, _DECIMALS = 40, 12
"""Amounts are texts of one width, which sort as numbers do; no currency has more decimals."""


class Spool:
    """Entries by id; one that comes again replaces the one before it."""

    def __init__(self) -> None:
        # With an empty name SQLite makes a file in the system's folder for them, and removes it at once.
        self._database = sqlite3.connect("", isolation_level=None)
        self._database.executescript(_TABLES)

    def add(self, entries: Iterable[Entry]) -> None:
        run = self._database.execute
        run("BEGIN")
        for entry in entries:
            if run("SELECT 1 FROM product WHERE id = ?", (entry.id,)).fetchone():
                for table in ("category", "price"):
                    run(f"DELETE FROM {table} WHERE product = ?", (entry.id,))  # noqa: S608
            row = (entry.id, entry.status, not entry.images, entry.unpriced > 0, entry.variants, entry.dump())
            run("REPLACE INTO product VALUES (?, ?, ?, ?, ?, ?)", row)
            for name in set(entry.categories) or {NO_CATEGORY}:
                run("INSERT INTO category VALUES (?, ?)", (entry.id, name))
            for price in entry.prices:
                row_of_price = (entry.id, price.currency, _sortable(price.amount))
                run("INSERT INTO price VALUES (?, ?, ?)", row_of_price)
        run("COMMIT")

    def __len__(self) -> int:
        return int(self._value("SELECT count(*) FROM product"))

    def lines(self) -> Iterator[bytes]:
        """Every entry as its line, by id."""
        for (body,) in self._database.execute("SELECT body FROM product ORDER BY id"):
            yield body

    def entries(self) -> Iterator[Entry]:
        """Every entry, by id."""
        return map(Entry.load, self.lines())

    def variants(self) -> int:
        return int(self._value("SELECT total(variants) FROM product"))

    def by_status(self) -> dict[str, int]:
        """Products by status, the most frequent first."""
        return dict(
            self._rows("SELECT status, count(*) FROM product GROUP BY status ORDER BY count(*) DESC, status")
        )

    def by_category(self) -> Sequence[CategoryFigures]:
        """Products by category and status, the largest category first; a product in two counts in both."""
        found: dict[str, dict[str, int]] = {}
        for name, status, count in self._rows(
            "SELECT name, status, count(*) FROM category JOIN product ON id = product GROUP BY name, status"
        ):
            found.setdefault(name, {})[status] = count
        figures = [CategoryFigures(name, statuses) for name, statuses in found.items()]
        return sorted(figures, key=lambda each: (-each.total, each.name == NO_CATEGORY, each.name))

    def prices(self) -> Sequence[PriceFigures]:
        """What there is to say of the prices in each currency, the most frequent currency first."""
        self._database.executescript(_INDEXES)
        counts = self._rows(
            "SELECT currency, count(*) FROM price GROUP BY currency ORDER BY count(*) DESC, currency"
        )
        return [self._price_figures(currency, count) for currency, count in counts]

    def without(self, what: str, most: int) -> tuple[int, Sequence[Entry]]:
        """How many products are `unpictured` or `unpriced`, and the first of them."""
        count = int(self._value(f"SELECT count(*) FROM product WHERE {what}"))  # noqa: S608
        rows = self._rows(f"SELECT body FROM product WHERE {what} ORDER BY id LIMIT {most}")  # noqa: S608
        return count, [Entry.load(body) for (body,) in rows]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()

    def _price_figures(self, currency: str, count: int) -> PriceFigures:
        lowest, highest = self._amount(currency, 0), self._amount(currency, count - 1)
        middle = self._amount(currency, count // 2)
        median = middle if count % 2 else (self._amount(currency, count // 2 - 1) + middle) / 2
        bounds = edges(lowest, highest)
        below = [
            int(
                self._value(
                    "SELECT count(*) FROM price WHERE currency = ? AND amount < ?", currency, _sortable(bound)
                )
            )
            for bound in bounds
        ]
        ranges = [
            (start, end, below[place + 1] - below[place])
            for place, (start, end) in enumerate(pairwise(bounds))
        ]
        return PriceFigures(currency, count, lowest, median, highest, ranges)

    def _amount(self, currency: str, place: int) -> Decimal:
        query = "SELECT amount FROM price WHERE currency = ? ORDER BY amount LIMIT 1 OFFSET ?"
        return Decimal(str(self._value(query, currency, place))).normalize()

    def _value(self, query: str, *values: object) -> Any:
        return self._rows(query, *values)[0][0]

    def _rows(self, query: str, *values: object) -> list[Any]:
        return self._database.execute(query, values).fetchall()


def _sortable(amount: Decimal) -> str:
    return f"{amount:0{_WIDTH}.{_DECIMALS}f}"
