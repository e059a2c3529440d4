"""What each handler asks of AWS is granted by its role, and what its role grants is asked for."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import boto3
import pytest
from moto import mock_aws

from nightshift.batch_jobs.life_cycle import KEPT
from nightshift.batch_jobs.model import JOB, BatchJob, BatchJobId
from nightshift.manifest import read_manifest
from nightshift.state.codec import CONTROL, partition
from nightshift.state.dynamodb import DynamoState
from nightshift.state.models import ClaimRequest, Granted, Release, RunId, Slot, Status
from nightshift.watch.runtime import lambda_handler, lambda_watchdog
from nightshift_tools.testing.tables import TableNames, create_tables
from support.batch_api import BUCKET as API_BUCKET
from support.batch_api import running_api
from support.rights import Call, Grant, Recorder, defaults_of, grants_of, is_allowed, recorder, unused
from support.rights_batch import batch_worker, live_of_api, live_of_batch_jobs
from support.rights_worlds import BUCKET, QUEUE, live, on_tables, worlds
from support.templates import ROOT, VALUES, Project

MANIFEST = read_manifest(ROOT / "functions" / "manifest.json")
WORLDS = worlds()


@pytest.fixture
def tables(monkeypatch: pytest.MonkeyPatch) -> Iterator[TableNames]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", VALUES["AWS::Region"])
    with mock_aws():
        place: Any = {"LocationConstraint": VALUES["AWS::Region"]}
        boto3.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration=place)
        boto3.client("sqs").create_queue(QueueName=QUEUE)
        yield create_tables(boto3.client("dynamodb"), f"shop-{uuid4().hex[:8]}")


@pytest.fixture
def recorded() -> Iterator[Recorder]:
    with recorder() as found:
        yield found


def names_of(tables: TableNames) -> dict[str, str]:
    return {"State": tables.state, "Log": tables.log, "Files": BUCKET, "BatchJobs": QUEUE}


def test_every_job_is_looked_at() -> None:
    assert {*WORLDS, JOB} >= {name for name, entry in MANIFEST.jobs.items() if entry.handler}


@pytest.mark.parametrize("job", MANIFEST.jobs)
def test_a_job_is_granted_what_it_asks_for_and_nothing_else(
    shipped: Project, tables: TableNames, recorded: Recorder, job: str
) -> None:
    if job == JOB:
        with batch_worker(tables, defaults_of(shipped)):
            live_of_batch_jobs(recorded)
    else:
        live(on_tables(WORLDS[job], tables, defaults_of(shipped)), recorded)
    role = f"{''.join(part.title() for part in job.split('-'))}Role"
    grants = grants_of(shipped, role, names_of(tables))
    assert [call for call in recorded.calls if not is_allowed(grants, call)] == []
    assert unused(grants, recorded.calls) == []
    assert recorded.calls


def test_the_watchdog_is_granted_what_it_asks_for_and_nothing_else(
    shipped: Project, tables: TableNames, recorded: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A first look, one that finds an open slot of each job, and one that finds a missing one."""
    variables = {
        "STATE_TABLE": tables.state,
        "STACK_NAME": VALUES["AWS::StackName"],
        "LAMBDA_TASK_ROOT": str(ROOT / "functions"),
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    lambda_watchdog.cache_clear()
    state = DynamoState(boto3.client("dynamodb"), tables.state)
    begun = datetime.now(UTC) - timedelta(days=1)
    waits = BatchJob(BatchJobId("batch_waits"), "product-export", "anna", begun, begun, begun + KEPT)
    assert state.batch_jobs.move(waits, begun)
    with recorded.recording():
        assert lambda_handler({}, None)["batch_jobs"] == [waits.id]
    now = datetime.now(UTC)
    watches = state.watch.look([]).watches
    long_ago = now - timedelta(days=40)
    state.watch.remember(
        {
            key: {name: replace(watched, since=long_ago) for name, watched in found.items()}
            for key, found in watches.items()
        }
    )
    for key in MANIFEST.keys:
        for schedule in MANIFEST.job(key.job).schedules:
            slot = Slot(schedule.name, now.replace(second=0, microsecond=0))
            request = ClaimRequest(key, RunId(f"run-{key}"), now, now + timedelta(minutes=5), slot)
            granted = state.control.claim(request)
            if isinstance(granted, Granted):
                state.control.release(granted.lease, Release(Status.INCOMPLETE, now, {}, 0, False))
    with recorded.recording():
        assert lambda_handler({}, None)["resumed"]
    lost = MANIFEST.keys[0]
    boto3.client("dynamodb").delete_item(
        TableName=tables.state, Key={"pk": {"S": partition(lost)}, "sk": {"S": CONTROL}}
    )
    with recorded.recording():
        assert lambda_handler({}, None)["missing"]
    lambda_watchdog.cache_clear()
    grants = grants_of(shipped, "WatchdogRole", names_of(tables))
    assert [call for call in recorded.calls if not is_allowed(grants, call)] == []
    assert unused(grants, recorded.calls) == []


def test_the_api_of_batch_jobs_is_granted_what_it_asks_for_and_nothing_else(
    shipped: Project, recorded: Recorder
) -> None:
    with running_api() as api:
        live_of_api(api, recorded)
        names = {"State": os.environ["STATE_TABLE"], "Files": API_BUCKET, "BatchJobs": QUEUE}
    grants = grants_of(shipped, "BatchApiRole", names)
    assert [call for call in recorded.calls if not is_allowed(grants, call)] == []
    assert unused(grants, recorded.calls) == []


def test_a_grant_too_many_and_one_too_few_are_found(tables: TableNames) -> None:
    own = Grant("OwnState", "dynamodb:GetItem", "state", "JOB#sync")
    more = replace(own, action="dynamodb:DeleteItem")
    call = Call("dynamodb:GetItem", "state", ("JOB#sync",))
    assert unused([own, more], {call}) == [more]
    assert is_allowed([own, more], call)
    assert not is_allowed([own], replace(call, keys=("JOB#sync", "JOB#other")))
    assert not is_allowed([own], replace(call, resource="log"))
    assert not is_allowed([own], Call("dynamodb:Scan", "state"))
    assert unused([replace(own, sid="Traces")], set()) == []
