"""Reading what Medusa has, from a place on, so that nothing is missed while people delete."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Self

from nightshift.connectors import Host
from nightshift.connectors.medusa.connecting import open_session
from nightshift.connectors.medusa.listing import Document, read_page
from nightshift.connectors.medusa.session import Session

Query = Sequence[tuple[str, str]]


class Exports:
    """Lists of one Medusa by id: what is made meanwhile comes at the end."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @classmethod
    def connect(cls, run: Host) -> Self:
        """ConfigurationError names a variable that is missing."""
        return cls(open_session(run))

    def count(self, path: str, name: str, query: Query = ()) -> int:
        """How many documents a list has."""
        _, count, _ = read_page(self._session, path, name, [*query, ("fields", "id")], 1, 0)
        return count

    def pages(
        self, path: str, name: str, query: Query, size: int, *, offset: int = 0, after: str = ""
    ) -> Iterator[tuple[Sequence[Document], int]]:
        """Pages of a list behind the id `after`, and the offset behind each.

        The page before is looked at for its last document: where that has moved to the front, because
        documents before it are gone, the next page begins that much earlier, and nothing is passed over.
        """
        while True:
            begin = max(0, offset - 1) if after else offset
            found, count, _ = read_page(
                self._session, path, name, [*query, ("order", "id")], size + bool(after), begin
            )
            if after and begin and (not found or str(found[0]["id"]) > after):
                offset = max(0, begin - size)
                continue
            fresh = [document for document in found if str(document["id"]) > after]
            offset = begin + len(found)
            if fresh:
                after = str(fresh[-1]["id"])
                yield fresh, offset
            if offset >= count or not found:
                return
