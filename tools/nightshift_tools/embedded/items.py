"""One table of items in the embedded database: keys, and flat attributes as JSON."""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import Literal

import orjson

from nightshift.state.codec import Attributes
from nightshift.state.limits import check_item
from nightshift_tools.embedded.database import Database

PURGED_AT_ONCE = 500
"""How many expired items one write removes at most, so that no write is slow."""


class Items:
    """Items by `pk` and `sk`, which sort by their UTF-8 bytes, as in DynamoDB."""

    def __init__(self, database: Database, table: Literal["state", "log"]) -> None:
        self._database = database
        self._table = table

    def get(self, pk: str, sk: str) -> Attributes | None:
        found = self._select("pk = ? AND sk = ?", (pk, sk))
        return found[0][1] if found else None

    def put(self, pk: str, sk: str, attributes: Attributes) -> None:
        """Write an item whole; OversizeError where DynamoDB would not take it: both refuse the same."""
        check_item(pk, sk, attributes)
        self._database.execute(
            f"INSERT OR REPLACE INTO {self._table} (pk, sk, body) VALUES (?, ?, ?)",  # noqa: S608
            (pk, sk, dump(attributes)),
        )

    def delete(self, pk: str, sk: str) -> None:
        self._database.execute(f"DELETE FROM {self._table} WHERE pk = ? AND sk = ?", (pk, sk))  # noqa: S608

    def between(self, pk: str, first: str, last: str, limit: int = -1) -> list[tuple[str, Attributes]]:
        """The items with first <= sk <= last, in order."""
        return self._select("pk = ? AND sk BETWEEN ? AND ? ORDER BY sk LIMIT ?", (pk, first, last, limit))

    def newest(self, pk: str, prefix: str, now: int, limit: int) -> list[tuple[str, Attributes]]:
        """The last items whose `sk` starts with `prefix` that have not expired, newest first."""
        return self._select(
            "pk = ? AND sk >= ? AND sk < ? AND (expires_at IS NULL OR expires_at > ?) "
            "ORDER BY sk DESC LIMIT ?",
            (pk, prefix, f"{prefix}\U0010ffff", now, limit),
        )

    def where(self, condition: str, parameters: tuple[object, ...]) -> list[tuple[str, Attributes]]:
        """The items that meet an SQL condition over the table's columns."""
        return self._select(condition, parameters)

    def purge(self, now: int) -> None:
        """Remove items that have expired by `now` (epoch seconds), `PURGED_AT_ONCE` at most."""
        self._database.execute(
            f"DELETE FROM {self._table} WHERE rowid IN "  # noqa: S608
            f"(SELECT rowid FROM {self._table} WHERE expires_at <= ? LIMIT ?)",
            (now, PURGED_AT_ONCE),
        )

    def _select(self, condition: str, parameters: tuple[object, ...]) -> list[tuple[str, Attributes]]:
        rows = self._database.rows(
            f"SELECT sk, body FROM {self._table} WHERE {condition}",  # noqa: S608
            parameters,
        )
        return [(sk, load(body)) for sk, body in rows]


def dump(attributes: Attributes) -> str:
    """Attributes as JSON; bytes as `{"base64": …}`, which is no attribute of any other kind."""
    return orjson.dumps(attributes, default=_dump_bytes, option=orjson.OPT_SORT_KEYS).decode()


def load(body: str) -> Attributes:
    found: Attributes = {}
    for name, value in orjson.loads(body).items():
        found[name] = b64decode(value["base64"]) if isinstance(value, dict) else value
    return found


def _dump_bytes(value: object) -> object:
    if isinstance(value, bytes):
        return {"base64": b64encode(value).decode()}
    raise TypeError
