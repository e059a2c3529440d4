"""What batch jobs ask of AWS: messages and ticks of their worker, and their HTTP API, as Lambda calls them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from unittest import mock

import boto3
import pytest
from aws_lambda_powertools.utilities import parameters

from nightshift.batch_jobs import life_cycle
from nightshift.batch_jobs.desk import Caller, Desk, NewBatchJob, id_of
from nightshift.batch_jobs.model import JOB, BatchJob, BatchJobId, Result, Status
from nightshift.batch_jobs.ports import message_of
from nightshift.clock import SystemClock
from nightshift.files import s3
from nightshift.manifest import CompiledManifest, read_manifest
from nightshift.runtime import bucket_files, lambda_services
from nightshift.services import Services
from nightshift.state.models import JobKey
from nightshift.times import to_text
from nightshift_tools.sandbox.server import Sandbox
from nightshift_tools.testing.tables import TableNames
from run_batch_job.app import lambda_handler
from support.batch_api import Api
from support.rights import Recorder
from support.rights_worlds import BUCKET, PIECE, QUEUE, set_aside
from support.templates import ROOT

_HEADER = "Product Handle;Product Title;Price EUR"
_GOOD = f"{_HEADER}\nmug;Mug;9.90\ncup;Cup;7.50\n"
_BAD = f"{_HEADER}\nbowl;Bowl;5\njug;Jug;nothing\n"


@dataclass
class Batches:
    """The worker of batch jobs in an environment that its function has, and a shop that it works for."""

    recorder: Recorder
    services: Services
    names: int = 0

    @property
    def desk(self) -> Desk:
        services = self.services
        assert services.queue is not None
        return Desk(
            services.state.batch_jobs,
            lambda_handler.strategies,
            services.queue,
            SystemClock(),
            services.manifest.job(JOB),
            services.logger,
        )

    def create(self, batch_type: str, *, dry_run: bool = False, **context: object) -> BatchJobId:
        self.names += 1
        request = NewBatchJob(batch_type, context, dry_run)
        return self.desk.create(request, _ANNA, id_of("test", str(self.names))).id

    def upload(self, text: str) -> str:
        files = bucket_files({"FILES_BUCKET": BUCKET})
        assert files is not None
        return files.write(f"in/anna/{self.names}.csv", [text.encode()], "text/csv").name

    def work(self, batch_job: BatchJobId, seconds_left: float = 300) -> BatchJob:
        """A message of the queue; the batch job afterwards."""
        record = {"eventSource": "aws:sqs", "messageId": "1", "body": message_of(batch_job)}
        with self.recorder.recording():
            answer = lambda_handler.work_messages({"Records": [record]}, self.services, lambda: seconds_left)
        assert answer == {"batchItemFailures": []}
        found = self.services.state.batch_jobs.get(batch_job, datetime.now(UTC))
        assert found is not None
        return found

    def handle(self, event: Mapping[str, object]) -> None:
        with self.recorder.recording():
            ended = lambda_handler.handle(event, self.services, 300)
        assert ended.error is None, ended.error


_ANNA = Caller("anna", is_operator=True)


@contextmanager
def batch_worker(tables: TableNames, defaults: Mapping[str, str]) -> Iterator[None]:
    """The environment that the worker's function has, with a shop to work for."""
    with Sandbox(products=5) as sandbox, pytest.MonkeyPatch.context() as patch:
        given = sandbox.environment()
        login = {"email": given["MEDUSA_EMAIL"], "password": given["MEDUSA_PASSWORD"]}
        name = defaults["MedusaSecret"]
        boto3.client("secretsmanager").create_secret(Name=name, SecretString=json.dumps(login))
        queue = boto3.client("sqs").get_queue_url(QueueName=QUEUE)["QueueUrl"]
        for variable, value in {
            "STATE_TABLE": tables.state,
            "LOG_TABLE": tables.log,
            "FILES_BUCKET": BUCKET,
            "BATCH_QUEUE_URL": queue,
            "MEDUSA_URL": given["MEDUSA_URL"],
            "MEDUSA_SECRET": name,
            "LAMBDA_TASK_ROOT": str(ROOT / "functions"),
        }.items():
            patch.setenv(variable, value)
        for variable in ("MEDUSA_EMAIL", "MEDUSA_PASSWORD", "MEDUSA_API_KEY"):
            patch.delenv(variable, raising=False)
        parameters.clear_caches()
        lambda_services.cache_clear()
        yield
        lambda_services.cache_clear()


def live_of_batch_jobs(recorder: Recorder) -> None:
    """Imports with and without errors and with a review, an export, a part that S3 refuses; a schedule's
    ticks, and by hand. The environment must be the function's."""
    services = replace(lambda_services(JOB), manifest=_switched_on())
    batches = Batches(recorder, services)
    with mock.patch.object(s3, "PIECE", PIECE):
        _work_messages(batches)
    _tick(batches)


def _switched_on() -> CompiledManifest:
    """The shipped manifest, with the schedule of batch jobs switched on."""
    entry = read_manifest(ROOT / "functions" / "manifest.json").job(JOB)
    schedules = tuple(replace(schedule, enabled=True) for schedule in entry.schedules)
    return CompiledManifest({JOB: replace(entry, schedules=schedules)})


def _work_messages(batches: Batches) -> None:
    imported = batches.work(batches.create("product-import", file_key=batches.upload(_GOOD)))
    assert imported.status is Status.COMPLETED
    reviewed = batches.create("product-import", dry_run=True, file_key=batches.upload(_BAD))
    # S3 refuses a part of the file of errors, and further down one of what was read, and one of the file.
    assert [batches.work(reviewed).status for _ in range(2)][-1] is Status.PRE_PROCESSED
    batches.desk.confirm(reviewed, _ANNA)
    assert batches.work(reviewed).status is Status.COMPLETED
    export = batches.create("product-export")
    assert [batches.work(export).status for _ in range(3)][-1] is Status.COMPLETED


def _tick(batches: Batches) -> None:
    """A slot creates a batch job, and by hand the worker is told of it."""
    state, now = batches.services.state, datetime.now(UTC)
    (schedule,) = batches.services.manifest.job(JOB).schedules
    time = to_text(now.replace(second=0, microsecond=0))
    waits = batches.create("product-export")
    set_aside(state, JobKey(JOB), waits, now)
    batches.handle({"job": JOB, "dry_run": True})
    batches.handle({"job": JOB})
    batches.handle({"job": JOB, "schedule": schedule.name, "scheduled_time": time})


def live_of_api(api: Api, recorder: Recorder) -> None:
    """What callers do with the API: create, repeat, list, read, confirm, cancel, upload, and be refused."""
    export = {"type": "product-export", "context": {}}
    with recorder.recording():
        for _ in range(2):
            asked = api("POST", "/batch-jobs", export, key="once")
        refused = api("POST", "/batch-jobs", {"type": "none", "context": {}}, key="none")
        reviewed = api.create(dry_run=True)["id"]
    now = datetime.now(UTC)
    job = replace(
        life_cycle.pre_processed(api.job(reviewed), now), result=Result(file_key=f"out/{reviewed}/a.csv")
    )
    assert api.state.batch_jobs.move(job, now)
    with recorder.recording():
        answers = [
            api("GET", "/batch-jobs"),
            api("GET", f"/batch-jobs/{reviewed}"),
            api("POST", f"/batch-jobs/{reviewed}/confirm"),
            api("POST", f"/batch-jobs/{reviewed}/cancel"),
            api("POST", "/uploads", {"name": "a.csv"}),
        ]
    assert (asked.status, refused.status) == (201, 404)
    assert [answer.status for answer in answers] == [200, 200, 200, 200, 201]
