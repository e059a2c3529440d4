"""Run: what a job sees of the engine, and all it sees."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar, Unpack

from nightshift.batch import Batch, Mapped, Outcome, Page, Removal
from nightshift.changes import Changes, ScanOptions
from nightshift.deadline import Deadline
from nightshift.errors import ConfigurationError
from nightshift.journal import Journal
from nightshift.redact import secret_values
from nightshift.scan_cursor import ScanCursor, distrusted
from nightshift.settings import Settings
from nightshift.state.models import Control, Counts, Cursor, JobKey, RunId, Slot

if TYPE_CHECKING:  # and where it is asked for: no job uses all that a run offers
    from nightshift.archive import Archive
    from nightshift.batches import Batches
    from nightshift.files import Files
    from nightshift.http import Client, Options, Pace
    from nightshift.intents import Intents
    from nightshift.ledger import Ledger
    from nightshift.mail import Mailer
    from nightshift.services import RunLogger, Services
    from nightshift.work import Work

P = TypeVar("P")
R = TypeVar("R")
T = TypeVar("T")
M = TypeVar("M", bound=Mapped)


class _Unwritten(NamedTuple):
    """A batch that is answered and not written down yet, and how far the run was with it."""

    keys: tuple[str, ...]
    counts: Counts
    total: int | None


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
        is_purge: bool = False,
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
        self.work: Work | None = None
        self.is_stopped = False
        self._key = key
        self._full = settings.full
        self._control = control
        self._journal = journal
        self._services = services
        self._deadline = deadline
        self._taken_over = taken_over
        self._is_purge = is_purge
        self._scan: Changes[Any, Any] | None = None
        self._list: Batches[Any] | None = None
        self._removals = 0
        self._sent: tuple[str, ...] = ()
        self._unwritten: list[_Unwritten] = []
        self._clients: list[Client] = []
        self._paces: dict[str, Pace] = {}

    @property
    def id(self) -> RunId:
        return self._journal.run

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        return self._services.clock.now()

    @property
    def log(self) -> RunLogger:
        """The run's logger. `extra={"record": key, "status": 404}` names a record and an answer's status."""
        return self._services.logger

    @property
    def counts(self) -> Counts:
        return self._journal.counts

    @property
    def intents(self) -> Intents:
        """What is to be done once outside, by any run of any job."""
        from nightshift.intents import Intents

        return Intents(self._services.state.intents, self.id, self._services.clock, dry_run=self.dry_run)

    @property
    def ledger(self) -> Ledger:
        """The payment ledger of the run's storefront; RuntimeError for a job without storefronts."""
        from nightshift.ledger import Ledger

        if self.storefront is None:
            raise RuntimeError(f"{self.job} has no storefronts: a ledger belongs to one")
        store, clock = self._services.state.ledger, self._services.clock
        return Ledger(store, self.storefront, self.id, clock, dry_run=self.dry_run)

    @property
    def in_flight(self) -> tuple[str, ...]:
        """Keys of which nobody knows what the target holds, or that are not written down yet."""
        return (*chain.from_iterable(batch.keys for batch in self._unwritten), *self._sent)

    @property
    def files(self) -> Files:
        """Files of all jobs, by name; ConfigurationError where no place for them is named."""
        from nightshift.files import Files

        store = self._services.files
        if store is None:
            raise ConfigurationError(
                f"{self.job} works on files, and FILES_BUCKET is not set: the template gives each function "
                "the name of the stack's bucket"
            )
        planned = self._services.observer.planned if self.dry_run else None
        return Files(
            store, self._deadline.usable, (lambda what, name: planned(what, name, None)) if planned else None
        )

    @property
    def mail(self) -> Mailer:
        """Sends mails; ConfigurationError where no sender is named. Write an intent before each."""
        from nightshift.mail import Mailer

        transport = self._services.mail
        if transport is None:
            raise ConfigurationError(
                f"{self.job} sends mails, and MAIL_FROM is not set: it is the sender, as in "
                "Shop <news@shop.example>; on AWS, SES must have verified the address or its domain"
            )
        return Mailer(
            transport,
            clock=self._services.clock,
            randomness=self._services.random,
            remaining=self._deadline.usable,
            requests=self.requests,
            max_retries=self.max_retries,
            dry_run=self.dry_run,
        )

    @property
    def archive(self) -> Archive:
        """Run and log records of all jobs, for the one job that purges them; RuntimeError for any other."""
        from nightshift.archive import Archive

        store = self._services.archive
        if not self._is_purge or store is None:
            raise RuntimeError(
                f"{self.job} is not declared with is_purge=True: the records of other jobs are not for it"
            )
        return Archive(store, self._services.manifest, dry_run=self.dry_run)

    def secret(self, name: str, *, fresh: bool = False) -> Mapping[str, str]:
        """A secret by its name; `fresh` asks past the cache, as after a 401. Its values are hidden in every
        text that leaves the run."""
        found = self._services.secrets.get(name, fresh=fresh)
        self._journal.redactor.hide(*secret_values(found))
        return found

    def http(
        self, service: str, base_url: str, *, budget: str | None = None, **options: Unpack[Options]
    ) -> Client:
        """A client for one service that keeps to this run's deadline and tries, and counts its requests.

        With `budget`, it keeps to the job's share of it as well, together with all clients of the run that
        name it.
        """
        from nightshift.http import Client

        client = Client(
            base_url,
            service=service,
            clock=self._services.clock,
            randomness=self._services.random,
            remaining=self._deadline.usable,
            requests=self.requests,
            max_retries=self.max_retries,
            redactor=self._journal.redactor,
            pace=self._pace(budget) if budget else None,
            **options,
        )
        self._clients.append(client)
        return client

    def close(self) -> None:
        """Close what the run has opened."""
        if self.work is not None:
            self.work.close()
        for client in self._clients:
            client.close()

    def has_time(self, needed: float = 0.0) -> bool:
        """There is time for one more batch, as far as the slowest so far tells, or for `needed` seconds of
        work within one. Once there is not, the run ends `incomplete`."""
        if self._deadline.usable() > (needed or self._journal.slowest_batch):
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
        ahead: Callable[[Sequence[M], bool], None] | None = None,
    ) -> Changes[R, M]:
        """What the source holds and the target does not, as batches; commit each before the next.

        `pages(start)` reads the source from a place on. `mapping` says a record in the target's terms, or
        raises RecordError; `version` changes with it. Every `full_every` all records are compared with the
        target. `ahead` is told the records of the batch after the one that is handed out, and whether they
        will be compared, so that their look-up can begin.
        """
        if self.work is not None:
            raise RuntimeError("one run scans one source, and reads no lists beside it")
        options = ScanOptions(
            batch_size=self.batch_size,
            version=version,
            min_seen_ratio=min_seen_ratio,
            full=self._full,
            recheck=self._control.is_recheck_due,
            full_every=full_every,
            taken_over=self._taken_over,
        )
        self.work = self._scan = Changes(
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
            ahead=ahead,
        )
        return self._scan

    def batches(
        self,
        records: Iterable[T],
        key: Callable[[T], str],
        *,
        digest: Callable[[T], str] = lambda record: "",
        cursor: Callable[[T], Cursor] | None = None,
    ) -> Batches[T]:
        """Records of a list, read as they are asked for, in batches; commit each before the next.

        `key` is a record's identity and `digest` a hash of its payload: a record that was set aside as often
        as it may be waits until that changes. `cursor` says where to go on behind a record: each commit
        writes it of its last one. A run may work on several lists, one after the other.
        """
        self._list = self._read_list(records, key, digest, cursor)
        return self._list

    @property
    def cursor(self) -> Cursor:
        """Where the last commit left the job's cursor; empty for a job that never set one."""
        if self.work is not None:
            return self.work.position
        return distrusted(self._control.cursor) if self._taken_over else self._control.cursor

    def advance(self, cursor: Cursor) -> None:
        """Put the job's cursor there, with the next commit or at the end of a run that does not fail."""
        if self._list is None:
            self._list = self._read_list((), str, str, None)
        self._list.advance(cursor)

    def report(self, **values: str | int) -> None:
        """Keep named results in the run record, for `nightshift show`; a name given again is replaced."""
        clean = self._journal.redactor.text
        told = {name: clean(value) if isinstance(value, str) else value for name, value in values.items()}
        self._journal.report(told)

    def alarm(self, metric: str) -> None:
        """Count one for an alarm of the job's own, which its needs.toml declares. Told at once."""
        if not self.dry_run:
            self._services.observer.alarmed(self._key, metric)

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
        changes = self._scan
        if changes is None or not changes.is_complete:
            return
        self.settle()
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
                self._sent = gone
                yield Removal(self._removals, gone)
        changes.end_removals(is_whole=is_whole)

    def commit(self, batch: Batch[Any] | Removal, outcome: Outcome) -> None:
        """Write down what became of a batch: logs, quarantine, fingerprints, then cursor and progress.

        In a scan that happens while the next batch is on its way. LostLeaseError where another run has taken
        over.
        """
        if self.work is None:
            raise RuntimeError("commit without changed() or batches(): there is nothing to commit to")
        self.work.settle(batch, outcome)
        for key, reason in outcome.failed.items() if isinstance(batch, Removal) else ():
            self.log.warning(f"not removed from the target: {reason}", extra={"record": key})
        for action in ("created", "updated", "unchanged", "removed"):
            for key in getattr(outcome, action) if self.dry_run else ():
                self._services.observer.planned(action, key, outcome.notes.get(key))
        self.collect()
        self._sent = ()
        self._unwritten.append(_Unwritten(batch.keys, self.counts, self.work.total))
        # Only what a scan has sent is compared with the target, should this process end before it is written.
        # The first batch is waited for, so that the run's record stands, and its lease is known to hold.
        behind = self._scan is not None and isinstance(batch, Batch) and self._journal.is_begun
        fingerprints = self.work.take_fingerprints()
        self._journal.commit(self.work.position, fingerprints, len(batch.keys), behind=behind)
        if not behind:
            self.settle()

    def settle(self, *, but_last: bool = False) -> None:
        """Wait until all batches are written down, or all but the last one; LostLeaseError where another run
        has taken over."""
        self._journal.settle(but_last=but_last)
        for batch in self._unwritten[: -1 if but_last else None]:
            # Not before: what is not written down is as unknown as what is on its way.
            del self._unwritten[0]
            self._services.observer.progressed(batch.counts, batch.total)

    def collect(self) -> None:
        """Take over what the work has counted and set aside since the last time."""
        if self.work is None:
            return
        self._journal.count(self.work.take_counts())
        for key, reason in self.work.take_failures():
            self._journal.failed += 1
            self.log.warning(f"set aside: {reason}", extra={"record": key})
            if self.dry_run:
                self._services.observer.planned("quarantined", key, self._journal.redactor.text(reason))

    def _read_list(
        self,
        records: Iterable[T],
        key: Callable[[T], str],
        digest: Callable[[T], str],
        cursor: Callable[[T], Cursor] | None,
    ) -> Batches[T]:
        from nightshift.batches import Batches, Reading

        if self._scan is not None:
            raise RuntimeError("one run scans one source, and reads no lists beside it")
        self.collect()
        found = Batches(
            records,
            Reading(key, digest, cursor),
            self.batch_size,
            self.cursor,
            self._journal.quarantine,
            self._services.clock.now(),
            self.has_time,
            after=self._list,
            on_batch=self._hand_out,
        )
        self.work = found
        return found

    def _pace(self, budget: str) -> Pace | None:
        """The pace at which this run may use a budget; None where the manifest limits nothing."""
        rate = self._services.manifest.rate(budget, self.job)
        if rate is not None and budget not in self._paces:
            from nightshift.http import Pace

            self._paces[budget] = Pace(rate, self._services.clock, self._deadline.usable)
        return self._paces.get(budget)

    def _hand_out(self, batch: Batch[Any]) -> None:
        if self._sent:
            raise RuntimeError(f"batch {batch.number} was asked for before the one before it was committed")
        self.settle(but_last=self._journal.is_writing)
        self._sent = batch.keys
        self._journal.begin_batch(batch.number)

    def _report(self) -> None:
        self.collect()
        self._services.observer.progressed(self.counts, self.work.total if self.work else None)


def _chunks(keys: Iterable[str], size: int) -> Iterator[tuple[str, ...]]:
    chunk: list[str] = []
    for key in keys:
        chunk.append(key)
        if len(chunk) == size:
            yield tuple(chunk)
            chunk = []
    if chunk:
        yield tuple(chunk)
