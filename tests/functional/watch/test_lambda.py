"""The watchdog's function, on DynamoDB Local: what a look asks, tells, remembers and resumes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from botocore.awsrequest import AWSRequest, AWSResponse

from nightshift.clock import SystemClock
from nightshift.errors import ConfigurationError, RunError
from nightshift.state.codec import CONTROL, partition
from nightshift.state.dynamodb import DynamoState
from nightshift.state.dynamodb.table import Table
from nightshift.state.models import ClaimRequest, Granted, JobKey, Pause, Release, RunId, Slot, Status
from nightshift.trigger import parse_trigger
from nightshift.watch import runtime
from nightshift_tools.manifest import compile_manifest, parse
from nightshift_tools.testing.dynamodb_local import client
from nightshift_tools.testing.tables import create_tables
from support.metering import Meter
from watchdog.app import lambda_handler

ROOT = Path(__file__).parents[3]

MANIFEST = """
version: 1
jobs:
  bill: {storefronts: [main, outlet], schedule: {hourly: 0}}
  off: {enabled: false, schedule: {hourly: 0}}
  quiet: {alarms: false, schedule: {hourly: 0}}
  sync: {schedule: {every_minutes: 2}}
  report-what-was-sold-and-where: {schedule: {hourly: 30}}
"""
LONG = "report-what-was-sold-and-where"
TOLD = {"bill", "sync", LONG}


@dataclass
class Stack:
    """The function's environment, with its clock in our hands, and Lambda in place of which we answer."""

    state: DynamoState
    raw: Table
    meters: list[Meter]
    capsys: pytest.CaptureFixture[str]
    caplog: pytest.LogCaptureFixture
    clock: SystemClock = field(default_factory=SystemClock)
    invoked: list[tuple[str, str, dict[str, object]]] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)

    @property
    def meter(self) -> Meter:
        return self.meters[-1]

    def look(self, event: str = "watchdog-scheduled") -> dict[str, Any]:
        self.capsys.readouterr()
        self.caplog.clear()
        self.meter.reset()
        return lambda_handler(json.loads((ROOT / f"events/{event}.json").read_text()), None)

    def told(self) -> dict[str, float]:
        """The metric of each job, read as CloudWatch reads it."""
        found = {}
        for line in map(json.loads, self.capsys.readouterr().out.splitlines()):
            if "_aws" in line:
                (directive,) = line["_aws"]["CloudWatchMetrics"]
                assert (directive["Namespace"], directive["Dimensions"]) == ("Shop", [["job"]])
                assert [metric["Name"] for metric in directive["Metrics"]] == ["MissingRuns"]
                found[line["job"]] = line["MissingRuns"][0]
        return found

    def answer(self, request: AWSRequest, **_: object) -> AWSResponse:
        function = request.url.split("/functions/")[1].split("/")[0]
        body: Any = request.body
        self.invoked.append((function, request.headers["X-Amz-Invocation-Type"].decode(), json.loads(body)))
        return AWSResponse(request.url, 404 if function in self.refused else 202, {}, _Body())

    def all_is_well(self) -> None:
        """Every schedule has been watched for two hours, and its last slot succeeded a moment ago."""
        now = self.clock.now()
        watchdog = runtime.lambda_watchdog()
        watches = self.state.watch.look([]).watches
        self.state.watch.remember(
            {
                key: {
                    name: replace(watched, since=now - timedelta(hours=2)) for name, watched in found.items()
                }
                for key, found in watches.items()
            }
        )
        for job in watchdog.manifest.jobs.values():
            for storefront in job.storefronts or (None,):
                self.ran(JobKey(job.name, storefront))

    def ran(self, key: JobKey, status: Status = Status.SUCCEEDED, ago: timedelta = timedelta()) -> Slot:
        now = self.clock.now() - ago
        slot = Slot("default", now.replace(second=0, microsecond=0))
        request = ClaimRequest(key, RunId(f"run-{uuid4()}"), now, now + timedelta(minutes=5), slot)
        granted = self.state.control.claim(request)
        assert isinstance(granted, Granted)
        self.state.control.release(granted.lease, Release(status, now, {}, 0, status is Status.SUCCEEDED))
        return slot


class _Body:
    def stream(self, **_: object) -> Iterator[bytes]:
        yield b"{}"

    def read(self, **_: object) -> bytes:
        return b"{}"


@pytest.fixture
def stack(
    dynamodb_endpoint: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> Iterator[Stack]:
    own = client(dynamodb_endpoint)
    tables = create_tables(own, f"watch-{uuid4().hex[:8]}")
    compiled = compile_manifest(parse(MANIFEST, {}, "schedules.yaml"))
    (tmp_path / "manifest.json").write_text(json.dumps(compiled))
    variables = {
        "STATE_TABLE": tables.state,
        "STACK_NAME": "shop",
        "SCHEDULES_STATE": "ENABLED",
        "LAMBDA_TASK_ROOT": str(tmp_path),
        "POWERTOOLS_METRICS_NAMESPACE": "Shop",
        "AWS_ENDPOINT_URL_DYNAMODB": dynamodb_endpoint,
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    meters: list[Meter] = []
    made = runtime.dynamodb_client

    def make(environment: Any) -> Any:
        found = made(environment)
        meters.append(Meter(found))
        return found

    monkeypatch.setattr(runtime, "dynamodb_client", make)
    runtime.lambda_watchdog.cache_clear()
    watchdog = runtime.lambda_watchdog()
    stack = Stack(DynamoState(own, tables.state), Table(own, tables.state), meters, capsys, caplog)
    resumer: Any = watchdog.resumer
    resumer.client.meta.events.register("before-send.lambda.Invoke", stack.answer)
    yield stack
    runtime.lambda_watchdog.cache_clear()
    own.close()


@pytest.mark.parametrize("event", ["watchdog-scheduled", "watchdog-by-hand"])
def test_when_all_is_well_a_look_is_one_request_and_half_a_unit_for_each_record(
    stack: Stack, event: str
) -> None:
    stack.look()
    stack.all_is_well()
    assert stack.look(event) == {"resumed": [], "missing": []}
    assert stack.meter.requests == {"BatchGetItem": 1}
    # Six jobs and storefronts, and its own record.
    assert stack.meter.units == 7 * 0.5
    assert stack.told() == dict.fromkeys(TOLD, 0)
    assert stack.invoked == []


def test_the_first_look_remembers_and_expects_nothing_that_was_before_it(stack: Stack) -> None:
    assert stack.look()["missing"] == []
    assert stack.meter.requests == {"BatchGetItem": 1, "PutItem": 1}
    assert stack.told() == dict.fromkeys(TOLD, 0)
    stack.look()
    assert stack.meter.requests == {"BatchGetItem": 1}


def test_what_is_missing_is_told_by_metric_and_by_a_line_and_asked_for_among_the_runs(stack: Stack) -> None:
    stack.look()
    stack.all_is_well()
    key = JobKey("bill", "outlet")
    stack.raw.delete(partition(key), CONTROL)
    (missing,) = stack.look()["missing"]
    assert (missing["job"], missing["schedule"]) == ("bill@outlet", "default")
    assert stack.meter.requests == {"BatchGetItem": 1, "Query": 1}
    assert stack.caplog.messages == [
        f"bill@outlet: the slot {missing['slot']} of default passed and was never claimed"
    ]
    assert stack.told() == {"bill": 1, "sync": 0, LONG: 0}


def test_an_open_slot_is_resumed_by_an_event_that_its_function_understands(stack: Stack) -> None:
    stack.look()
    stack.all_is_well()
    minutes = timedelta(minutes=1)
    bill = stack.ran(JobKey("bill", "main"), Status.INCOMPLETE, -minutes)
    stack.ran(JobKey("sync"), Status.FAILED, -minutes)
    report = stack.ran(JobKey(LONG), Status.INCOMPLETE, -minutes)
    found = stack.look()["resumed"]
    assert [each["job"] for each in found] == ["bill@main", LONG]
    entry = runtime.lambda_watchdog().manifest.job("bill")
    name, kind, event = stack.invoked[0]
    assert (name, kind) == ("shop-bill", "Event")
    trigger = parse_trigger(event, entry)
    assert (trigger.key, trigger.slot, trigger.resumed) == (JobKey("bill", "main"), bill, True)
    name, _, event = stack.invoked[1]
    assert len(name) <= 64
    assert name == f"shop-{runtime.lambda_watchdog().manifest.job(LONG).function}"
    assert event["scheduled_time"] == f"{report.minute:%Y-%m-%dT%H:%M}:00.000Z"


def test_a_function_that_cannot_be_invoked_keeps_no_other_from_being_resumed(stack: Stack) -> None:
    stack.look()
    stack.all_is_well()
    for job in ("quiet", "sync"):
        stack.ran(JobKey(job), Status.INCOMPLETE, -timedelta(minutes=1))
    stack.refused = {"shop-quiet"}
    with pytest.raises(RunError, match="1 of 2 open slots could not be resumed"):
        stack.look()
    assert stack.invoked[-1][0] == "shop-sync"
    assert "shop-quiet cannot be invoked" in stack.caplog.text
    assert set(stack.told()) == TOLD


def test_while_the_schedules_are_switched_off_nothing_is_expected_and_nothing_resumed(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack.look()
    stack.all_is_well()
    stack.ran(JobKey("sync"), Status.INCOMPLETE, -timedelta(minutes=1))
    stack.raw.delete(partition(JobKey("bill", "main")), CONTROL)
    monkeypatch.setenv("SCHEDULES_STATE", "DISABLED")
    runtime.lambda_watchdog.cache_clear()
    runtime.lambda_watchdog()
    assert stack.look() == {"resumed": [], "missing": []}
    assert stack.told() == dict.fromkeys(TOLD, 0)
    assert stack.state.watch.look([]).watches == {}
    stack.look()
    assert stack.meter.requests == {"BatchGetItem": 1}


def test_a_pause_is_neither_missing_nor_resumed(stack: Stack) -> None:
    stack.look()
    stack.all_is_well()
    stack.ran(JobKey("sync"), Status.INCOMPLETE, -timedelta(minutes=1))
    stack.state.control.pause(JobKey("sync"), Pause("stocktaking", stack.clock.now()))
    assert stack.look() == {"resumed": [], "missing": []}


def test_of_a_job_that_cannot_be_read_no_number_is_told_and_the_others_are_watched(stack: Stack) -> None:
    stack.look()
    stack.all_is_well()
    stack.raw.put(partition(JobKey("bill", "main")), CONTROL, {"version": 2})
    stack.look()
    assert set(stack.told()) == TOLD - {"bill"}
    assert "bill is not watched" in stack.caplog.text


@pytest.mark.parametrize("name", ["STATE_TABLE", "STACK_NAME"])
def test_a_variable_that_is_missing_is_named(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.delenv(name)
    runtime.lambda_watchdog.cache_clear()
    with pytest.raises(ConfigurationError, match=name):
        runtime.lambda_watchdog()
