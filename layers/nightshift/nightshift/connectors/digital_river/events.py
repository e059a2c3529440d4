"""Events: what happened in an account in the last 30 days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from nightshift.connectors.digital_river.api import Api
from nightshift.connectors.digital_river.reading import Document, Fields
from nightshift.times import to_text

MAX_TYPES = 19
"""Names that one request may filter by."""


@dataclass(frozen=True, slots=True)
class Event:
    """`type` is such as `order.accepted`; `object` is the thing as it was then, in the API's words."""

    id: str
    type: str
    created_at: datetime | None
    object: Mapping[str, object]


class Events:
    """The events of an account."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def since(self, instant: datetime, types: Sequence[str]) -> Iterator[Event]:
        """Events of these types from an instant on, it included, newest first; they are not in the order in
        which things happened. ValueError for more than `MAX_TYPES` types."""
        if len(types) > MAX_TYPES:
            raise ValueError(f"{len(types)} types, where one request takes {MAX_TYPES}")
        query = [("createdTime[gte]", to_text(instant)), *(("types", name) for name in types)]
        return self._api.every("/events", query, _event)


def _event(document: Document) -> Event:
    fields = Fields(document)
    thing = document.get("data")
    found = thing.get("object") if isinstance(thing, dict) else None
    return Event(
        id=fields.text("id"),
        type=fields.text("type"),
        created_at=fields.maybe_instant("createdTime"),
        object=found if isinstance(found, dict) else {},
    )
