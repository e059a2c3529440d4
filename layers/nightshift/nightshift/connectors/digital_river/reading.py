"""Reading Digital River's documents: what we need must be there and right, what we do not know may come."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NoReturn, TypeAlias, TypeVar

from nightshift.errors import RecordError
from nightshift.money import Money
from nightshift.times import from_text

T = TypeVar("T")

Document: TypeAlias = dict[str, Any]
"""One object with its id, as it came. It goes no further than the function that reads it."""


class Fields:
    """The fields of a document; RecordError names the document, the field and what is wrong with it.

    `key` is the id of the document that is set aside when a part of it cannot be read.
    """

    def __init__(self, document: Mapping[str, Any], key: str | None = None, place: str = "") -> None:
        self.key = key or str(document.get("id", ""))
        self._document = document
        self._place = place

    def text(self, name: str) -> str:
        value = self.maybe_text(name)
        return self._wrong(name, "it is missing") if value is None else value

    def maybe_text(self, name: str) -> str | None:
        """A text that is not empty, or None."""
        value = self._document.get(name)
        if value is None or value == "":
            return None
        return value if isinstance(value, str) else self._wrong(name, "expected a text")

    def whole(self, name: str) -> int:
        value = self._document.get(name, 0)
        return value if type(value) is int else self._wrong(name, "expected a whole number")

    def money(self, name: str, currency: str) -> Money:
        value = self.maybe_money(name, currency)
        return self._wrong(name, "it is missing") if value is None else value

    def maybe_money(self, name: str, currency: str) -> Money | None:
        """An amount in this currency, or None where there is none."""
        value = self._document.get(name)
        return None if value is None else self._parsed(name, lambda: Money.parse(value, currency))

    def maybe_instant(self, name: str) -> datetime | None:
        value = self.maybe_text(name)
        return None if value is None else self._parsed(name, lambda: from_text(value))

    def metadata(self) -> Mapping[str, object]:
        return dict(self._inner(self._document.get("metadata"), "metadata"))

    def inner(self, name: str) -> Fields:
        """An object within; empty where there is none."""
        return Fields(self._inner(self._document.get(name), name), self.key, f"{self._place}{name}.")

    def each(self, name: str) -> list[Fields]:
        """The objects of a list within; none where there is no list."""
        values = self._document.get(name)
        if values is None:
            return []
        if not isinstance(values, list):
            self._wrong(name, "expected a list")
        return [
            Fields(self._inner(value, f"{name}[{place}]"), self.key, f"{self._place}{name}[{place}].")
            for place, value in enumerate(values)
        ]

    def _inner(self, value: object, name: str) -> Mapping[str, Any]:
        if value is None:
            return {}
        return value if isinstance(value, dict) else self._wrong(name, "expected an object")

    def _parsed(self, name: str, parse: Callable[[], T]) -> T:
        try:
            return parse()
        except ValueError as error:
            self._wrong(name, str(error))

    def _wrong(self, name: str, what: str) -> NoReturn:
        raise RecordError(self.key, f"Digital River's {self.key}: {self._place}{name}: {what}")
