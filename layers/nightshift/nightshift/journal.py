"""What a run writes about itself, in the order that makes a crash harmless.

Per batch: target, logs, quarantine, fingerprints, commit. At the end: logs, fingerprints, run record,
release. The run record stands as `running` before the first of them. A dry run has a journal that writes
nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from nightshift.logs.buffer import LogBuffer
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
    Release,
    RunId,
    RunRecord,
)

LEASE_WITHOUT_DEADLINE = timedelta(minutes=15)


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

    def commit(self, cursor: Cursor, fingerprints: Sequence[Fingerprints], records: int) -> None:
        """Write down one batch; LostLeaseError where another run has taken over."""
        if self.lease is None:
            return
        self._services.logger.info(
            f"batch {self.buffer.batch} committed",
            extra={"records": records, "counts": self.counts.as_dict()},
        )
        self._write(fingerprints)
        commit = Commit(cursor, self.counts, len(self.quarantine), self._lease_until())
        self.lease = self._services.state.control.commit(self.lease, commit)
        took = self._services.clock.monotonic() - self._batch_began
        self.slowest_batch = max(self.slowest_batch, took)

    def end(
        self, record: RunRecord, fingerprints: Sequence[Fingerprints], *, is_idle: bool, recheck: bool
    ) -> None:
        """Write the end of the run; an idle one leaves only a heartbeat. `recheck`: it is still asked for."""
        if self.lease is None:
            return
        self.record = record
        if is_idle:
            self.buffer.drop()
            if fingerprints:
                self._services.state.fingerprints.write(self.lease, fingerprints)
        else:
            self._write(fingerprints)
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

    def _write(self, fingerprints: Sequence[Fingerprints]) -> None:
        assert self.lease is not None
        state, key = self._services.state, self.record.key
        if not self.is_begun:
            self._written = replace(self.record, counts=self.counts)
            state.runs.put(self._written)
            self.is_begun = True
        self.buffer.write_to(self._services.logs, expiry(self._services.clock.now(), self._entry))
        put, dropped = self.quarantine.take_changes()
        if put:
            state.quarantine.put(key, put)
        if dropped:
            state.quarantine.drop(key, dropped)
        if fingerprints:
            state.fingerprints.write(self.lease, fingerprints)

    def _lease_until(self) -> datetime:
        assert self.lease is not None
        return self._services.clock.now() + LEASE_WITHOUT_DEADLINE if self._renews else self.lease.until
