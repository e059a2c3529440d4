"""What a run writes about itself, in the order that makes a crash harmless.

Per batch: target, logs, quarantine, fingerprints, commit; the logs of a scan when they are due. At the end:
logs, fingerprints, run record, release. The run record stands as `running` before the first of them. One
batch is written down at a time, in a thread of its own, so that the target may have the next one meanwhile,
and that one may wait for its turn. A dry run has a journal that writes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from nightshift.background import Background, Pending
from nightshift.errors import LostLeaseError
from nightshift.logs.buffer import LogBuffer
from nightshift.logs.records import LogRecord
from nightshift.logs.retention import expiry
from nightshift.manifest import JobEntry
from nightshift.quarantine import Quarantine
from nightshift.redact import Redactor
from nightshift.services import Services
from nightshift.settings import Settings
from nightshift.state.closing import with_usage
from nightshift.state.models import (
    Commit,
    Control,
    Counts,
    Cursor,
    Fingerprints,
    Lease,
    Quarantined,
    Release,
    RunId,
    RunRecord,
)

LEASE_WITHOUT_DEADLINE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class _Entries:
    """What is to be written down, as it stood when that was asked for. `begins` is the run's first record."""

    begins: RunRecord | None
    logs: list[LogRecord]
    set_aside: Sequence[Quarantined]
    let_go: Sequence[str]
    fingerprints: Sequence[Fingerprints]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class _Writing:
    """A batch that is being written down, or waits for that, and the lease that comes of it."""

    entries: _Entries
    lease: Pending[Lease]


class Journal:
    """The writes of one run. `record` is the run record as it stands; `lease` is None in a dry run."""

    def __init__(
        self,
        record: RunRecord,
        lease: Lease | None,
        control: Control,
        entry: JobEntry,
        settings: Settings,
        services: Services,
        redactor: Redactor,
        *,
        renews: bool,
    ) -> None:
        self.record = record
        self.lease = lease
        self.redactor = redactor
        self.counts = Counts()
        self.results: dict[str, str | int] = {}
        self.failed = 0
        self.slowest_batch = 0.0
        self.is_begun = False
        self.buffer = LogBuffer(record.id, record.key, settings.log_level, services.clock.now)
        self._written: RunRecord | None = None
        self._control = control
        self._entry = entry
        self._services = services
        self._renews = renews
        self._batch_began = services.clock.monotonic()
        self._background = Background("commit")
        self._writing: list[_Writing] = []
        stored = services.state.quarantine.all(record.key) if control.quarantined else ()
        self.quarantine = Quarantine(stored, record.id, settings.max_retries, redactor.text)

    @property
    def run(self) -> RunId:
        return self.record.id

    @property
    def is_untouched(self) -> bool:
        """Nothing was written, reported, set aside or logged above INFO: the run may end as idle."""
        is_silent = not (self.buffer.has_trouble or self.quarantine.has_changed)
        return is_silent and not (self.is_begun or self.results)

    def count(self, counts: Counts) -> None:
        self.counts += counts

    def report(self, values: Mapping[str, str | int]) -> None:
        self.results.update(values)

    def begin_batch(self, number: int) -> None:
        self.buffer.batch = number
        self._batch_began = self._services.clock.monotonic()

    def commit(
        self, cursor: Cursor, fingerprints: Sequence[Fingerprints], records: int, *, behind: bool
    ) -> None:
        """Write down one batch, after the one before it. With `behind`, it must be `settle`d; so must the one
        before it, if it is not yet.

        LostLeaseError where another run has taken over.
        """
        if self.lease is None:
            return
        self._services.logger.info(
            f"batch {self.buffer.batch} committed",
            extra={"records": records, "counts": self.counts.as_dict()},
        )
        lease, entries = self.lease, self._take(fingerprints, with_logs=self.buffer.is_due or not behind)
        commit = Commit(cursor, self.counts, len(self.quarantine), self._lease_until())
        # Where the one before fails, so does this one, with the same error, and nothing of it is written.
        held = self._writing[-1].lease.result if self._writing else lambda: lease
        writing = self._background.begin(lambda: self._write_batch(held, entries, commit))
        self._writing.append(_Writing(entries, writing))
        if not behind:
            self.settle()
        took = self._services.clock.monotonic() - self._batch_began
        self.slowest_batch = max(self.slowest_batch, took)

    @property
    def is_writing(self) -> bool:
        """A batch is not written down yet, and nobody knows whether it will be."""
        return bool(self._writing) and not self._writing[-1].lease.has_ended

    def settle(self, *, but_last: bool = False) -> None:
        """Wait until all batches are written down, or all but the last one; raises what kept one from that,
        each time it is asked."""
        due = self._writing[: -1 if but_last else None]
        for writing in due:
            writing.lease.wait()  # behind one that failed, too: nothing may stay pending
        for writing in due:
            self.lease = writing.lease.result()
            self._writing.remove(writing)

    def end(
        self, record: RunRecord, fingerprints: Sequence[Fingerprints], *, is_idle: bool, recheck: bool
    ) -> None:
        """Write the end of the run; an idle one leaves only a heartbeat. `recheck`: it is still asked for."""
        if self.lease is None:
            return
        self.record = record
        for entries in (writing.entries for writing in reversed(self._writing)):
            # Of a commit that failed: undone with it, or written in part, or not begun.
            self.buffer.give_back(entries.logs)
            self.quarantine.give_back(entries.set_aside, entries.let_go)
        if is_idle:
            self.buffer.drop()
            if fingerprints:
                self._services.state.fingerprints.write(self.lease, fingerprints)
        else:
            with self._services.state.together():
                self._write(self.lease, self._take(fingerprints, with_logs=True))
                record = with_usage(record, self._services.meter.usage(), self._written, self._control)
                self._services.state.runs.put(record)
        ended = record.ended_at or self._services.clock.now()
        release = Release(
            status=record.status,
            ended_at=ended,
            cursor=record.cursor_after,
            quarantined=len(self.quarantine),
            done=record.status == "succeeded",
            idle_runs=self._control.idle_runs + 1 if is_idle else None,
            rechecked=None if recheck or not self._control.is_recheck_due else self._control.rechecks,
        )
        self._services.state.control.release(self.lease, release)

    def _write_batch(self, held: Callable[[], Lease], entries: _Entries, commit: Commit) -> Lease:
        try:
            lease = held()
            with self._services.state.together():
                self._write(lease, entries)
                return self._services.state.control.commit(lease, commit)
        except LostLeaseError:
            # What became one with the commit is undone with it; the logs are this run's alone, and stay.
            self._write_logs([*entries.logs, *self.buffer.take()])
            raise

    def _take(self, fingerprints: Sequence[Fingerprints], *, with_logs: bool) -> _Entries:
        begins = None
        if not self.is_begun:
            self._written = begins = replace(self.record, counts=self.counts)
            self.is_begun = True
        put, dropped = self.quarantine.take_changes()
        logs = self.buffer.take() if with_logs else []
        return _Entries(begins, logs, put, dropped, fingerprints)

    def _write(self, lease: Lease, entries: _Entries) -> None:
        state, key = self._services.state, self.record.key
        if entries.begins is not None:
            state.runs.put(entries.begins)
        self._write_logs(entries.logs)
        if entries.set_aside:
            state.quarantine.put(key, entries.set_aside)
        if entries.let_go:
            state.quarantine.drop(key, entries.let_go)
        if entries.fingerprints:
            state.fingerprints.write(lease, entries.fingerprints)

    def _write_logs(self, records: list[LogRecord]) -> None:
        expires = expiry(self._services.clock.now(), self._entry)
        self.buffer.write(records, self._services.logs, expires)

    def _lease_until(self) -> datetime:
        assert self.lease is not None
        return self._services.clock.now() + LEASE_WITHOUT_DEADLINE if self._renews else self.lease.until
