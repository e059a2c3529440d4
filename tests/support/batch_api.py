"""The HTTP API as Lambda has it: its handler, on tables, a bucket and a queue that moto stands in for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import uuid4

import boto3
import pytest
from moto import mock_aws

from batch_api import app as api
from nightshift.batch_jobs.model import BatchJob, BatchJobId
from nightshift.state.dynamodb import DynamoState
from nightshift_tools.testing.tables import create_tables

ROOT = Path(__file__).resolve().parents[2]
ANNA, BERT = "Shopkeeper", "Auditor"
BUCKET = "files-of-the-shop"


@dataclass
class Answer:
    """Status, headers and JSON of an answer."""

    status: int
    headers: Mapping[str, str]
    body: Any


@dataclass
class Api:
    """The function of the API, called as API Gateway calls it. `role` is who calls, unless told otherwise."""

    state: DynamoState
    sqs: Any
    queue: str
    role: str = ANNA
    _keys: Iterator[int] = field(default_factory=lambda: iter(range(10_000)))

    def __call__(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        key: str | None = None,
        role: str | None = None,
        session: str = "laptop",
        query: Mapping[str, str] | None = None,
        authorizer: Mapping[str, Any] | None = None,
        raw: str | None = None,
    ) -> Answer:
        role = role or self.role
        by_role = {"iam": {"userArn": f"arn:aws:sts::123456789012:assumed-role/{role}/{session}"}}
        headers = {"content-type": "application/json"} | ({"idempotency-key": key} if key else {})
        event = http_event(method, path, query or {}, headers, by_role if authorizer is None else authorizer)
        event["body"] = raw if raw is not None else None if body is None else json.dumps(body)
        return answer_of(api.lambda_handler(event, lambda_context()))

    def raw(
        self, method: str, path: str, query: str, headers: Mapping[str, str], body: str
    ) -> dict[str, Any]:
        """The function's own answer to a request as it comes from the wire."""
        given: dict[str, list[str]] = {}
        for name, value in parse_qsl(query, keep_blank_values=True):
            given.setdefault(name, []).append(value)
        joined = {name: ",".join(values) for name, values in given.items()}
        by_role = {"iam": {"userArn": f"arn:aws:sts::123456789012:assumed-role/{self.role}/laptop"}}
        event = {**http_event(method, path, joined, headers, by_role), "rawQueryString": query}
        if body:
            event["body"] = body
        return api.lambda_handler(event, lambda_context())

    def create(self, batch_type: str = "product-export", **options: Any) -> Any:
        """A batch job that is created for sure."""
        context = options.pop("context", {})
        body = {"type": batch_type, "context": context, "dry_run": options.pop("dry_run", False)}
        answer = self("POST", "/batch-jobs", body, key=f"key-{next(self._keys)}", **options)
        assert answer.status == 201, answer.body
        return answer.body["batch_job"]

    def clear(self) -> None:
        """As it was at the beginning."""
        table = self.state.batch_jobs._table  # type: ignore[attr-defined]
        keys = [(item["pk"], item["sk"]) for item in table.scan(0, 1, None, ("pk", "sk"))]
        table.delete_batch(keys)
        while found := self.sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10).get("Messages"):
            for message in found:
                self.sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])

    def job(self, batch_job: str) -> BatchJob:
        found = self.state.batch_jobs.get(BatchJobId(batch_job), datetime.now(UTC))
        assert found is not None
        return found

    def messages(self) -> list[Any]:
        found = self.sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10, VisibilityTimeout=0)
        return [json.loads(message["Body"]) for message in found.get("Messages", ())]


def http_event(
    method: str,
    path: str,
    query: Mapping[str, str],
    headers: Mapping[str, str],
    authorizer: Mapping[str, Any],
) -> dict[str, Any]:
    """An event of an HTTP API, payload 2.0."""
    return {
        "version": "2.0",
        "routeKey": f"{method} {path}",
        "rawPath": path,
        "rawQueryString": urlencode(query),
        "headers": dict(headers),
        "queryStringParameters": dict(query) or None,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "api",
            "authorizer": dict(authorizer),
            "domainName": "api.execute-api.eu-central-1.amazonaws.com",
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1"},
            "requestId": "id",
            "routeKey": f"{method} {path}",
            "stage": "$default",
        },
        "isBase64Encoded": False,
    }


def lambda_context() -> Any:
    return SimpleNamespace(
        function_name="shop-batch-api",
        invoked_function_arn="arn:aws:lambda:eu-central-1:123456789012:function:shop-batch-api",
        aws_request_id="request",
        memory_limit_in_mb=512,
        get_remaining_time_in_millis=lambda: 29_000,
    )


def answer_of(found: Mapping[str, Any]) -> Answer:
    headers = {name.lower(): value for name, value in (found.get("headers") or {}).items()}
    return Answer(found["statusCode"], headers, json.loads(found["body"]))


@contextmanager
def running_api() -> Iterator[Api]:
    """The API with its environment, from an empty stack on."""
    with mock_aws(), pytest.MonkeyPatch.context() as patch:
        for name, value in {
            "AWS_DEFAULT_REGION": "eu-central-1",
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "LAMBDA_TASK_ROOT": str(ROOT / "functions"),
            "BATCH_OPERATORS": "Chief,Other",
            "FILES_BUCKET": BUCKET,
        }.items():
            patch.setenv(name, value)
        dynamodb = boto3.client("dynamodb")
        tables = create_tables(dynamodb, f"api-{uuid4().hex[:8]}")
        sqs = boto3.client("sqs")
        queue = sqs.create_queue(QueueName="shop-batch-jobs")["QueueUrl"]
        location: Any = {"LocationConstraint": "eu-central-1"}
        boto3.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration=location)
        patch.setenv("STATE_TABLE", tables.state)
        patch.setenv("BATCH_QUEUE_URL", queue)
        for cached in (api.front, api.creation):
            cached.cache_clear()
        yield Api(DynamoState(dynamodb, tables.state), sqs, queue)
        for cached in (api.front, api.creation):
            cached.cache_clear()
