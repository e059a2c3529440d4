"""Records as they are read: typed by who reads them, because only he knows what a field should hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from nightshift.errors import RecordError
from nightshift.http import Response


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a query.

    Fields are named as in the query, parents with a path: `Order.DR_Order_Id__c`; the field of a parent that
    is not set is None. A field of another type, or one that the answer does not have, is a RecordError.
    """

    type: str
    id: str
    fields: Mapping[str, object]

    @classmethod
    def of(cls, answer: Response, value: object) -> Record:
        """The record in an answer; UpstreamError where it is none."""
        attributes = value.get("attributes") if isinstance(value, Mapping) else None
        kind = attributes.get("type") if isinstance(attributes, Mapping) else None
        if not isinstance(value, Mapping) or not isinstance(kind, str):
            raise answer.error("a record without attributes")
        found = value.get("Id")
        if not isinstance(found, str) or not found:
            raise answer.error(f"a {answer.told(kind, 80)} without Id; every query must select it")
        return cls(kind, found, value)

    def text(self, path: str) -> str | None:
        """A text, a choice or an id."""
        value = self._value(path)
        if value is None or isinstance(value, str):
            return value
        raise self._wrong(path, "a text")

    def number(self, path: str) -> Decimal | None:
        """A number, as it is written: 9.90 is not 9.9000000000000004."""
        value = self._value(path)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._wrong(path, "a number")
        number = Decimal(repr(value))
        if not number.is_finite():
            raise self._wrong(path, "a number")
        return number

    def flag(self, path: str) -> bool:
        """A checkbox; one whose parent is not set is not ticked."""
        value = self._value(path)
        if value is None or isinstance(value, bool):
            return bool(value)
        raise self._wrong(path, "true or false")

    def instant(self, path: str) -> datetime | None:
        """A date with a time, in UTC. Salesforce keeps whole seconds."""
        value = self.text(path)
        if value is None:
            return None
        try:
            instant = datetime.fromisoformat(value)
        except ValueError:
            instant = None
        if instant is None or instant.tzinfo is None:
            raise self._wrong(path, "an instant")
        return instant.astimezone(UTC)

    def day(self, path: str) -> date | None:
        """A date without a time."""
        value = self.text(path)
        try:
            return None if value is None else date.fromisoformat(value)
        except ValueError:
            raise self._wrong(path, "a date") from None

    def _value(self, path: str) -> object:
        value: object = self.fields
        for part in path.split("."):
            if value is None:
                return None
            if not isinstance(value, Mapping) or part not in value:
                raise RecordError(self.id, f"{path} is not in Salesforce's answer")
            value = value[part]
        return value

    def _wrong(self, path: str, wanted: str) -> RecordError:
        return RecordError(self.id, f"{path} is not {wanted}")
