"""The control record on one machine: each verb reads, decides and writes in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from nightshift.errors import LostLeaseError
from nightshift.state.claiming import grant, granted, is_own, judge
from nightshift.state.models import (
    ClaimRequest,
    Commit,
    Control,
    Counts,
    Cursor,
    Granted,
    JobKey,
    Lease,
    Pause,
    Refused,
    Release,
    RunId,
)
from nightshift_tools.embedded.locks import Holder, JobLocks
from nightshift_tools.embedded.records import ControlRecords

_OPERATOR = RunId("operator")


class SqliteControl:
    """The `ControlStore` port over the records and the locks beside them."""

    def __init__(self, records: ControlRecords, locks: JobLocks) -> None:
        self._records = records
        self._locks = locks

    def claim(self, request: ClaimRequest) -> Granted | Refused:
        try:
            with self._records.transaction():
                answer = self._decide(request, self._locks.take(request.key, request.run))
                if isinstance(answer, Granted):
                    self._records.write(request.key, answer.control)  # and the run keeps the lock
                else:
                    # Before the transaction ends: the next claim must not see our lock.
                    self._locks.drop(request.key, request.run)
        except BaseException:
            self._locks.drop(request.key, request.run)
            raise
        return answer

    def _decide(self, request: ClaimRequest, holder: Holder) -> Granted | Refused:
        control = self.read(request.key) or Control()
        if is_own(control, request):
            return granted(control, request)
        verdict = judge(_as_the_lock_says(control, holder, request.now), request)
        if isinstance(verdict, Refused):
            return replace(verdict, control=control)
        return grant(control, request, verdict)

    def commit(self, lease: Lease, commit: Commit) -> Lease:
        with self._records.transaction():
            control = self._held(lease)
            after = replace(
                control,
                cursor=commit.cursor,
                progress=commit.progress,
                quarantined=commit.quarantined,
                lease_until=commit.lease_until,
            )
            self._records.write(lease.key, after)
        return replace(lease, until=commit.lease_until)

    def release(self, lease: Lease, release: Release) -> None:
        with self._records.transaction():
            try:
                control = self.read(lease.key)
                if control is not None and control.last_run == lease.run:
                    return  # released before; only the answer was lost
                self._records.write(lease.key, _released(self._held(lease), lease, release))
            finally:
                self._locks.drop(lease.key, lease.run)  # before the transaction ends, as in `claim`

    def read(self, key: JobKey) -> Control | None:
        return self._records.read(key)

    def pause(self, key: JobKey, pause: Pause) -> None:
        self._operate(key, lambda control: replace(control, pause=pause))

    def resume(self, key: JobKey, at: datetime) -> None:
        self._operate(key, lambda control: replace(control, pause=None, resumed_at=at))

    def override(self, key: JobKey, name: str, value: str | None) -> None:
        others = {} if value is None else {name: value}
        self._operate(
            key,
            lambda control: replace(
                control, overrides={n: v for n, v in control.overrides.items() if n != name} | others
            ),
        )

    def reset_cursor(self, key: JobKey, cursor: Cursor, now: datetime) -> bool:
        with self._records.transaction():
            control = self.read(key) or Control()
            if self._is_alive(key, control, now):
                return False
            # The fence keeps a run whose lease ran out from committing its own cursor over this one.
            self._records.write(key, replace(control, cursor=cursor, fence=control.fence + 1))
        return True

    def request_recheck(self, key: JobKey) -> None:
        self._operate(key, lambda control: replace(control, rechecks=control.rechecks + 1))

    def is_worked_on(self, key: JobKey, now: datetime) -> bool:
        """A run is alive: its lock tells where there are locks, its lease where there are none."""
        with self._records.transaction():
            return self._is_alive(key, self.read(key) or Control(), now)

    def _is_alive(self, key: JobKey, control: Control, now: datetime) -> bool:
        """To be asked inside a write transaction, as every taking of a lock."""
        holder = self._locks.take(key, _OPERATOR)
        self._locks.drop(key, _OPERATOR)
        return _as_the_lock_says(control, holder, now).is_leased(now)

    def _operate(self, key: JobKey, change: Callable[[Control], Control]) -> None:
        """What an operator sets holds from the next tick; it needs no lease and touches nothing of a run."""
        with self._records.transaction():
            self._records.write(key, change(self.read(key) or Control()))

    def _held(self, lease: Lease) -> Control:
        """The record, if the lease's run still owns it."""
        control = self.read(lease.key)
        if control is None or control.fence != lease.fence or control.run != lease.run:
            fence, owner = (control.fence, control.run) if control else (None, None)
            raise LostLeaseError(
                f"run {lease.run} of {lease.key} has lost its lease (fence {lease.fence}) to run "
                f"{owner or 'unknown'} (fence {fence or 'none'}); what it had committed stays, and the other "
                "run goes on from there"
            )
        return control


def _as_the_lock_says(control: Control, holder: Holder, now: datetime) -> Control:
    """The record with its lease live or over as its owner is; only where no lock tells, as it stands."""
    if holder is Holder.US:
        return replace(control, lease_until=None)
    if holder is Holder.ANOTHER:
        return replace(control, lease_until=now)
    return control


def _released(control: Control, lease: Lease, release: Release) -> Control:
    done = dict(control.done)
    if release.done and lease.slot is not None:
        done[lease.slot.schedule] = lease.slot.minute
    idle = release.idle_runs is not None
    return replace(
        control,
        owner=None,
        lease_until=None,
        run=None,
        run_slot=None,
        previous_run=None,
        previous_progress=Counts(),
        cursor=release.cursor,
        quarantined=release.quarantined,
        done=done,
        idle_runs=release.idle_runs if release.idle_runs is not None else control.idle_runs,
        last_idle_at=release.ended_at if idle else control.last_idle_at,
        rechecked=control.rechecked if release.rechecked is None else release.rechecked,
        last_run=lease.run,
        last_status=release.status,
        last_ended_at=release.ended_at,
    )
