"""Every job's world of its contract, with its state in DynamoDB and its secrets in Secrets Manager."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar
from unittest import mock

import boto3
from aws_lambda_powertools.utilities import parameters

from nightshift.archive import Hold
from nightshift.execution import JobSpec
from nightshift.files import s3
from nightshift.runtime import PowertoolsSecrets, bucket_files, dynamodb_client, ses_mail
from nightshift.services import Services
from nightshift.state.dynamodb import DynamoLogs, DynamoState
from nightshift.state.dynamodb.archive import DynamoArchive
from nightshift.state.models import (
    ClaimRequest,
    Granted,
    JobKey,
    Pause,
    Quarantined,
    Release,
    RunId,
    Status,
)
from nightshift.state.ports import State
from nightshift_tools.template.needs import read_needs
from nightshift_tools.testing import FakeClock, JobWorld
from nightshift_tools.testing.gate import STATE, Fate, Gate, kill_before
from nightshift_tools.testing.stage import Stage
from nightshift_tools.testing.tables import TableNames
from nightshift_tools.testing.upstreams import Worker, watched_upstreams
from nightshift_tools.testing.world import offers
from support.rights import Recorder
from support.templates import ROOT

_LEASE = 400
_AGES = 100 * 86400
_SHORT = 4.0
"""Seconds in which a list is not read to its end: what was read is kept."""
PIECE = 256
"""Bytes of a file's part: files of tests are small, and what is done with large ones must be seen."""

BUCKET, QUEUE = "shop-files", "shop-batch-jobs"

LEFT_BEHIND: Mapping[str, Callable[[Any], str]] = {
    "charge-installments": lambda world: f"main:{world.till.subscriptions[0]}:2",
    "clean-expired-carts": lambda world: min(world.old),
    "report-products": lambda world: world.ids[0],
}
"""A record that an earlier run has set aside, of jobs whose world cannot have them let go of one."""


def worlds() -> dict[str, type[JobWorld]]:
    """The world of each job that has a contract, by the job's name."""
    found: dict[str, type[JobWorld]] = {}
    for path in sorted((ROOT / "tests/functional").glob("*/test_contract.py")):
        module = import_module(".".join(path.relative_to(ROOT / "tests").with_suffix("").parts))
        for world in vars(module).values():
            if isinstance(world, type) and issubclass(world, JobWorld) and hasattr(world, "entry"):
                found.setdefault(world.entry.name, world)
    return found


class OnTables(JobWorld):
    """What a world is on AWS. Mixed in before the world."""

    tables: ClassVar[TableNames]
    parameters: ClassVar[Mapping[str, str]]
    folder: ClassVar[Path]

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.dynamodb = dynamodb_client({})
        self.state: Any = DynamoState(self.dynamodb, self.tables.state)
        self.logs: Any = DynamoLogs(self.dynamodb, self.tables.log)
        self.worker = Worker(self.clock, Gate())
        self.prepare()
        self.environment = self._with_secrets(dict(self.environment))

    def open_archive(self) -> Any:
        """What a purge looks through."""
        return DynamoArchive(self.dynamodb, self.tables.state, self.tables.log)

    def adapt(self, services: Services) -> Services:
        adapted = super().adapt(services)
        return replace(
            adapted,
            secrets=PowertoolsSecrets(),
            environment=self.environment,
            archive=self.open_archive(),
            files=adapted.files and bucket_files({"FILES_BUCKET": BUCKET}),
            mail=adapted.mail and ses_mail({"MAIL_FROM": "Shop <news@shop.example>"}),
        )

    def _with_secrets(self, environment: dict[str, str]) -> dict[str, str]:
        """Credentials out of the variables into secrets, with the names that the template gives them."""
        needs = read_needs(self.folder)
        secrets = boto3.client("secretsmanager")
        for variable, parameter in needs.secrets.items():
            prefix = variable.removesuffix("SECRET")
            own = [name for name in needs.local if name.startswith(prefix) and name in environment]
            fields = {name.removeprefix(prefix).lower(): environment.pop(name) for name in own}
            secrets.create_secret(Name=self.parameters[parameter], SecretString=json.dumps(fields))
            environment[variable] = self.parameters[parameter]
        return environment


def on_tables(world: type[JobWorld], tables: TableNames, defaults: Mapping[str, str]) -> type[JobWorld]:
    folder = ROOT / "functions" / world.entry.name.replace("-", "_")
    body = {"tables": tables, "parameters": defaults, "folder": folder}
    return type(f"{world.__name__}OnTables", (OnTables, world), body)


def live(make: type[JobWorld], recorder: Recorder) -> None:
    """A life of a job: work, nothing to do, changes, bad records and their cure, a death, a pause, a dry run.

    What is prepared and looked at beside it is not the job's, and is not recorded.
    """
    parameters.clear_caches()
    with closing(make()) as world, watched_upstreams(), mock.patch.object(s3, "PIECE", PIECE):
        handle = world.handler.handle
        stage = Stage(world)

        def recorded(*given: Any) -> Any:
            with recorder.recording():
                return handle(*given)

        world.handler = _Handled(recorded, world.handler.spec)  # type: ignore[assignment]
        for step in _life(world, stage):
            step()


class _Handled:
    def __init__(self, handle: Any, spec: JobSpec[Any]) -> None:
        self.handle = handle
        self.spec = spec


def _life(world: JobWorld, stage: Stage) -> Iterator[Any]:
    control = world.state.control
    yield lambda: stage.by_hand(dry_run=True)
    if world.entry.name in LEFT_BEHIND:
        record = LEFT_BEHIND[world.entry.name](world)
        yield lambda: set_aside(world.state, world.key, record, world.clock.now())
    if offers(world, "poison"):
        yield world.poison
    yield lambda: stage.tick(seconds_left=_SHORT)
    yield lambda: stage.tick(seconds_left=_SHORT)
    yield stage.tick
    if offers(world, "change"):
        yield world.change
        yield stage.tick
    yield _clear_files
    yield stage.tick
    if offers(world, "cure"):
        yield world.cure
        yield stage.tick
    yield lambda: stage.tick(Fate(STATE, 3, kill_before))
    yield lambda: world.clock.advance(_LEASE)
    yield stage.tick
    yield lambda: control.pause(world.key, Pause("closed", world.clock.now()))
    yield stage.tick
    yield lambda: control.resume(world.key, world.clock.now())
    yield lambda: _hold_something(world)
    yield lambda: stage.by_hand(full=True)
    yield lambda: world.clock.advance(_AGES)
    yield stage.tick


def _clear_files() -> None:
    """Files have expired."""
    bucket = boto3.resource("s3").Bucket(BUCKET)
    bucket.objects.all().delete()


def set_aside(state: State, key: JobKey, record: str, now: datetime) -> None:
    """A run of the job has set a record aside."""
    run = RunId("run-before")
    granted = state.control.claim(ClaimRequest(key, run, now, now, None))
    assert isinstance(granted, Granted)
    state.quarantine.put(key, [Quarantined(record, "it was refused", 1, now, now, "0", run)])
    state.control.release(granted.lease, Release(Status.SUCCEEDED, now, {}, 1, False))


def _hold_something(world: JobWorld) -> None:
    assert isinstance(world, OnTables)
    archive = world.open_archive()
    archive.put_hold(Hold(JobKey("sync-products"), None, "audit", world.clock.now()))
