"""Finding what changed in a source that cannot say so: a scan over its pages, batches of changed records.

Promises, each with the hazard it meets:

- A page is skipped only where its bytes are those that were settled before *and* no record on it is written
  by this scan, or was by one that did not come to its end (a record can move between pages while it changes).
- A record is skipped only where its fingerprint is the one last written, or where it waits in quarantine
  unchanged.
- After a run that was killed between target and fingerprint, the next scan compares with the target itself
  record by record, because nobody knows what the target holds.
- A scan that finds far less than there was fails the run before anything is removed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import TYPE_CHECKING, Generic, TypeVar

from nightshift.batch import FINGERPRINT_BYTES, Batch, Mapped, Outcome, Page, Removal, check_answered
from nightshift.errors import RecordError, RunError
from nightshift.fingerprints.keys import fingerprint_of, pack_keys, unpack_runs
from nightshift.fingerprints.ledger import OpenPage, PageLedger
from nightshift.fingerprints.pages import LAST_RANGE, PageDigests, PageEntry, first_range
from nightshift.fingerprints.records import RecordFingerprints
from nightshift.fingerprints.seen import Seen
from nightshift.quarantine import Quarantine
from nightshift.scan_cursor import ScanCursor
from nightshift.state.models import Counts, Cursor, Fingerprints, JobKey, Status

if TYPE_CHECKING:
    from nightshift.state.ports import FingerprintStore

R = TypeVar("R")
M = TypeVar("M", bound=Mapped)

_SEEN_FIRST, _SEEN_LAST = "seen:", "seen:~"

_TOLD_AHEAD = 2
"""Batches whose records are told at once, so that one look-up does for both. Not more: what was looked up is
as old as its batch has waited."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ScanOptions:
    """How a scan goes. `full` distrusts every fingerprint; `recheck` only the page digests."""

    batch_size: int
    version: int
    min_seen_ratio: float
    full: bool
    recheck: bool
    full_every: timedelta | None
    taken_over: bool


class Changes(Generic[R, M]):
    """One scan. Iterate over it once; each batch must be settled before the next is asked for."""

    def __init__(
        self,
        pages: Callable[[int], Iterable[Page[R]]],
        mapping: Callable[[R], M],
        options: ScanOptions,
        cursor: ScanCursor,
        store: FingerprintStore,
        key: JobKey,
        quarantine: Quarantine,
        now: datetime,
        has_time: Callable[[], bool],
        *,
        on_batch: Callable[[Batch[M]], None],
        on_page: Callable[[], None],
        ahead: Callable[[Sequence[M], bool], None] | None = None,
    ) -> None:
        self._pages = pages
        self._mapping = mapping
        self._options = options
        self._store = store
        self._key = key
        self._quarantine = quarantine
        self._now = now
        self._has_time = has_time
        self._on_batch = on_batch
        self._on_page = on_page
        self._ahead = ahead
        self._before = cursor
        self.full = options.full or options.taken_over or cursor.is_full_due(now, options.full_every)
        self.cursor = cursor.begin(full=self.full, now=now)
        self.full = self.cursor.full
        self._trusts_pages = not (self.full or options.recheck or cursor.dirty)
        resumed = self.cursor.skip
        self._seen = Seen.unpack(store.read(key, _SEEN_FIRST, _SEEN_LAST)) if resumed else Seen()
        self._touched = Seen()
        self._records = RecordFingerprints(store, key, fresh=cursor.is_first)
        stored = store.read(key, first_range(resumed), LAST_RANGE)
        digests = PageDigests(stored, resumed, writes_all=options.taken_over)
        self._ledger = PageLedger(digests, resumed)
        self._source: Iterator[Page[R]] | None = None
        self._reading: Iterator[bool] = iter(())
        self._is_read = False
        self._broken: Exception | None = None
        self._next: list[M] = []
        self._goal = 0
        self._told = 0
        self._numbers = 0
        self._moved_while_read = False
        self._counts = Counts()
        self._failures: list[tuple[str, str]] = []
        self.total: int | None = None
        self.is_complete = False

    def __iter__(self) -> Iterator[Batch[M]]:
        self._source = iter(self._pages(self.cursor.skip))
        self._reading = self._read_pages(self._source)
        self._fill(self._wanted)
        while self._next:
            if not self._has_time():
                return
            yield self._take_batch()
            self._fill(self._wanted)
        if self._is_read:
            self._guard_against_shrinking()
            self._complete()

    def read_on(self) -> None:
        """Read and map records for one batch more, and no further than one page: for whoever waits while the
        target works on this batch.

        What is wrong with the source is raised when the next batch is asked for, so that what became of this
        one is not lost over it.
        """
        goal = min(len(self._next) + self._options.batch_size, self._most_at_hand)
        try:
            if len(self._next) < goal and self._broken is None:
                self._read_some(goal)
        except Exception as error:
            self._broken = error

    def close(self) -> None:
        """Let go of the source: pages that were asked for ahead are not waited for."""
        close = getattr(self._source, "close", None)
        if close is not None:
            close()

    @property
    def position(self) -> Cursor:
        return self.cursor.dump()

    def settle(self, batch: Batch[M] | Removal, outcome: Outcome) -> None:
        """Take in what the target did with a batch: fingerprints, quarantine, counts."""
        if isinstance(batch, Removal):
            self._forget(outcome.removed)
            return
        fingerprints = {record.key: record.fingerprint for record in batch.records}
        written = [*outcome.created, *outcome.updated, *outcome.unchanged]
        check_answered(batch, [*written, *outcome.failed])
        for key in written:
            self._records.set(key, fingerprints[key])
            self._quarantine.clear(key)
            self._ledger.settle(key)
        for key, reason in outcome.failed.items():
            self._set_aside(key, reason, fingerprints[key].hex())
            self._ledger.settle(key)
        self._counts += Counts(
            read=len(written),
            created=len(outcome.created),
            updated=len(outcome.updated),
            unchanged=len(outcome.unchanged),
            batches=1,
        )
        self.cursor = self.cursor.advance(self._ledger.settled_up_to(), dirty=True)

    def take_counts(self) -> Counts:
        """Counts since the last call."""
        counts, self._counts = self._counts, Counts()
        return counts

    def take_failures(self) -> list[tuple[str, str]]:
        """Records set aside since the last call, with their reasons."""
        failures, self._failures = self._failures, []
        return failures

    def take_fingerprints(self) -> list[Fingerprints]:
        """A range of which the next batches have records, too, is written with the last of those. A run that
        is killed before leaves it as it was; the next one trusts no fingerprint."""
        coming = [record.key for record in self._next]
        return [*self._records.take_changed(but_for=coming), *self._ledger.take_changed()]

    def wind_up(self, status: Status, in_flight: Sequence[str]) -> list[Fingerprints]:
        """What was on its way to the target, or not yet written down, is in doubt from here on.

        Page digests of groups begun are written by a scan that did not fail; after one that did, what is
        stored of the pages it has not read stays good.
        """
        if in_flight:
            self._records.doubt(in_flight)
            self.cursor = self.cursor.advance(self.cursor.skip, dirty=True)
        if status not in (Status.SUCCEEDED, Status.INCOMPLETE):
            return [*self._records.take_changed(), *self._ledger.take_changed()]
        suspended = self._suspend() if status is Status.INCOMPLETE and not self.is_complete else []
        # A run that was overtaken may have left some: a full compare looks, as a look costs a read.
        may_be_stored = self._before.resumes or self.full
        stale = self._stored_seen() if self.is_complete and may_be_stored else []
        return [
            *suspended,
            *self._records.take_changed(),
            *self._ledger.take_last(is_complete=self.is_complete),
            *(Fingerprints(item.range, b"") for item in stale),
        ]

    def missing(self, candidates: Iterable[str] | None) -> Iterator[str]:
        """Keys that were written once and are not in the source any more; only after a complete scan."""
        if not self.is_complete:
            return
        if candidates is None and self._nothing_can_be_missing():
            return
        for key in candidates if candidates is not None else self._records.keys():
            if key not in self._seen:
                yield key

    def begin_removals(self) -> None:
        """A full compare comes to its end with the last removal, and not before."""
        self.cursor = self.cursor.with_full(self.full)

    def end_removals(self, *, is_whole: bool) -> None:
        """All that may be gone was looked at; `is_whole` says that nothing of it is left in the target."""
        cursor = self.cursor.with_full(False)
        self.cursor = cursor.clean() if is_whole else cursor

    def _suspend(self) -> list[Fingerprints]:
        """Make the scan one that the next run resumes: what it has seen, as items; the cursor says where."""
        self.cursor = self.cursor.suspend(self._ledger.settled_up_to())
        packed = {item.range: item for item in self._seen.pack()}
        stale = [item.range for item in self._stored_seen() if item.range not in packed]
        return [*packed.values(), *(Fingerprints(name, b"") for name in stale)]

    def _forget(self, keys: Sequence[str]) -> None:
        """These records are gone from the target."""
        self._records.forget(keys)
        for key in keys:
            self._quarantine.clear(key)
        self._counts += Counts(removed=len(keys), batches=1)
        self.cursor = self.cursor.advance(self.cursor.skip, dirty=self.cursor.dirty)

    def _fill(self, goal: int) -> None:
        """Read until so many records are at hand, or the source or the run's time is at its end."""
        if self._broken is not None:
            raise self._broken
        while len(self._next) < goal and self._read_some(goal):
            pass

    def _read_some(self, goal: int) -> bool:
        """Read until so many records are at hand, or a page is at its end; False where there is no more."""
        self._goal = goal
        return next(self._reading, False)

    def _read_pages(self, source: Iterator[Page[R]]) -> Iterator[bool]:
        """Read page after page; stop behind each, and wherever as many records are at hand as are wanted."""
        for page in source:
            if not self._has_time():
                return
            self.total = page.total
            yield from self._read(page)
            self.cursor = self.cursor.advance(self._ledger.settled_up_to(), dirty=self.cursor.dirty)
            self._on_page()
            yield True
        self._is_read = True

    def _read(self, page: Page[R]) -> Iterator[bool]:
        digest = self._page_digest(page)
        entry = self._ledger.known(page.start, digest)
        if entry is not None and self._may_skip(entry):
            self._skip(page.start, entry)
            return
        self._counts += Counts(pages=1)
        records = page.records()
        open_page = self._ledger.open(page.start, digest, len(records))
        self._records.load([key for key, _ in records])
        touched = []
        for key, record in records:
            open_page.keys.append(key)
            if self._consider(key, record, open_page):
                touched.append(key)
                if len(self._next) >= self._goal:
                    yield True
        self._touched.add_packed(pack_keys(touched))
        self._ledger.end(open_page)

    def _page_digest(self, page: Page[R]) -> str:
        """The bytes' digest with all that decides what becomes of them."""
        salt = f"{self._options.version}:".encode()
        return blake2b(salt + page.digest, digest_size=FINGERPRINT_BYTES).hexdigest()

    def _may_skip(self, entry: PageEntry) -> bool:
        if not self._trusts_pages:
            return False
        if not len(self._touched):
            return True
        for run in unpack_runs(entry.keys):
            keys = (run,) if isinstance(run, str) else map(str, range(run[0], run[1] + 1))
            if any(key in self._touched for key in keys):
                return False
        return True

    def _skip(self, start: int, entry: PageEntry) -> None:
        self._ledger.skip(start, entry)
        new = self._seen.add_packed(entry.keys)
        parked = min(entry.parked, new)
        self._counts += Counts(read=new, unchanged=new - parked, quarantined=parked, pages=1)

    def _consider(self, key: str, record: R, page: OpenPage) -> bool:
        """True for a record that is to be written: it goes with one of the next batches."""
        is_new = self._seen.add(key)
        if self._ledger.waiting_on(key) is not None:
            # Met twice before its batch was sent: pages shifted while they were read. The next scan decides.
            page.is_doubtful = True
            return False
        try:
            mapped = self._mapping(record)
        except RecordError as error:
            if is_new:
                self._take_unmappable(key, record, error.reason, page)
            else:
                page.is_doubtful = True
            return False
        stored = self._records.get(key)
        if stored == mapped.fingerprint and not self.full:
            self._quarantine.clear(key)
            self._counts += Counts(read=1, unchanged=1) if is_new else Counts()
            return False
        if not is_new:
            self._moved_while_read = True
        if self._quarantine.waits(key, mapped.fingerprint.hex()):
            page.parked += 1
            self._counts += Counts(read=1, quarantined=1)
            return False
        self._ledger.wait_for(key, page)
        self._next.append(mapped)
        return True

    def _take_unmappable(self, key: str, record: R, reason: str, page: OpenPage) -> None:
        digest = fingerprint_of(record).hex()
        if self._quarantine.waits(key, digest):
            page.parked += 1
            self._counts += Counts(read=1, quarantined=1)
            return
        self._ledger.wait_for(key, page)
        self._set_aside(key, reason, digest)
        self._ledger.settle(key)

    def _set_aside(self, key: str, reason: str, digest: str) -> None:
        page = self._ledger.waiting_on(key)
        if page is None:
            raise RuntimeError(f"{key} is set aside and was never handed out")
        if self._quarantine.set_aside(key, reason, digest, self._now):
            page.parked += 1
        else:
            page.is_doubtful = True
        self._failures.append((key, reason))
        self._counts += Counts(read=1, quarantined=1)

    @property
    def _wanted(self) -> int:
        """So many records are at hand before a batch is handed out: those, too, that it tells of."""
        size = self._options.batch_size
        return self._most_at_hand if self._told <= size else size

    @property
    def _most_at_hand(self) -> int:
        return self._options.batch_size * (1 if self._ahead is None else 1 + _TOLD_AHEAD)

    def _take_batch(self) -> Batch[M]:
        size = self._options.batch_size
        taken, self._next = tuple(self._next[:size]), self._next[size:]
        self._numbers += 1
        keys = tuple(record.key for record in taken)
        batch = Batch(self._numbers, taken, keys, self._are_unknown(taken))
        self._on_batch(batch)
        self._told = max(0, self._told - size)
        if self._ahead is not None and self._next and not self._told:
            following = self._next[: _TOLD_AHEAD * size]
            self._told = len(following)
            self._ahead(following, self._are_unknown(following))
        return batch

    def _are_unknown(self, records: Sequence[M]) -> bool:
        """Of some records nobody knows what the target holds."""
        return self.full or any(self._records.get(record.key) is None for record in records)

    def _stored_seen(self) -> list[Fingerprints]:
        return list(self._store.read(self._key, _SEEN_FIRST, _SEEN_LAST))

    def _nothing_can_be_missing(self) -> bool:
        return self._before.is_clean and not len(self._touched) and len(self._seen) == self._before.known

    def _guard_against_shrinking(self) -> None:
        known, found = self._before.known, len(self._seen)
        least = self._options.min_seen_ratio
        if least <= 0:
            return
        if found == 0:
            raise RunError(
                "the source lists nothing at all, which is taken for a fault and not for an empty "
                "catalogue; nothing was removed. If it is empty, run with min_seen_ratio=0"
            )
        if found < least * known:
            raise RunError(
                f"the source lists {found} records where {known} were before, less than min_seen_ratio = "
                f"{least}; nothing was removed. If this is meant, run once with a lower min_seen_ratio"
            )

    def _complete(self) -> None:
        self.is_complete = True
        self.cursor = self.cursor.complete(len(self._seen), self._now, dirty=self._moved_while_read)
