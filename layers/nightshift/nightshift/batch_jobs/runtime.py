"""Batch jobs on AWS: the queue by which a worker is told of one, and what the HTTP API is made of."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, cast

from aws_lambda_powertools import Logger
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import get_session

from nightshift.batch_jobs.desk import Desk
from nightshift.batch_jobs.model import JOB, BatchJobId
from nightshift.batch_jobs.ports import message_of
from nightshift.batch_jobs.strategy import Strategies
from nightshift.clock import SystemClock
from nightshift.errors import ConfigurationError, TryLaterError
from nightshift.files import FileExchange
from nightshift.manifest import read_manifest
from nightshift.services import RunLogger
from nightshift.state.dynamodb import DynamoState


def _sqs_client() -> Any:
    retries: Any = {"mode": "standard", "total_max_attempts": 3}
    config = Config(retries=retries, connect_timeout=2, read_timeout=5)
    return get_session().create_client("sqs", config=config)


class SqsQueue:
    """The `BatchJobQueue` port over one SQS queue, known by its URL or by its name.

    The client is made by `connect` when something is to be sent: its description weighs, and most looks need
    none of it.
    """

    def __init__(self, url: str = "", name: str = "", connect: Callable[[], Any] = _sqs_client) -> None:
        self._given = url
        self._name = name
        self._connect = connect

    @cached_property
    def _client(self) -> Any:
        return self._connect()

    @cached_property
    def _url(self) -> str:
        return self._given or str(self._client.get_queue_url(QueueName=self._name)["QueueUrl"])

    def send(self, batch_job: BatchJobId) -> None:
        try:
            self._client.send_message(QueueUrl=self._url, MessageBody=message_of(batch_job))
        except (ClientError, BotoCoreError) as error:
            raise TryLaterError(f"the queue of batch jobs takes no message now: {error}") from error


def open_queue(environment: Mapping[str, str]) -> SqsQueue | None:
    """The queue at `BATCH_QUEUE_URL`; None where that is not set."""
    url = environment.get("BATCH_QUEUE_URL")
    return SqsQueue(url) if url else None


@dataclass(frozen=True, slots=True)
class Front:
    """What the HTTP API stands before. `state_table` is where it remembers what was created once.

    `operators` are names of roles; `token` gives what is never given twice.
    """

    desk: Desk
    files: FileExchange
    state_table: str
    operators: frozenset[str]
    token: Callable[[], str]


def lambda_front(strategies: Strategies) -> Front:
    """The front of the function's environment; ConfigurationError names the variable that is missing."""
    from nightshift.runtime import bucket_files, dynamodb_client  # it imports this module

    environment = dict(os.environ)
    for name in ("STATE_TABLE", "FILES_BUCKET", "BATCH_QUEUE_URL"):
        if not environment.get(name):
            raise ConfigurationError(f"{name} is not set: the template gives it to the function of the API")
    state = DynamoState(dynamodb_client(environment), environment["STATE_TABLE"])
    manifest = read_manifest(Path(environment.get("LAMBDA_TASK_ROOT", ".")) / "manifest.json")
    logger: Any = Logger(service="batch-api", level=environment.get("LOG_LEVEL") or "INFO")
    queue, files = open_queue(environment), bucket_files(environment)
    assert queue is not None
    assert files is not None
    desk = Desk(
        state.batch_jobs, strategies, queue, SystemClock(), manifest.job(JOB), cast(RunLogger, logger)
    )
    operators = frozenset(name.strip() for name in environment.get("BATCH_OPERATORS", "").split(",") if name)
    return Front(desk, files, environment["STATE_TABLE"], operators, lambda: secrets.token_hex(8))
