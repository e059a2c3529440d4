"""What a job's state must do, in the fewest words: a model without storage, to hold every adapter to.

It is written from the promises in docs/guarantees.md and shares no rule with the package.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from nightshift.state.models import Refusal, Status


@dataclass
class ModelRun:
    """A run that was admitted; `slot` is a schedule and a minute, or None for a run by hand."""

    name: str
    fence: int
    slot: tuple[str, int] | None
    cursor: int
    rechecks: int
    status: Status = Status.RUNNING


@dataclass
class Model:
    """One job. Minutes are whole numbers; the cursor is one number."""

    lease: int
    now: int = 0
    fence: int = 0
    holder: ModelRun | None = None
    lease_until: int = 0
    cursor: int | None = None
    begun: dict[str, int] = field(default_factory=dict)
    done: dict[str, int] = field(default_factory=dict)
    executions: dict[str, int] = field(default_factory=dict)
    overrides: dict[str, str] = field(default_factory=dict)
    paused: str | None = None
    rechecks: int = 0
    rechecked: int = 0
    progress: int = 0
    previous: str | None = None
    previous_progress: int = 0
    resumed: int | None = None
    idle_runs: int = 0
    idle_at: int | None = None
    last: ModelRun | None = None
    ended_at: int | None = None
    ranges: dict[str, tuple[int, bytes]] = field(default_factory=dict)

    @property
    def is_held(self) -> bool:
        return self.holder is not None and self.lease_until >= self.now

    def claim(self, name: str, slot: tuple[str, int] | None, limit: int | None) -> ModelRun | Refusal:
        refusal = self._refusal(slot, limit)
        if refusal is not None:
            return refusal
        if slot is not None:
            if limit is not None and slot[1] != self.begun.get(slot[0]):
                self.executions[slot[0]] = self.executions.get(slot[0], 0) + 1
            self.begun[slot[0]] = slot[1]
        self.previous = self.holder.name if self.holder else None
        self.previous_progress = self.progress if self.holder else 0
        self.progress = 0
        self.fence += 1
        self.holder = ModelRun(name, self.fence, slot, self.cursor or 0, self.rechecks)
        self.lease_until = self.now + self.lease
        return self.holder

    def _refusal(self, slot: tuple[str, int] | None, limit: int | None) -> Refusal | None:
        is_repeated = False
        if slot is not None:
            schedule, minute = slot
            if self.done.get(schedule) == minute:
                return Refusal.DUPLICATE
            if minute < self.begun.get(schedule, minute):
                return Refusal.TOO_LATE
            is_repeated = self.begun.get(schedule) == minute
        if self.is_held:
            assert self.holder is not None
            return Refusal.SLOT_HELD if slot and self.holder.slot == slot else Refusal.OVERLAP
        if self.paused is not None:
            return Refusal.PAUSED
        if slot and limit is not None and not is_repeated and self.executions.get(slot[0], 0) >= limit:
            return Refusal.EXHAUSTED
        return None

    def owns(self, run: ModelRun) -> bool:
        """The run may still write: nobody has taken over, and no operator has moved the cursor since."""
        return self.holder is run and self.fence == run.fence

    def commit(self, run: ModelRun, cursor: int) -> None:
        self.cursor = self.progress = run.cursor = cursor
        self.lease_until = self.now + self.lease

    def write(self, run: ModelRun, name: str, body: bytes) -> bool:
        """Put a range of fingerprints, unless a later run has written it."""
        if self.ranges.get(name, (0, b""))[0] > run.fence:
            return False
        self.ranges[name] = (run.fence, body)
        return True

    def release(self, run: ModelRun, status: Status, *, is_idle: bool) -> None:
        run.status = status
        self.cursor = run.cursor
        if status is Status.SUCCEEDED:
            self.rechecked = max(self.rechecked, run.rechecks)
            if run.slot is not None:
                self.done[run.slot[0]] = run.slot[1]
        if is_idle:
            self.idle_runs += 1
            self.idle_at = self.now
        self.holder, self.previous, self.last, self.ended_at = None, None, run, self.now
        self.previous_progress = 0

    def reset(self, cursor: int) -> bool:
        if self.is_held:
            return False
        self.cursor = cursor
        self.fence += 1
        return True
