"""Following a run by its record: what is shown on the way, and when it is given up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from nightshift.errors import SlotHeldError, TriggerError, TryLaterError
from nightshift.manifest import CompiledManifest, JobEntry
from nightshift.services import NobodyWatches
from nightshift.state.models import (
    ClaimRequest,
    Commit,
    Counts,
    Granted,
    JobKey,
    Lease,
    RunId,
    RunRecord,
    Slot,
    Status,
)
from nightshift_tools.aws import running
from nightshift_tools.local.composition import Local
from nightshift_tools.local.project import Project
from nightshift_tools.local.stores import Stores, embedded
from nightshift_tools.testing.clock import FakeClock
from nightshift_tools.testing.entries import entry_of

ROOT = Path(__file__).resolve().parents[3]
KEY = JobKey("sync-products")
EVENT = {"job": KEY.job}


@dataclass
class Stage:
    """A stack whose Lambda is ours to play: `steps` happen one by one, each time somebody waits."""

    local: Local
    entry: JobEntry
    clock: FakeClock
    steps: list[Callable[[], object]]
    sent: int = 0

    def run(self, event: object = EVENT, watcher: Any = None) -> RunRecord:
        stack: Any = FakeStack()
        return running.run_on(self.local, stack, self.entry, event, watcher or NobodyWatches()).record

    def claim(self, slot: Slot | None = None, minutes: int = 5) -> Lease:
        now = self.clock.now()
        request = ClaimRequest(
            KEY, RunId("20261120T220000000Z-aaaaaaaa"), now, now + timedelta(minutes=minutes), slot
        )
        granted = self.local.stores.state.control.claim(request)
        assert isinstance(granted, Granted)
        return granted.lease

    def record(self, status: Status, **changes: Any) -> RunRecord:
        record = RunRecord(
            RunId("20261120T220000000Z-aaaaaaaa"),
            KEY,
            "by hand",
            status,
            self.clock.now(),
            invocation="request-1",
            expires_at=self.clock.now() + timedelta(days=30),
        )
        record = replace(record, **changes)
        self.local.stores.state.runs.put(record)
        return record


class FakeStack:
    name = "shop"

    def function_of(self, entry: JobEntry) -> str:
        return f"shop-{entry.name}"


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    clock = FakeClock()
    stores: Stores = embedded(tmp_path / "state.db")
    entry = entry_of(KEY.job, ROOT / "schedules.yaml")
    local = Local(Project(ROOT, tmp_path), {}, CompiledManifest({entry.name: entry}), stores, clock, tmp_path)
    stage = Stage(local, entry, clock, [])

    def hand_over(*_: object) -> str:
        stage.sent += 1
        return "request-1"

    def sleep(seconds: float) -> None:
        FakeClock.sleep(clock, seconds)
        if stage.steps:
            stage.steps.pop(0)()

    monkeypatch.setattr(running, "hand_over", hand_over)
    monkeypatch.setattr(clock, "sleep", sleep, raising=False)
    yield stage
    stores.close()


class Watching(NobodyWatches):
    def __init__(self) -> None:
        self.seen: list[int] = []

    def progressed(self, counts: Counts, total: int | None) -> None:
        self.seen.append(counts.read)


def test_progress_is_what_the_run_has_committed(stage: Stage) -> None:
    leases: list[Lease] = []

    def commit(read: int) -> None:
        lease = leases[-1]
        until = stage.clock.now() + timedelta(minutes=5)
        stage.local.stores.state.control.commit(lease, Commit({}, Counts(read=read), 0, until))

    stage.steps = [
        lambda: leases.append(stage.claim()),
        lambda: stage.record(Status.RUNNING),
        lambda: commit(15),
        lambda: commit(30),
        lambda: stage.record(Status.SUCCEEDED, counts=Counts(read=40)),
    ]
    watcher = Watching()
    assert stage.run(watcher=watcher).counts.read == 40
    assert watcher.seen == [0, 15, 30]


def test_a_run_of_somebody_else_is_not_taken_for_ones_own(stage: Stage) -> None:
    stage.record(Status.SUCCEEDED, id=RunId("20261120T215900000Z-bbbbbbbb"), invocation="request-0")
    stage.steps = [lambda: stage.record(Status.FAILED)]
    assert stage.run().status is Status.FAILED


def test_what_leaves_no_trace_is_given_up_soon(stage: Stage) -> None:
    began = stage.clock.now()
    with pytest.raises(TryLaterError, match=r"shop-sync-products.*dead-letters"):
        stage.run()
    assert timedelta(seconds=90) <= stage.clock.now() - began < timedelta(seconds=100)


def test_while_somebody_works_the_functions_time_is_waited_for(stage: Stage) -> None:
    stage.claim(minutes=60)
    began = stage.clock.now()
    with pytest.raises(TryLaterError):
        stage.run()
    assert stage.clock.now() - began >= timedelta(seconds=90 + stage.entry.timeout)


def test_a_run_that_died_is_given_up_after_its_functions_time(stage: Stage) -> None:
    stage.steps = [lambda: stage.record(Status.RUNNING)]
    with pytest.raises(TryLaterError, match="the next run takes over"):
        stage.run()


def test_a_slot_that_is_held_is_not_sent(stage: Stage) -> None:
    minute = stage.clock.now().replace(minute=4, second=0, microsecond=0)
    stage.claim(Slot("default", minute))
    event = {"job": KEY.job, "schedule": "default", "scheduled_time": minute.isoformat()}
    with pytest.raises(SlotHeldError):
        stage.run(event)
    assert stage.sent == 0


def test_a_slot_that_is_switched_off_is_not_sent(stage: Stage) -> None:
    stage.entry = replace(stage.entry, enabled=False)
    minute = stage.clock.now().replace(minute=4)
    event = {"job": KEY.job, "schedule": "default", "scheduled_time": minute.isoformat()}
    record = stage.run(event)
    assert (record.status, record.reason, stage.sent) == (Status.SKIPPED, "disabled in the manifest", 0)


def test_a_payment_without_a_reason_is_not_sent(stage: Stage) -> None:
    stage.entry = entry_of("charge-installments", ROOT)
    event = {"job": stage.entry.name, "storefront": stage.entry.storefronts[0]}
    with pytest.raises(TriggerError, match="needs a reason"):
        stage.run(event)
    assert stage.sent == 0
