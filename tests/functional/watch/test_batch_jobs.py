"""The watchdog tells a worker of batch jobs that nobody works on, and of no others."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import pytest
from moto import mock_aws

from nightshift.batch_jobs import life_cycle
from nightshift.batch_jobs.model import BatchJob, BatchJobId
from nightshift.errors import TryLaterError
from nightshift.manifest import CompiledManifest
from nightshift.state.dynamodb import DynamoState
from nightshift.watch import Findings, Watchdog, runtime
from nightshift_tools.embedded import SqliteState
from nightshift_tools.testing.clock import FakeClock
from nightshift_tools.testing.tables import create_tables
from support.batch_jobs import batch_job
from support.driving import START, at
from watchdog.app import lambda_handler

ROOT = Path(__file__).parents[3]


class Watching:
    """A watchdog of a stack without schedules, and the queue of batch jobs."""

    def __init__(self) -> None:
        self.clock = FakeClock(START)
        self.state = SqliteState.in_memory()
        self.sent: list[str] = []
        self.is_up = True
        self.is_on = True

    def send(self, batch_job: BatchJobId) -> None:
        if not self.is_up:
            raise TryLaterError("the queue is down")
        self.sent.append(batch_job)

    def resume(self, *_: object) -> None:
        raise AssertionError("there is no slot to resume")

    def missing_runs(self, job: str, count: int) -> None:
        raise AssertionError("there is no schedule to miss")

    def keep(self, *jobs: BatchJob) -> None:
        for job in jobs:
            assert self.state.batch_jobs.move(job, self.clock.now())

    def look(self, minute: float) -> Findings:
        self.clock.instant = at(minute)
        self.sent.clear()
        logger = logging.Logger("watch")
        return Watchdog(
            CompiledManifest({}), self.state, self, self, logger, self.clock, is_on=self.is_on, queue=self
        ).look()


@pytest.fixture
def watching() -> Watching:
    return Watching()


def taken(job: BatchJob, until: float) -> BatchJob:
    found = life_cycle.taken(job, "w", at(0), at(until), is_owner_dead=False)
    assert found is not None
    return found


def test_a_message_that_got_lost_is_sent_again_after_two_minutes(watching: Watching) -> None:
    watching.keep(batch_job("batch_new"))
    assert watching.look(1).batch_jobs == ()
    assert watching.look(2).batch_jobs == ("batch_new",)
    assert watching.sent == ["batch_new"]


def test_what_somebody_works_on_is_left_alone_until_its_lease_is_over(watching: Watching) -> None:
    watching.keep(job := batch_job("batch_held"), taken(job, until=5))
    assert watching.look(5).batch_jobs == ()
    assert watching.look(5.1).batch_jobs == ("batch_held",)


def test_what_ran_out_of_time_goes_on_at_once_and_what_came_to_nothing_waits(watching: Watching) -> None:
    got_on, in_vain = batch_job("batch_on"), batch_job("batch_vain")
    for job, steps in (
        (got_on, lambda job: life_cycle.advanced(job, job.result, {"row": 5}, at(1), at(5))),
        (in_vain, lambda job: job),
    ):
        watching.keep(job, held := taken(job, until=5))
        moved = steps(held)
        watching.keep(*([moved] if moved is not held else []), life_cycle.let_go(moved, at(1)))
    assert watching.look(1).batch_jobs == ("batch_on",)
    assert set(watching.look(6).batch_jobs) == {"batch_on", "batch_vain"}


@pytest.mark.parametrize("step", [life_cycle.canceled, life_cycle.failed])
def test_what_is_over_is_left_alone(watching: Watching, step: Any) -> None:
    watching.keep(job := batch_job("batch_over"), step(job, at(0)))
    assert watching.look(60).batch_jobs == ()


def test_a_plan_that_waits_for_a_person_is_left_alone(watching: Watching) -> None:
    watching.keep(job := batch_job("batch_plan", dry_run=True), life_cycle.pre_processed(job, at(0)))
    assert watching.look(60).batch_jobs == ()


def test_a_queue_that_is_down_fails_no_look(watching: Watching) -> None:
    watching.keep(batch_job("batch_new"))
    watching.is_up = False
    assert watching.look(5).batch_jobs == ()
    watching.is_up = True
    assert watching.look(10).batch_jobs == ("batch_new",)


def test_a_stack_that_is_switched_off_sends_nothing(watching: Watching) -> None:
    watching.keep(batch_job("batch_new"))
    watching.is_on = False
    assert watching.look(60).batch_jobs == ()


@pytest.fixture
def on_aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[DynamoState, Any, str]]:
    with mock_aws():
        for name, value in {
            "AWS_DEFAULT_REGION": "eu-central-1",
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "LAMBDA_TASK_ROOT": str(ROOT / "functions"),
            "STACK_NAME": "shop",
        }.items():
            monkeypatch.setenv(name, value)
        client = boto3.client("dynamodb")
        tables = create_tables(client, f"batch-{uuid4().hex[:8]}")
        monkeypatch.setenv("STATE_TABLE", tables.state)
        sqs = boto3.client("sqs")
        queue = sqs.create_queue(QueueName="shop-batch-jobs")["QueueUrl"]
        runtime.lambda_watchdog.cache_clear()
        yield DynamoState(client, tables.state), sqs, queue
        runtime.lambda_watchdog.cache_clear()


def test_its_function_finds_them_by_the_index_and_the_queue_by_its_name(
    on_aws: tuple[DynamoState, Any, str],
) -> None:
    state, sqs, queue = on_aws
    job = batch_job("batch_waiting", created=0)
    assert state.batch_jobs.move(job, START)
    answer = lambda_handler(json.loads((ROOT / "events/watchdog-scheduled.json").read_text()), None)
    assert answer["batch_jobs"] == ["batch_waiting"]
    (message,) = sqs.receive_message(QueueUrl=queue)["Messages"]
    assert json.loads(message["Body"]) == {"batch_job": "batch_waiting"}
    assert timedelta(0) < life_cycle.KEPT
