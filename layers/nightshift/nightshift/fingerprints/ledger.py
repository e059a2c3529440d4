"""Which pages of a scan are settled: every record on them stands in the target, or waits for a person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from nightshift.fingerprints.keys import pack_keys
from nightshift.fingerprints.pages import PageDigests, PageEntry
from nightshift.state.models import Fingerprints


@dataclass(slots=True, eq=False, repr=False)
class OpenPage:
    """A page that is not settled: not read to its end, or with records in batches that are not committed.

    `parked` of its records wait in quarantine for a person. A doubtful page is looked at again by the next
    scan, whatever its bytes say.
    """

    start: int
    digest: str
    keys: list[str] = field(default_factory=list)
    waiting: int = 0
    parked: int = 0
    is_read: bool = False
    is_doubtful: bool = False


class PageLedger:
    """The pages of one scan, from when they are opened until their digests are kept."""

    def __init__(self, digests: PageDigests, resumed_at: int) -> None:
        self._digests = digests
        self._open: dict[int, OpenPage] = {}
        self._page_of: dict[str, OpenPage] = {}
        self._position = resumed_at

    def known(self, start: int, digest: str) -> PageEntry | None:
        """The page as the last scan settled it, where its digest is still the same."""
        entry = self._digests.find(start)
        return entry if entry is not None and entry.digest == digest else None

    def skip(self, start: int, entry: PageEntry) -> None:
        """The page is settled as it was."""
        self._digests.keep(start, entry)
        self._position = start + entry.count
        self._digests.drop_unchanged(before=self.settled_up_to())

    def open(self, start: int, digest: str, count: int) -> OpenPage:
        page = OpenPage(start, digest)
        self._open[start] = page
        self._position = start + count
        return page

    def wait_for(self, key: str, page: OpenPage) -> None:
        """A record of this page is in a batch, or will be in the next."""
        self._page_of[key] = page
        page.waiting += 1

    def waiting_on(self, key: str) -> OpenPage | None:
        """The page whose record with this key is not settled yet."""
        return self._page_of.get(key)

    def settle(self, key: str) -> None:
        """What became of a record is known."""
        page = self._page_of.pop(key)
        page.waiting -= 1
        self._close_if_settled(page)

    def end(self, page: OpenPage) -> None:
        """The page was read to its end."""
        page.is_read = True
        self._close_if_settled(page)

    def settled_up_to(self) -> int:
        """The place before which every record is settled."""
        return min(self._open, default=self._position)

    def take_changed(self) -> list[Fingerprints]:
        """Digests to write, of groups of pages that are settled as a whole."""
        return self._digests.take_changed(before=self.settled_up_to())

    def take_last(self, *, is_complete: bool) -> Iterable[Fingerprints]:
        """All digests to write at the end of a run; after a complete scan, nothing beyond its end remains."""
        changed = self._digests.take_changed(before=None)
        return [*changed, *self._digests.forget_rest()] if is_complete else changed

    def _close_if_settled(self, page: OpenPage) -> None:
        if page.waiting or not page.is_read:
            return
        del self._open[page.start]
        if not page.is_doubtful:
            entry = PageEntry(page.digest, len(page.keys), page.parked, tuple(pack_keys(page.keys)))
            self._digests.keep(page.start, entry)
