"""What the engine needs of a state, as narrow verbs. DynamoDB serves them on AWS, SQLite on a laptop.

Every adapter passes one contract suite. All instants are handed in; no adapter reads a clock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    from nightshift.batch_jobs.ports import BatchJobStore
    from nightshift.state.ledger import LedgerStore
    from nightshift.state.models import (
        ClaimRequest,
        Commit,
        Control,
        Counts,
        Cursor,
        Fingerprints,
        Granted,
        Intent,
        JobKey,
        Lease,
        Pause,
        Quarantined,
        Refused,
        Release,
        RunId,
        RunRecord,
    )
    from nightshift.state.watches import Look, Watches


class ControlStore(Protocol):
    """Who may work, and how far the work has come."""

    def claim(self, request: ClaimRequest) -> Granted | Refused:
        """Admit a run, in one conditional write, or say why not.

        A grant deduplicates the slot, takes the lease, raises the fence and returns the record.
        StateVersionError where the record is of an unknown version.
        """
        ...

    def commit(self, lease: Lease, commit: Commit) -> Lease:
        """Set cursor and progress and renew the lease, under the fence; LostLeaseError where it moved on."""
        ...

    def release(self, lease: Lease, release: Release) -> None:
        """End the run: drop the lease, mark the slot; LostLeaseError where another run took over."""
        ...

    def read(self, key: JobKey) -> Control | None:
        """The control record, strongly consistent; None for a job that never ran."""
        ...

    def pause(self, key: JobKey, pause: Pause) -> None:
        """Pause a job. Holds from the next tick."""
        ...

    def resume(self, key: JobKey, at: datetime) -> None:
        """End a job's pause, and keep when: what fell into it is not missing."""
        ...

    def override(self, key: JobKey, name: str, value: str | None) -> None:
        """Set one setting of a job at run time, or drop it with None. Holds from the next tick."""
        ...

    def reset_cursor(self, key: JobKey, cursor: Cursor, now: datetime) -> bool:
        """Put the cursor where an operator says. False, and nothing changed, while a run is alive."""
        ...

    def request_recheck(self, key: JobKey) -> None:
        """Have the next run that begins look at every record, whatever the page digests say."""
        ...


class RunStore(Protocol):
    """Run records, newest first."""

    def put(self, record: RunRecord) -> None:
        """Write a run record whole; repeating it is harmless."""
        ...

    def get(self, key: JobKey, run: RunId, now: datetime) -> RunRecord | None: ...

    def latest(self, key: JobKey, limit: int, now: datetime) -> Sequence[RunRecord]:
        """The newest runs of a job that have not expired."""
        ...

    def interrupt(
        self, key: JobKey, run: RunId, at: datetime, reason: str, counts: Counts | None = None
    ) -> None:
        """Mark a run that is still `running` as `interrupted`; any other is left as it is.

        `counts` are put into its record, where more is known of it than stands there.
        """
        ...


class QuarantineStore(Protocol):
    """Records set aside, by key."""

    def all(self, key: JobKey) -> Sequence[Quarantined]:
        """Every record in quarantine, ordered by record key."""
        ...

    def put(self, key: JobKey, records: Sequence[Quarantined]) -> None: ...

    def drop(self, key: JobKey, records: Sequence[str]) -> None: ...


class FingerprintStore(Protocol):
    """Packed ranges of fingerprints, ordered by name."""

    def read(self, key: JobKey, first: str, last: str) -> Iterator[Fingerprints]:
        """The ranges with first <= range <= last, in order, read in pages as the caller goes on."""
        ...

    def write(self, lease: Lease, ranges: Sequence[Fingerprints]) -> None:
        """Put ranges whole (an empty body removes one); LostLeaseError where a higher fence wrote one."""
        ...


class IntentStore(Protocol):
    """What must be done once outside, whoever does it: intents, by kind and key."""

    def read(self, kind: str, key: str, now: datetime) -> Intent | None:
        """The intent as it stands, strongly consistent; None where there is none, or it has expired."""
        ...

    def move(self, intent: Intent, now: datetime) -> bool:
        """Write an intent, in one conditional write, over the revision before it or, as revision 1, anew.

        False, and nothing changed, where somebody else has moved it. Repeating a move is harmless.
        """
        ...


class WatchStore(Protocol):
    """What the watchdog sees at one look, and what it remembers from one to the next."""

    def look(self, keys: Sequence[JobKey]) -> Look:
        """Control records and what is remembered, eventually consistent: one request per 100 records."""
        ...

    def remember(self, watches: Watches) -> None:
        """Put what is remembered in place of what was."""
        ...


class State(Protocol):
    """The ports together, as an adapter offers them."""

    @property
    def control(self) -> ControlStore: ...
    @property
    def runs(self) -> RunStore: ...
    @property
    def quarantine(self) -> QuarantineStore: ...
    @property
    def fingerprints(self) -> FingerprintStore: ...
    @property
    def intents(self) -> IntentStore: ...
    @property
    def ledger(self) -> LedgerStore: ...
    @property
    def watch(self) -> WatchStore: ...
    @property
    def batch_jobs(self) -> BatchJobStore: ...

    def together(self) -> AbstractContextManager[None]:
        """Writes within the block, those to its logs among them, become one where that saves time. They are
        made in their order, and a failure of one that is caught within the block undoes no other."""
        ...

    def abandon(self, lease: Lease) -> None:
        """Let go of what a live process holds beside the lease; the record stays as it is.

        For a run that could not be ended as it should. Harmless after a release.
        """
        ...
