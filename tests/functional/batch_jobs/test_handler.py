"""What Lambda calls for messages and ticks: each message by itself, each slot once, and a run for it."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nightshift.batch_jobs.handler import BatchJobHandler
from nightshift.batch_jobs.model import JOB, BatchJobId, Status
from nightshift.batch_jobs.ports import message_of
from nightshift.errors import TryLaterError
from nightshift.manifest import BatchRequest, CompiledManifest, ScheduleEntry, read_manifest
from nightshift.services import Services
from nightshift.state.models import Counts, JobKey, RunRecord
from nightshift.state.models import Status as RunStatus
from support.batch_jobs import BatchWorld
from support.sync import read_event

ROOT = Path(__file__).resolve().parents[3]


class Stage(BatchWorld):
    """A world with the handler before it, and a manifest whose schedule creates a batch job."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.handler = BatchJobHandler(self.strategies)
        nightly = ScheduleEntry("nightly export", batch=BatchRequest("toy", {"rows": 4}))
        self.entry = replace(self.entry, schedules=(nightly,))
        self.ended: list[RunRecord] = []
        self.queue_is_up = True

    def send(self, batch_job: BatchJobId) -> None:
        if not self.queue_is_up:
            raise TryLaterError("the queue is down")
        super().send(batch_job)

    def services(self) -> Services:
        return replace(
            super().services(),
            state=self.state,
            queue=self,
            manifest=CompiledManifest({JOB: self.entry}),
            observer=_Observer(self.ended),
        )

    def messages(self, *bodies: str, seconds_left: float = 300) -> list[str]:
        """The ids of the messages that have failed, numbered from 0."""
        event: Any = read_event("run-batch-job-message")
        (message,) = event["Records"]
        records = [{**message, "messageId": str(number), "body": body} for number, body in enumerate(bodies)]
        answer: Any = self.handler.work_messages({"Records": records}, self.services(), lambda: seconds_left)
        return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]

    def runs(self) -> list[RunRecord]:
        return list(self.state.runs.latest(JobKey(JOB), 20, self.clock.now()))

    def tick(self, **event: object) -> RunRecord:
        found: Mapping[str, object] = read_event("run-batch-job-scheduled")
        return self.handler.handle({**found, **event}, self.services(), 300).record


class _Observer:
    def __init__(self, ended: list[RunRecord]) -> None:
        self._ended = ended

    def started(self, key: JobKey, run: object) -> None: ...

    def progressed(self, counts: Counts, total: int | None) -> None: ...

    def planned(self, action: str, record: str, reason: str | None) -> None: ...

    def ended(self, record: RunRecord) -> None:
        self._ended.append(record)


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


def test_a_message_is_worked_off_and_leaves_a_run(stage: Stage) -> None:
    batch_job = stage.create(rows=4)
    stage.shop.bad = {2}
    assert stage.messages(message_of(batch_job)) == []
    assert stage.job(batch_job).status is Status.COMPLETED
    (run,) = stage.runs()
    assert (run.status, run.trigger) == (RunStatus.SUCCEEDED, "batch job")
    assert run.results == {"batch_job": batch_job, "type": "toy"}
    assert (run.counts.read, run.counts.created, run.counts.quarantined) == (4, 3, 1)
    assert [ended.id for ended in stage.ended] == [run.id]
    logged = list(stage.services().logs.of_run(run.id, run.started_at, stage.clock.now()))
    assert "batch job completed" in [record.message for record in logged]


def test_the_handler_tells_a_message_from_a_tick(stage: Stage) -> None:
    from nightshift.batch_jobs.handler import is_of_queue

    assert is_of_queue(read_event("run-batch-job-message"))
    assert not is_of_queue(read_event("run-batch-job-scheduled"))
    assert not is_of_queue({"Records": [{"eventSource": "aws:s3"}]})


def test_a_message_that_is_none_fails_alone(stage: Stage) -> None:
    first, last = stage.create(rows=1), stage.create(rows=1)
    failed = stage.messages(message_of(first), "{", "[]", '{"batch": 5}', message_of(last))
    assert failed == ["1", "2", "3"]
    assert {stage.job(each).status for each in (first, last)} == {Status.COMPLETED}


def test_a_message_of_what_cannot_be_reached_now_fails_alone(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, last = stage.create(rows=1), stage.create(rows=1)
    get = stage.state.batch_jobs.get

    def unreachable(batch_job: BatchJobId, now: Any) -> Any:
        if batch_job == first:
            raise TryLaterError("the table is throttled")
        return get(batch_job, now)

    monkeypatch.setattr(stage.state.batch_jobs, "get", unreachable)
    assert stage.messages(message_of(first), message_of(last)) == ["0"]
    assert stage.job(last).status is Status.COMPLETED


def test_a_batch_job_that_fails_is_no_message_that_fails(stage: Stage) -> None:
    batch_job = stage.create(rows=4)

    def fail(row: int) -> None:
        raise KeyError("a fault of the strategy")

    stage.shop.before_batch = fail
    assert stage.messages(message_of(batch_job)) == []
    assert stage.job(batch_job).status is Status.FAILED
    (run,) = stage.runs()
    assert run.status is RunStatus.FAILED
    assert run.failure is not None
    assert "a fault of the strategy" in run.failure.message
    assert stage.ended[0].status is RunStatus.FAILED  # what the alarm of failed runs counts


def test_a_message_that_comes_again_leaves_nothing(stage: Stage) -> None:
    batch_job = stage.create(rows=4)
    assert stage.messages(*[message_of(batch_job)] * 3) == []
    assert len(stage.runs()) == 1
    assert stage.messages(message_of(BatchJobId("batch_none"))) == []


def test_without_time_a_message_is_left_to_the_watchdog(stage: Stage) -> None:
    batch_job = stage.create(rows=4)
    assert stage.messages(message_of(batch_job), seconds_left=10) == []
    assert stage.job(batch_job).status is Status.CREATED
    assert not stage.runs()


def test_a_slot_creates_one_batch_job_however_often_it_comes(stage: Stage) -> None:
    records = [stage.tick() for _ in range(3)]
    assert [record.status for record in records] == [
        RunStatus.SUCCEEDED, RunStatus.SKIPPED, RunStatus.SKIPPED,
    ]  # fmt: skip
    (batch_job,) = stage.sent
    job = stage.job(batch_job)
    assert (job.type, job.context, job.dry_run) == ("toy", {"rows": 4}, False)
    assert job.created_by == "schedule:nightly export"
    assert records[0].results == {"batch_job": batch_job}
    assert stage.messages(message_of(batch_job)) == []
    assert stage.job(batch_job).status is Status.COMPLETED
    stage.tick(scheduled_time="2026-11-21T03:00:00Z")
    assert len(set(stage.sent)) == 2


def test_a_slot_that_was_killed_behind_its_effect_creates_nothing_anew(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def die(*args: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(stage.state.control, "commit", die)
        patch.setattr(stage.state.control, "release", die)
        with pytest.raises(Killed):
            stage.tick()
    stage.clock.advance(3600)
    assert stage.tick().status is RunStatus.SUCCEEDED
    assert len(set(stage.sent)) == 1
    assert len(list(stage.state.batch_jobs.latest(stage.clock.now()))) == 1


def test_a_schedule_may_ask_for_a_review(stage: Stage) -> None:
    (nightly,) = stage.entry.schedules
    stage.entry = replace(
        stage.entry, schedules=(replace(nightly, batch=BatchRequest("toy", {"rows": 4}, review=True)),)
    )
    stage.tick()
    stage.messages(message_of(stage.sent[0]))
    assert stage.job(stage.sent[0]).status is Status.PRE_PROCESSED


@pytest.mark.parametrize(
    ("batch", "reason"),
    [
        (None, "says nothing of a batch job"),
        (BatchRequest("toi", {}), "did you mean 'toy'?"),
        (BatchRequest("toy", {}), "context.rows: it is missing"),
    ],
)
def test_a_schedule_that_asks_for_nonsense_fails_its_run(
    stage: Stage, batch: BatchRequest | None, reason: str
) -> None:
    stage.entry = replace(stage.entry, schedules=(ScheduleEntry("nightly export", batch=batch),))
    record = stage.tick()
    assert record.status is RunStatus.FAILED
    assert record.failure is not None
    assert reason in record.failure.message


def test_a_queue_that_is_down_costs_a_slot_nothing(stage: Stage) -> None:
    stage.queue_is_up = False
    assert stage.tick().status is RunStatus.SUCCEEDED
    assert len(list(stage.state.batch_jobs.unfinished(stage.clock.now()))) == 1


def test_by_hand_a_worker_is_told_of_all_that_wait(stage: Stage) -> None:
    waiting = [stage.create(rows=1) for _ in range(4)]
    stage.work(waiting[0])
    stage.sent.clear()
    stage.clock.advance(600)
    event = read_event("run-batch-job-by-hand")
    planned = stage.handler.handle(read_event("run-batch-job-dry-run"), stage.services(), 300).record
    assert (planned.counts.updated, stage.sent) == (3, [])
    assert stage.handler.handle(event, stage.services(), 300).record.counts.updated == 3
    assert sorted(stage.sent) == sorted(waiting[1:])


def test_the_shipped_schedule_is_one_that_its_strategy_takes() -> None:
    from batch_strategies import STRATEGIES

    entry = read_manifest(ROOT / "functions" / "manifest.json").job(JOB)
    for schedule in entry.schedules:
        assert schedule.batch is not None
        STRATEGIES.find(schedule.batch.type).prepare(schedule.batch.context)


def test_what_is_logged_names_no_cell_of_the_file(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    stage.logger = logging.getLogger("batch")
    stage.shop.bad = {2}
    with caplog.at_level(logging.INFO):
        stage.messages(message_of(stage.create(rows=4)))
    assert json.dumps("it is bad") not in caplog.text
