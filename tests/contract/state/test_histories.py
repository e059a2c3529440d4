"""Histories of one job, made up step by step, against a model: whatever comes in whatever order, the record
says what the model says, and what must never happen has not happened.

Invariants of every history: a slot succeeds once; of two runs only the later one writes; the fence only
rises; the cursor goes back by an operator alone; what has expired is not seen; every run comes to an end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, TypeAlias

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from nightshift.errors import LostLeaseError
from nightshift.state.dynamodb import DynamoState
from nightshift.state.models import (
    ClaimRequest,
    Commit,
    Control,
    Counts,
    Fingerprints,
    Granted,
    JobKey,
    Lease,
    Pause,
    Refused,
    Release,
    RunId,
    RunRecord,
    Slot,
    Status,
)
from nightshift.state.ports import State
from nightshift_tools.embedded import SqliteState
from nightshift_tools.testing.tables import TableNames
from support.driving import LEASE, at
from support.state_model import Model, ModelRun

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

EVERY = 10
MINUTES = int(LEASE.total_seconds() // 60)
KEPT = timedelta(minutes=45)
"""How long a run record is kept: short, so that some expire in the middle of a history."""

_NUMBERS = count(1)
Tick: TypeAlias = "tuple[str, int] | None"
"""A schedule and its minute; None for a run by hand."""

schedules = st.sampled_from(["often", "often", "nightly", None])
limits = st.sampled_from([None, 1, 2])
backs = st.sampled_from([0, 0, 0, 1, 2])
"""Which of the last: mostly the very last one."""
statuses = st.sampled_from([Status.SUCCEEDED, Status.FAILED, Status.INCOMPLETE])


class Histories(RuleBasedStateMachine):
    """One job, its runs and its operators. A process dies by not being heard of any more."""

    def __init__(self, state: State) -> None:
        super().__init__()
        self.state = state
        self.key = JobKey(f"history-{next(_NUMBERS)}")
        self.model = Model(MINUTES)
        self.ticks: list[tuple[Tick, int | None]] = []
        self.working: list[tuple[ModelRun, Lease]] = []
        self.released: list[tuple[Lease, Release]] = []
        self.successes: Counter[Slot] = Counter()
        self.written_under: list[int] = []
        self.records: dict[str, RunRecord] = {}
        self.highest = 0
        self.furthest = 0

    @rule(schedule=schedules, late=st.sampled_from([0, 0, 0, 1, 3]), limit=limits)
    def tick(self, schedule: str | None, late: int, limit: int | None) -> None:
        """A tick of one of the schedules, or a run by hand; a late one arrives after those that follow it."""
        minute = (self.model.now // EVERY - late) * EVERY
        self.ticks.append((None if schedule is None else (schedule, minute), limit))
        self._deliver(*self.ticks[-1])

    @rule(schedule=schedules, limit=limits, status=statuses)
    def run_once_and_deliver_again(self, schedule: str | None, limit: int | None, status: Status) -> None:
        """A whole run, and the same tick once more: a success is a duplicate, a failure is tried again."""
        self.tick(schedule, 0, limit)
        if self.working:
            self.commit(0, 1)
            self.finish(0, status, is_idle=False)
        self.deliver_again(0)

    @rule(schedule=schedules)
    def overtake(self, schedule: str | None) -> None:
        """The lease of whoever works ends, and the next tick takes over."""
        self.wait(MINUTES + 1)
        self.tick(schedule, 0, None)

    @precondition(lambda self: self.ticks)
    @rule(back=backs)
    def deliver_again(self, back: int) -> None:
        self._deliver(*self.ticks[-1 - back % len(self.ticks)])

    def _deliver(self, tick: Tick, limit: int | None) -> None:
        now = at(self.model.now)
        run, slot = RunId(f"run-{next(_NUMBERS):06d}"), _slot(tick)
        request = ClaimRequest(self.key, run, now, now + LEASE, slot, limit)
        before = self.read()
        expected = self.model.claim(run, tick, limit)
        answer = self.state.control.claim(request)
        if isinstance(answer, Refused):
            assert answer.refusal is expected
            assert self.read() == before
            return
        assert isinstance(expected, ModelRun), f"{expected} was expected"
        assert self.state.control.claim(request) == answer  # the answer was lost, and the request repeated
        self._check_grant(answer, expected, before)
        self._take_over(answer)
        record = RunRecord(run, self.key, "schedule", Status.RUNNING, now, slot, answer.lease.fence)
        self._put(replace(record, expires_at=now + KEPT))
        self.working.append((expected, answer.lease))

    @precondition(lambda self: self.working)
    @rule(back=backs, further=st.integers(0, 3))
    def commit(self, back: int, further: int) -> None:
        """A batch of a run, which may have been overtaken."""
        run, lease = self.working[-1 - back % len(self.working)]
        cursor = run.cursor + further
        commit = Commit({"seen": cursor}, Counts(read=cursor, created=cursor), 0, at(self.model.now) + LEASE)
        if not self.model.owns(run):
            self._refused(lambda: self.state.control.commit(lease, commit))
            return
        self.model.commit(run, cursor)
        self.state.control.commit(lease, commit)
        self.state.control.commit(lease, commit)
        self.written_under.append(lease.fence)

    @precondition(lambda self: self.working)
    @rule(back=backs, name=st.sampled_from(["page:0", "record:1"]), body=st.binary(max_size=2))
    def write_fingerprints(self, back: int, name: str, body: bytes) -> None:
        """What a stale run writes stands only where no later one has written."""
        run, lease = self.working[-1 - back % len(self.working)]
        written = [Fingerprints(name, body)]
        if self.model.write(run, name, body):
            self.state.fingerprints.write(lease, written)
        else:
            with pytest.raises(LostLeaseError):
                self.state.fingerprints.write(lease, written)

    @precondition(lambda self: self.working)
    @rule(back=backs, status=statuses, is_idle=st.booleans())
    def finish(self, back: int, status: Status, is_idle: bool) -> None:
        """The end of a run: its record, then the release."""
        run, lease = self.working.pop(-1 - back % len(self.working))
        is_good = status is Status.SUCCEEDED
        release = Release(
            status,
            at(self.model.now),
            {"seen": run.cursor},
            0,
            done=is_good,
            idle_runs=self.model.idle_runs + 1 if is_idle and is_good else None,
            rechecked=run.rechecks if is_good else None,
        )
        if not self.model.owns(run):
            self._refused(lambda: self.state.control.release(lease, release))
            self._end(run.name, Status.INTERRUPTED)
            return
        self._end(run.name, status)
        self.model.release(run, status, is_idle=is_idle and is_good)
        self.state.control.release(lease, release)
        self.released.append((lease, release))
        self.written_under.append(lease.fence)
        if is_good and lease.slot is not None:
            self.successes[lease.slot] += 1

    @precondition(lambda self: self.released)
    @rule(back=backs)
    def release_again(self, back: int) -> None:
        """The answer to a release was lost. Repeated at once it is harmless, and later it changes nothing."""
        lease, release = self.released[-1 - back % len(self.released)]
        before = self.read()
        try:
            self.state.control.release(lease, release)
        except LostLeaseError:
            assert before.last_run != lease.run
        assert self.read() == before

    @rule(minutes=st.sampled_from([1, 5, MINUTES, MINUTES + 1, 3 * MINUTES]))
    def wait(self, minutes: int) -> None:
        self.model.now += minutes

    @rule(seen=st.integers(0, 5), after=st.sampled_from([0, MINUTES + 1]))
    def reset_cursor(self, seen: int, after: int) -> None:
        """Refused while a run is alive; one that is only thought dead cannot write any more afterwards."""
        self.wait(after)
        is_reset = self.state.control.reset_cursor(self.key, {"seen": seen}, at(self.model.now))
        assert is_reset is self.model.reset(seen)
        if is_reset:
            self.furthest = seen

    @rule(reason=st.sampled_from([None, None, "stock-taking"]))
    def pause(self, reason: str | None) -> None:
        self.model.paused = reason
        if reason is not None:
            self.state.control.pause(self.key, Pause(reason, at(0)))
        else:
            self.model.resumed = self.model.now
            self.state.control.resume(self.key, at(self.model.now))

    @rule(name=st.sampled_from(["batch_size", "log_level"]), value=st.sampled_from([None, "5", "6"]))
    def override_and_ask_for_a_recheck(self, name: str, value: str | None) -> None:
        self.model.overrides.pop(name, None)
        self.model.overrides |= {} if value is None else {name: value}
        self.state.control.override(self.key, name, value)
        self.model.rechecks += 1
        self.state.control.request_recheck(self.key)

    @invariant()
    def record_says_what_the_model_says(self) -> None:
        assert self.read() == _control(self.model)

    @invariant()
    def fingerprints_are_those_of_the_latest_run_that_wrote_them(self) -> None:
        kept = [Fingerprints(name, body) for name, (_, body) in sorted(self.model.ranges.items()) if body]
        assert list(self.state.fingerprints.read(self.key, "", "~")) == kept

    @invariant()
    def nothing_has_happened_that_must_not(self) -> None:
        assert all(times == 1 for times in self.successes.values())
        assert self.written_under == sorted(self.written_under)
        control = self.read()
        assert control.fence >= self.highest
        seen = control.cursor.get("seen", 0)
        assert isinstance(seen, int)
        assert seen >= self.furthest
        self.highest, self.furthest = control.fence, seen

    @invariant()
    def only_what_has_not_expired_is_seen(self) -> None:
        now = at(self.model.now)
        shown = self.state.runs.latest(self.key, 99, now)
        kept = [record for record in self.records.values() if record.expires_at and record.expires_at > now]
        assert list(shown) == sorted(kept, key=lambda record: record.id, reverse=True)
        for record in self.records.values():
            assert (self.state.runs.get(self.key, record.id, now) is not None) is (record in kept)

    def teardown(self) -> None:
        """One lease and one tick later, no run is left running."""
        self.pause(None)
        self.model.now += MINUTES + 1
        self._deliver(("last", self.model.now), None)
        shown = self.state.runs.latest(self.key, 99, at(self.model.now))
        assert self.model.holder is not None
        assert [run.id for run in shown if run.status is Status.RUNNING] == [self.model.holder.name]

    def read(self) -> Control:
        return self.state.control.read(self.key) or Control()

    def _check_grant(self, granted: Granted, run: ModelRun, before: Control) -> None:
        assert granted.lease.fence == run.fence == before.fence + 1
        assert granted.control == self.read()
        assert granted.control.previous_run == before.run
        assert granted.control.cursor == before.cursor
        assert granted.control.is_recheck_due is (self.model.rechecks > self.model.rechecked)

    def _take_over(self, granted: Granted) -> None:
        """As the engine does: a run that left no end is marked in its record."""
        if granted.control.previous_run is None:
            return
        now, reason = at(self.model.now), "it ended without a word"
        for record in self.state.runs.latest(self.key, 99, now):
            self.state.runs.interrupt(self.key, record.id, now, reason)
            if record.status is Status.RUNNING:
                self.records[record.id] = replace(
                    record, status=Status.INTERRUPTED, ended_at=now, reason=reason
                )

    def _put(self, record: RunRecord) -> None:
        self.state.runs.put(record)
        self.records[record.id] = record

    def _end(self, name: str, status: Status) -> None:
        self._put(replace(self.records[name], status=status, ended_at=at(self.model.now)))

    def _refused(self, act: Callable[[], object]) -> None:
        before = self.read()
        with pytest.raises(LostLeaseError):
            act()
        assert self.read() == before


def _control(model: Model) -> Control:
    """The record that a model stands for."""
    holder, last = model.holder, model.last
    return Control(
        fence=model.fence,
        owner=RunId(holder.name) if holder else None,
        lease_until=at(model.lease_until) if holder else None,
        run=RunId(holder.name) if holder else None,
        run_slot=_slot(holder.slot) if holder else None,
        previous_run=RunId(model.previous) if model.previous else None,
        cursor={"seen": model.cursor} if model.cursor is not None else {},
        slots={name: at(minute) for name, minute in model.begun.items()},
        done={name: at(minute) for name, minute in model.done.items()},
        executions=model.executions,
        pause=Pause(model.paused, at(0)) if model.paused else None,
        overrides=model.overrides,
        progress=Counts(read=model.progress, created=model.progress),
        previous_progress=Counts(read=model.previous_progress, created=model.previous_progress),
        resumed_at=_at(model.resumed),
        rechecks=model.rechecks,
        rechecked=model.rechecked,
        idle_runs=model.idle_runs,
        last_idle_at=_at(model.idle_at),
        last_run=RunId(last.name) if last else None,
        last_status=last.status if last else None,
        last_ended_at=_at(model.ended_at),
    )


def _slot(slot: tuple[str, int] | None) -> Slot | None:
    return Slot(slot[0], at(slot[1])) if slot else None


def _at(minute: int | None) -> datetime | None:
    return None if minute is None else at(minute)


@pytest.mark.histories
def test_every_history_on_sqlite() -> None:
    with ExitStack() as closing:

        def begin() -> Histories:
            state = SqliteState.in_memory()
            closing.callback(state.close)
            return Histories(state)

        run_state_machine_as_test(begin, settings=settings())


@pytest.mark.histories
def test_every_history_on_dynamodb(local_client: DynamoDBClient, local_tables: TableNames) -> None:
    state = DynamoState(local_client, local_tables.state)
    fewer = settings(max_examples=settings().max_examples // 10)
    run_state_machine_as_test(lambda: Histories(state), settings=fewer)
