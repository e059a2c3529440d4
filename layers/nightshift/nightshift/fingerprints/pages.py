"""Page digests: which pages need not be parsed, because every record on them stands in the target as it is.

A group of neighbouring pages is one item. A scan builds each group anew from the pages it met, so that
nothing stale outlives a scan, and writes a group only where it differs from what is stored. After a run
that was taken over it writes every group: an item keeps a stale run out only once a later one has written it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import orjson

from nightshift.state.limits import MAX_ITEM, ROOM_FOR_KEYS
from nightshift.state.models import Fingerprints

GROUP = 1600
"""Places per group: 16 pages of 100, below 1 KB."""

MAX_BODY = MAX_ITEM - ROOM_FOR_KEYS


@dataclass(frozen=True, slots=True)
class PageEntry:
    """A page as it was last settled. `parked` of its `count` records wait in quarantine for a person."""

    digest: str
    count: int
    parked: int
    keys: tuple[str, ...]

    def dump(self) -> list[object]:
        return [self.digest, self.count, self.parked, *self.keys]

    @classmethod
    def load(cls, parts: list[object]) -> PageEntry:
        digest, count, parked, *keys = parts
        return cls(str(digest), int(str(count)), int(str(parked)), tuple(map(str, keys)))


class PageDigests:
    """The digests of one scan over those of the last one. Pages come in the order of their places."""

    def __init__(self, stored: Iterator[Fingerprints], resumed_at: int, *, writes_all: bool = False) -> None:
        self._stored = stored
        self._resumed_at = resumed_at
        self._writes_all = writes_all
        self._ahead = next(stored, None)
        self._old: dict[int, dict[int, PageEntry]] = {}
        self._new: dict[int, dict[int, PageEntry]] = {}

    def find(self, start: int) -> PageEntry | None:
        """What is known of the page at a place."""
        return self._load(start // GROUP).get(start)

    def keep(self, start: int, entry: PageEntry) -> None:
        """The page at this place is settled."""
        self._load(start // GROUP)
        self._new.setdefault(start // GROUP, {})[start] = entry

    def take_changed(self, before: int | None) -> list[Fingerprints]:
        """Groups that lie wholly before a place and differ from what is stored, as items; None takes all."""
        limit = None if before is None else before // GROUP
        ready = [group for group in sorted(self._old) if limit is None or group < limit]
        changed = []
        for group in ready:
            new = self._new.get(group, {})
            if self._writes_all or new != self._old[group]:
                changed.append(_item(group, new))
            if limit is not None:
                self._old.pop(group)
                self._new.pop(group, None)
            else:
                self._old[group] = dict(new)
        return changed

    def drop_unchanged(self, before: int) -> None:
        """Let go of groups that lie wholly before a place and are as they are stored: nobody asks for them
        again. A scan that changes nothing takes none of them, and would keep them all."""
        if self._writes_all:
            return
        for group in [group for group in self._old if group < before // GROUP]:
            if self._new[group] == self._old[group]:
                del self._old[group], self._new[group]

    def forget_rest(self) -> list[Fingerprints]:
        """Groups beyond the end of a scan that is complete, as empty items."""
        rest = [Fingerprints(item.range, b"") for item in ([self._ahead] if self._ahead else [])]
        rest += [Fingerprints(item.range, b"") for item in self._stored]
        self._ahead = None
        return rest

    def _load(self, group: int) -> dict[int, PageEntry]:
        if group not in self._old:
            name = _name(group)
            while self._ahead is not None and self._ahead.range < name:
                self._ahead = next(self._stored, None)
            old = {}
            if self._ahead is not None and self._ahead.range == name:
                old = _entries(self._ahead)
                self._ahead = next(self._stored, None)
            self._old[group] = old
            before = {start: entry for start, entry in old.items() if start < self._resumed_at}
            self._new[group] = {**before, **self._new.get(group, {})}
        return self._old[group]


def first_range(start: int) -> str:
    """The first group that a scan from this place needs."""
    return _name(start // GROUP)


LAST_RANGE = "page:~"


def _name(group: int) -> str:
    return f"page:{group:012d}"


def _item(group: int, entries: dict[int, PageEntry]) -> Fingerprints:
    document = {str(start): entry.dump() for start, entry in sorted(entries.items())}
    body = orjson.dumps(document) if document else b""
    # Long keys can make a group too large for an item: then its pages are parsed each time, no more.
    return Fingerprints(_name(group), body if len(body) <= MAX_BODY else b"")


def _entries(item: Fingerprints) -> dict[int, PageEntry]:
    return {int(start): PageEntry.load(parts) for start, parts in orjson.loads(item.body).items()}
