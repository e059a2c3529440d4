"""Short words for tests that drive a state: instants, slots, claims, releases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from nightshift.state.models import (
    ClaimRequest,
    Commit,
    Control,
    Counts,
    Granted,
    JobKey,
    Lease,
    Refused,
    Release,
    RunId,
    Slot,
    Status,
)
from support.states import Store

START = datetime(2026, 11, 20, 22, 0, tzinfo=UTC)
LEASE = timedelta(minutes=10)


def at(minutes: float) -> datetime:
    """An instant, in minutes after START."""
    return START + timedelta(minutes=minutes)


def slot(minutes: int, schedule: str = "default") -> Slot:
    return Slot(schedule, at(minutes))


@dataclass(frozen=True)
class Job:
    """One job in one store, as its runs and its operators drive it."""

    store: Store
    key: JobKey

    def claim(
        self, run: str, of: Slot | None = None, now: float = 0, max_executions: int | None = None
    ) -> Granted | Refused:
        return self.store.state.control.claim(
            ClaimRequest(self.key, RunId(run), at(now), at(now) + LEASE, of, max_executions)
        )

    def granted(
        self, run: str, of: Slot | None = None, now: float = 0, max_executions: int | None = None
    ) -> Granted:
        answer = self.claim(run, of, now, max_executions)
        assert isinstance(answer, Granted), answer
        return answer

    def refused(
        self, run: str, of: Slot | None = None, now: float = 0, max_executions: int | None = None
    ) -> Refused:
        answer = self.claim(run, of, now, max_executions)
        assert isinstance(answer, Refused), answer
        return answer

    def commit(self, lease: Lease, cursor: int, now: float = 1) -> Lease:
        """Commit a cursor that is one number, and progress and quarantine that follow from it."""
        commit = Commit({"seen": cursor}, Counts(read=cursor, created=cursor), cursor, at(now) + LEASE)
        return self.store.state.control.commit(lease, commit)

    def release(
        self,
        lease: Lease,
        status: Status = Status.SUCCEEDED,
        now: float = 2,
        cursor: int = 0,
        idle_runs: int | None = None,
        rechecked: int | None = None,
    ) -> None:
        done = status is Status.SUCCEEDED
        release = Release(status, at(now), {"seen": cursor}, cursor, done, idle_runs, rechecked)
        self.store.state.control.release(lease, release)

    def succeed(self, run: str, of: Slot | None = None, max_executions: int | None = None) -> None:
        """One whole run, from its claim to its release."""
        self.release(self.granted(run, of, max_executions=max_executions).lease)

    def fail(self, run: str, of: Slot | None = None, max_executions: int | None = None) -> None:
        self.release(self.granted(run, of, max_executions=max_executions).lease, Status.FAILED)

    def control(self) -> Control:
        control = self.store.state.control.read(self.key)
        assert control is not None
        return control
