"""Run: what a job sees of the engine, and all it sees."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Generic, TypeVar, Unpack

from nightshift.batch import Batch, Mapped, Outcome, Page
from nightshift.changes import Changes, ScanOptions
from nightshift.deadline import Deadline
from nightshift.http import Client, Options
from nightshift.journal import Journal
from nightshift.scan_cursor import ScanCursor, distrusted
from nightshift.services import RunLogger, Services
from nightshift.settings import Settings
from nightshift.state.models import Control, Counts, Cursor, JobKey, RunId, Slot

P = TypeVar("P")
R = TypeVar("R")
M = TypeVar("M", bound=Mapped)


@dataclass(frozen=True, slots=True)
class Removal:
    """Records that the source has lost, by key: a batch of their own kind."""

    number: int
    keys: tuple[str, ...]


class Run(Generic[P]):
    """One run of a job. `params` is the job's own dataclass; `full` and `dry_run` are as asked for."""

    def __init__(
        self,
        key: JobKey,
        slot: Slot | None,
        settings: Settings,
        params: P,
        control: Control,
        journal: Journal,
        services: Services,
        deadline: Deadline,
        *,
        taken_over: bool,
    ) -> None:
        self.job = key.job
        self.storefront = key.storefront
        self.slot = slot
        self.params = params
        self.batch_size = settings.batch_size
        self.max_retries = settings.max_retries
        self.dry_run = settings.dry_run
        self.environment = services.environment
        self.requests: dict[str, int] = {}
        self.changes: Changes[Any, Any] | None = None
        self.in_flight: tuple[str, ...] = ()
        self.is_stopped = False
        self._key = key
        self._full = settings.full
        self._control = control
        self._journal = journal
        self._services = services
        self._deadline = deadline
        self._taken_over = taken_over
        self._removals = 0
        self._clients: list[Client] = []

    @property
    def id(self) -> RunId:
        return self._journal.run

    @property
    def log(self) -> RunLogger:
        """The run's logger. `extra={"record": key, "status": 404}` names a record and an answer's status."""
        return self._services.logger

    @property
    def counts(self) -> Counts:
        return self._journal.counts

    @property
    def cursor(self) -> Cursor:
        """The cursor as the run leaves it."""
        if self.changes is not None:
            return self.changes.cursor.dump()
        return distrusted(self._control.cursor) if self._taken_over else self._control.cursor

    def secret(self, name: str, *, fresh: bool = False) -> Mapping[str, str]:
        """A secret by its name; `fresh` asks past the cache, as after a 401."""
        return self._services.secrets.get(name, fresh=fresh)

    def http(self, service: str, base_url: str, **options: Unpack[Options]) -> Client:
        """A client for one service that keeps to this run's deadline and tries, and counts its requests."""
        client = Client(
            base_url,
            service=service,
            clock=self._services.clock,
            randomness=self._services.random,
            remaining=self._deadline.usable,
            requests=self.requests,
            max_retries=self.max_retries,
            **options,
        )
        self._clients.append(client)
        return client

    def close(self) -> None:
        """Close what the run has opened."""
        if self.changes is not None:
            self.changes.close()
        for client in self._clients:
            client.close()

    def has_time(self) -> bool:
        """There is time for one more batch, as far as the slowest so far tells."""
        if self._deadline.usable() > self._journal.slowest_batch:
            return True
        self.is_stopped = True
        return False

    def changed(
        self,
        pages: Callable[[int], Iterable[Page[R]]],
        mapping: Callable[[R], M],
        *,
        version: int = 1,
        full_every: timedelta | None = None,
        min_seen_ratio: float = 0.0,
    ) -> Changes[R, M]:
        """What the source holds and the target does not, as batches; commit each before the next.

        `pages(start)` reads the source from a place on. `mapping` says a record in the target's terms, or
        raises RecordError; `version` changes with it. Every `full_every` all records are compared with the
        target.
        """
        options = ScanOptions(
            batch_size=self.batch_size,
            version=version,
            min_seen_ratio=min_seen_ratio,
            full=self._full,
            recheck=self._control.is_recheck_due,
            full_every=full_every,
            taken_over=self._taken_over,
        )
        self.changes = Changes(
            pages,
            mapping,
            options,
            ScanCursor.load(self._control.cursor),
            self._services.state.fingerprints,
            self._key,
            self._journal.quarantine,
            self._services.clock.now(),
            self.has_time,
            on_batch=self._hand_out,
            on_page=self._report,
        )
        return self.changes

    def missing(
        self,
        *,
        confirm: Callable[[tuple[str, ...]], Iterable[str]],
        candidates: Callable[[], Iterable[str]] | None = None,
    ) -> Iterator[Removal]:
        """What the source has lost since it was written, as batches, once a scan is complete.

        `confirm` returns those of the keys that the source itself denies having: pages shift while they are
        read. In a full scan, `candidates` lists the target's own keys, so that what no fingerprint knows is
        found too.
        """
        changes = self.changes
        if changes is None or not changes.is_complete:
            return
        listed = candidates() if candidates is not None and changes.full else None
        is_whole = True
        changes.begin_removals()
        for keys in _chunks(changes.missing(listed), self.batch_size):
            if not self.has_time():
                return
            gone = tuple(sorted(set(confirm(keys)) & set(keys)))
            is_whole = is_whole and len(gone) == len(keys)
            if gone:
                self._removals += 1
                self.in_flight = gone
                yield Removal(self._removals, gone)
        changes.end_removals(is_whole=is_whole)

    def commit(self, batch: Batch[Any] | Removal, outcome: Outcome) -> None:
        """Write down what became of a batch: logs, quarantine, fingerprints, then cursor and progress."""
        if self.changes is None:
            raise RuntimeError("commit without changed(): there is nothing to commit to")
        if isinstance(batch, Removal):
            self.changes.forget(list(outcome.removed))
            self._journal.count(Counts(removed=len(outcome.removed), batches=1))
            for key, reason in outcome.failed.items():
                self.log.warning(f"not removed from the target: {reason}", extra={"record": key})
        else:
            self.changes.settle(batch, outcome)
        for action in ("created", "updated", "unchanged", "removed"):
            for key in getattr(outcome, action) if self.dry_run else ():
                self._services.observer.planned(action, key, None)
        self.collect()
        self._journal.commit(
            self.changes.cursor.dump(), self.changes.take_fingerprints(last=False), len(batch.keys)
        )
        self.in_flight = ()  # not before: what could not be written down is as unknown as what is on its way
        self._services.observer.progressed(self.counts, self.changes.total)

    def collect(self) -> None:
        """Take over what the scan has counted and set aside since the last time."""
        if self.changes is None:
            return
        self._journal.count(self.changes.take_counts())
        for key, reason in self.changes.take_failures():
            self._journal.failed += 1
            self.log.warning(f"set aside: {reason}", extra={"record": key})
            if self.dry_run:
                self._services.observer.planned("quarantined", key, reason)

    def _hand_out(self, batch: Batch[Any]) -> None:
        if self.in_flight:
            raise RuntimeError(f"batch {batch.number} was asked for before the one before it was committed")
        self.in_flight = batch.keys
        self._journal.begin_batch(batch.number)

    def _report(self) -> None:
        self.collect()
        self._services.observer.progressed(self.counts, self.changes.total if self.changes else None)


def _chunks(keys: Iterable[str], size: int) -> Iterator[tuple[str, ...]]:
    chunk: list[str] = []
    for key in keys:
        chunk.append(key)
        if len(chunk) == size:
            yield tuple(chunk)
            chunk = []
    if chunk:
        yield tuple(chunk)
