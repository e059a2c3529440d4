"""What the contract must be told of a job: its source, its target, and how to tell whether they agree."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from typing import Any, ClassVar, TypeVar

from nightshift.handler import Handler
from nightshift.manifest import JobEntry
from nightshift.services import Services
from nightshift.state.models import Cursor, JobKey
from nightshift_tools.embedded import SqliteLogs, SqliteState
from nightshift_tools.testing.clock import FakeClock
from nightshift_tools.testing.gate import Gate
from nightshift_tools.testing.upstreams import Worker, lost

T = TypeVar("T")


class JobWorld:
    """A shop that a job works for, made anew for each case, and a state in memory that belongs to it.

    `prepare`, `differences` and `effects` must be written. What else is offered decides which checks can be
    made; the report names those that cannot. Keys are the records' own, as the job knows them. Keep it small:
    six records and a `batch_size` of two show all that a hundred do.
    """

    handler: Handler[Any]
    """The job, as `@job` has made it."""
    entry: JobEntry
    """Its entry of the manifest; `entry_of` reads one from `schedules.yaml`."""
    storefront: ClassVar[str | None] = None
    secrets: ClassVar[Mapping[str, Mapping[str, str]]] = {}
    environment: Mapping[str, str] = {}
    sends_once: ClassVar[bool] = False
    """What the job does must not be done twice: a mail, a charge. Others may repeat a batch after a crash."""
    between_ticks: ClassVar[timedelta] = timedelta(minutes=10)
    """From one tick to the next; longer than the job waits before it looks after an unknown outcome."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.state = SqliteState.in_memory()
        self.logs = SqliteLogs(self.state.database)
        self.worker = Worker(self.clock, Gate())
        self.prepare()

    def prepare(self) -> None:
        """Make source and target as they stand before the first run, with work to do."""
        raise NotImplementedError(f"{type(self).__name__}.prepare: make the source and the target here")

    def differences(self) -> Mapping[str, str]:
        """What is not in the target as the source has it, by key, in words; empty where all is done."""
        raise NotImplementedError(f"{type(self).__name__}.differences: compare target and source here")

    def effects(self) -> Mapping[str, int]:
        """How often the target has been written since the world began, by what was written: a record, an
        order, a mail's address. Count at the target, not in the job."""
        raise NotImplementedError(f"{type(self).__name__}.effects: count the target's writes here")

    def change(self) -> None:
        """Change the source: some records created, some changed, some removed. It is called several times."""
        raise NotImplementedError

    def poison(self) -> Collection[str]:
        """Make some records such that they cannot be written, each for a reason of its own; their keys."""
        raise NotImplementedError

    def cure(self) -> None:
        """Make the poisoned records good again."""
        raise NotImplementedError

    def place(self, cursor: Cursor) -> tuple[object, ...] | None:
        """How far a cursor has come, as something that only grows; None where it says nothing of that.

        That of a scan with `run.changed` is known.
        """
        return (int(cursor["scan"] or 0), int(cursor.get("skip") or 0)) if "scan" in cursor else None

    def set_aside(self) -> Mapping[str, str]:
        """Reasons by key of the records that were set aside: those in quarantine."""
        return {record.record: record.reason for record in self.state.quarantine.all(self.key)}

    def adapt(self, services: Services) -> Services:
        """The services of a run, with more of the world in them than a test needs elsewhere."""
        return services

    def close(self) -> None:
        """Let go of what `prepare` has opened."""

    @property
    def key(self) -> JobKey:
        return JobKey(self.entry.name, self.storefront)

    def reach(self, name: str, effect: Callable[[], T]) -> T:
        """One call to a service that the test stands in for: pass each through here, and it can be killed,
        counted and lost. Requests of `run.http` are seen without it."""
        return self.worker.reach(name, effect, lambda: lost(name))


def offers(world: JobWorld, name: str) -> bool:
    """The world has written this method."""
    return getattr(type(world), name) is not getattr(JobWorld, name)
