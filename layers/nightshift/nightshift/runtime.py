"""The services of a job in Lambda, made once: the only reader of `os.environ`."""

from __future__ import annotations

import os
import random
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from nightshift.clock import SystemClock
from nightshift.dynamodb_client import LambdaClient
from nightshift.errors import ConfigurationError
from nightshift.late_files import LateFiles
from nightshift.manifest import read_manifest
from nightshift.services import NobodyWatches, RunLogger, Services
from nightshift.state.dynamodb import DynamoLogs, DynamoState, Meter
from nightshift.state.models import Status

if TYPE_CHECKING:  # and where it is made: what a job has no use for must not make its cold start longer
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_sesv2.client import SESV2Client

    from nightshift.archive import ArchiveStore
    from nightshift.batch_jobs.ports import BatchJobQueue
    from nightshift.files import FileStore
    from nightshift.files.s3 import S3Files
    from nightshift.mail import MailTransport
    from nightshift.state.models import JobKey, RunRecord

SECRET_SECONDS = 300


class PowertoolsSecrets:
    """Secrets Manager through Powertools parameters, cached for five minutes."""

    def get(self, name: str, *, fresh: bool = False) -> Mapping[str, str]:
        from aws_lambda_powertools.utilities import parameters  # only jobs with secrets pay for it

        try:
            found = parameters.get_secret(name, max_age=SECRET_SECONDS, transform="json", force_fetch=fresh)
        except (parameters.GetParameterError, parameters.TransformParameterError) as error:
            raise ConfigurationError(
                f"the secret {name!r} cannot be read ({type(error).__name__}): it must exist in this account "
                "and region, be a JSON object, and the function's role must be allowed to read it"
            ) from None
        if not isinstance(found, dict):
            raise ConfigurationError(f"the secret {name!r} must be a JSON object")
        return found


class MetricsObserver(NobodyWatches):
    """Three metrics per run with the one dimension `job`: more would cost more than the runs do.

    What a job has an alarm for is told at once, so that no later end of the run can swallow it.
    """

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def alarmed(self, key: JobKey, metric: str) -> None:
        self._metrics.add_dimension("job", key.job)
        self._metrics.add_metric(metric, MetricUnit.Count, 1)
        self._metrics.flush_metrics()

    def ended(self, record: RunRecord) -> None:
        if record.status is Status.SKIPPED:
            return
        self._metrics.add_dimension("job", record.key.job)
        self._metrics.add_metric("FailedRuns", MetricUnit.Count, float(record.status is Status.FAILED))
        self._metrics.add_metric("QuarantinedRecords", MetricUnit.Count, float(record.counts.quarantined))
        self._metrics.add_metric("RunDuration", MetricUnit.Milliseconds, float(record.duration_ms or 0))
        self._metrics.flush_metrics()


def run_metrics(environment: Mapping[str, str]) -> Metrics:
    """Metrics without a service: Powertools would make it a second dimension, and alarms look for one."""
    return Metrics(namespace=environment.get("POWERTOOLS_METRICS_NAMESPACE") or "Nightshift")


def dynamodb_client(environment: Mapping[str, str]) -> DynamoDBClient:
    """A client at boto3's endpoint, tuned for short conditional writes. It tries once: `Sender` repeats.

    It is our own in Lambda, and botocore's wherever credentials and the way to AWS have to be found out.
    """
    own = LambdaClient.of(environment)
    if own is not None:
        return cast("DynamoDBClient", own)
    from botocore.config import Config
    from botocore.session import get_session

    config = Config(
        retries={"mode": "standard", "total_max_attempts": 1},
        connect_timeout=2,
        read_timeout=5,
        parameter_validation=False,
        user_agent="nightshift",  # else botocore puts its own together twice per request
    )
    endpoint = environment.get("AWS_ENDPOINT_URL_DYNAMODB") or None
    client = get_session().create_client("dynamodb", config=config, endpoint_url=endpoint)
    return cast("DynamoDBClient", client)


def bucket_files(environment: Mapping[str, str]) -> S3Files | None:
    """The files of the bucket that FILES_BUCKET names, at boto3's endpoint; None where it names none."""
    bucket = environment.get("FILES_BUCKET")
    return _files_of(bucket, environment) if bucket else None


def _files_of(bucket: str, environment: Mapping[str, str]) -> S3Files:
    from nightshift.files.s3 import S3Files

    return S3Files(bucket, lambda: _s3_client(environment))


def _s3_client(environment: Mapping[str, str]) -> S3Client:
    """It is boto3's: botocore's own cannot upload a stream in parts."""
    import boto3  # only what has files pays for it
    from botocore.config import Config

    config = Config(retries={"mode": "standard", "total_max_attempts": 3}, connect_timeout=2, read_timeout=20)
    endpoint = environment.get("AWS_ENDPOINT_URL_S3") or None
    return boto3.client("s3", config=config, endpoint_url=endpoint)


def ses_mail(environment: Mapping[str, str]) -> MailTransport | None:
    """Mails from the sender in MAIL_FROM, through SES at boto3's endpoint; None where there is none."""
    sender = environment.get("MAIL_FROM")
    if not sender:
        return None
    from nightshift.mail import check_sender
    from nightshift.mail.ses import SesTransport

    try:
        return SesTransport(*check_sender(sender), lambda: _ses_client(environment))
    except ValueError as error:
        raise ConfigurationError(f"MAIL_FROM: {error}; write it as in Shop <news@shop.example>") from None


def _ses_client(environment: Mapping[str, str]) -> SESV2Client:
    """It tries once: nobody knows whether a mail without an answer was sent."""
    from botocore.config import Config
    from botocore.session import get_session

    config = Config(retries={"mode": "standard", "total_max_attempts": 1}, connect_timeout=3, read_timeout=10)
    endpoint = environment.get("AWS_ENDPOINT_URL_SESV2") or None
    return cast("SESV2Client", get_session().create_client("sesv2", config=config, endpoint_url=endpoint))


def batch_job_queue(environment: Mapping[str, str]) -> BatchJobQueue | None:
    """The queue of batch jobs at BATCH_QUEUE_URL; None where that is not set."""
    if not environment.get("BATCH_QUEUE_URL"):
        return None
    from nightshift.batch_jobs.runtime import open_queue

    return open_queue(environment)


@lru_cache(maxsize=1)
def lambda_services(job: str, *, is_purge: bool = False) -> Services:
    """Services from the function's environment; ConfigurationError names the variable that is missing.

    The archive is there for the one job that purges it.
    """
    environment = dict(os.environ)
    for name in ("STATE_TABLE", "LOG_TABLE"):
        if not environment.get(name):
            raise ConfigurationError(
                f"{name} is not set: the template gives each function its tables' names; for "
                "`sam local invoke` name them in the file given with --env-vars"
            )
    root = Path(environment.get("LAMBDA_TASK_ROOT", "."))
    client = dynamodb_client(environment)
    clock, chance = SystemClock(), random.SystemRandom()
    meter = Meter(clock, chance)
    logger: Any = Logger(service=job, level=environment.get("LOG_LEVEL") or "INFO")
    return Services(
        clock=clock,
        random=chance,
        state=DynamoState(client, environment["STATE_TABLE"], meter),
        logs=DynamoLogs(client, environment["LOG_TABLE"], meter),
        manifest=read_manifest(root / "manifest.json"),
        environment=environment,
        secrets=PowertoolsSecrets(),
        logger=cast(RunLogger, logger),
        observer=MetricsObserver(run_metrics(environment)),
        meter=meter,
        archive=_archive(client, environment, meter) if is_purge else None,
        files=_late_files(environment),
        mail=ses_mail(environment),
        queue=batch_job_queue(environment),
    )


def _late_files(environment: Mapping[str, str]) -> FileStore | None:
    """As `bucket_files`, imported with the first file: every function has a bucket, few have files."""
    bucket = environment.get("FILES_BUCKET")
    return LateFiles(lambda: _files_of(bucket, environment)) if bucket else None


def _archive(client: DynamoDBClient, environment: Mapping[str, str], meter: Meter) -> ArchiveStore:
    from nightshift.state.dynamodb.archive import DynamoArchive

    return DynamoArchive(client, environment["STATE_TABLE"], environment["LOG_TABLE"], meter)
