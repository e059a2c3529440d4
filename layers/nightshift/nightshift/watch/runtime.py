"""The watchdog in Lambda: what it is made of there, and its handler."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, cast

import orjson
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import get_session

from nightshift.batch_jobs.model import JOB, QUEUE
from nightshift.batch_jobs.runtime import SqsQueue
from nightshift.clock import SystemClock
from nightshift.errors import ConfigurationError, RunError
from nightshift.manifest import CompiledManifest, JobEntry, read_manifest
from nightshift.runtime import dynamodb_client, run_metrics
from nightshift.services import RunLogger
from nightshift.state.dynamodb import DynamoState
from nightshift.state.models import JobKey, Slot
from nightshift.times import to_text
from nightshift.watch.watchdog import Watchdog

MISSING_RUNS = "MissingRuns"


class LambdaResumer:
    """Invokes functions without waiting for them. Their names begin with the stack's."""

    def __init__(self, stack: str) -> None:
        self._stack = stack

    @cached_property
    def client(self) -> Any:
        """Made when something is to be resumed: its description weighs, and most looks need none of it."""
        retries: Any = {"mode": "standard", "max_attempts": 3}
        config = Config(retries=retries, connect_timeout=2, read_timeout=5)
        return get_session().create_client("lambda", config=config)

    def resume(self, entry: JobEntry, event: Mapping[str, object]) -> None:
        name = f"{self._stack}-{entry.function}"
        try:
            self.client.invoke(FunctionName=name, InvocationType="Event", Payload=orjson.dumps(event))
        except (ClientError, BotoCoreError) as error:
            raise RunError(f"the function {name} cannot be invoked: {error}") from error


class MetricsGauge:
    """One metric with the one dimension `job`, as the alarms look for it."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def missing_runs(self, job: str, count: int) -> None:
        self._metrics.add_dimension("job", job)
        self._metrics.add_metric(MISSING_RUNS, MetricUnit.Count, float(count))
        self._metrics.flush_metrics()


def lambda_handler(event: object, context: object) -> dict[str, object]:
    """Lambda's entry. The event says nothing but that it is time to look."""
    found = lambda_watchdog().look()
    told: dict[str, object] = {"resumed": _told(found.resumed), "missing": _told(found.missing)}
    return told | ({"batch_jobs": list(found.batch_jobs)} if found.batch_jobs else {})


@lru_cache(maxsize=1)
def lambda_watchdog() -> Watchdog:
    """The watchdog of the function's environment; ConfigurationError names the variable that is missing."""
    environment = dict(os.environ)
    for name in ("STATE_TABLE", "STACK_NAME"):
        if not environment.get(name):
            raise ConfigurationError(f"{name} is not set: the template gives it to the watchdog's function")
    logger: Any = Logger(service="watchdog", level=environment.get("LOG_LEVEL") or "INFO")
    manifest = read_manifest(Path(environment.get("LAMBDA_TASK_ROOT", ".")) / "manifest.json")
    return Watchdog(
        manifest=manifest,
        state=DynamoState(dynamodb_client(environment), environment["STATE_TABLE"]),
        resumer=LambdaResumer(environment["STACK_NAME"]),
        gauge=MetricsGauge(run_metrics(environment)),
        logger=cast(RunLogger, logger),
        clock=SystemClock(),
        is_on=environment.get("SCHEDULES_STATE") != "DISABLED",
        queue=_queue(manifest, environment),
    )


def _queue(manifest: CompiledManifest, environment: Mapping[str, str]) -> SqsQueue | None:
    """The queue of batch jobs, where the manifest has them: its name begins with the stack's."""
    if JOB not in manifest.jobs:
        return None
    return SqsQueue(name=f"{environment['STACK_NAME']}-{QUEUE}")


def _told(found: tuple[tuple[JobKey, Slot], ...]) -> list[dict[str, str]]:
    return [{"job": str(key), "schedule": slot.schedule, "slot": to_text(slot.minute)} for key, slot in found]
