"""The client that a function has answers and fails as botocore's does, and signs what it sends."""

from __future__ import annotations

import hmac
import threading
import zlib
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import boto3
import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    EndpointConnectionError,
    ReadTimeoutError,
)

from nightshift import dynamodb_client
from nightshift.dynamodb_client import LambdaClient, endpoint_of
from nightshift_tools.testing.tables import TableNames

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

ENVIRONMENT = {
    "AWS_LAMBDA_FUNCTION_NAME": "sync-products",
    "AWS_REGION": "eu-central-1",
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_SESSION_TOKEN": "token",
}
ITEM = {
    "text": {"S": "h\u00fc \U0001f600"},
    "number": {"N": "12"},
    "bytes": {"B": bytes(range(256))},
    "B": {"S": "an attribute of that name"},
    "nothing": {"B": b""},
}


def outcome(client: Any, operation: str, request: dict[str, Any]) -> object:
    """What a client answers, or how it fails, without what differs from answer to answer."""
    try:
        answer = getattr(client, operation)(**request)
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        return error.response["Error"], status, error.response.get("Item"), error.operation_name
    answer.pop("ResponseMetadata", None)
    return answer


def test_it_answers_and_fails_as_botocores_client_does(
    lambda_client: DynamoDBClient, local_client: DynamoDBClient, local_tables: TableNames
) -> None:
    table, pk = local_tables.state, {"S": f"client-{uuid4().hex}"}
    key = {"pk": pk, "sk": {"S": "1"}}
    item = {**key, **ITEM}
    absent = {"ConditionExpression": "attribute_not_exists(pk)"}
    consumed = {"ReturnConsumedCapacity": "TOTAL"}
    asked: list[tuple[str, dict[str, Any]]] = [
        ("put_item", {"TableName": table, "Item": item, **consumed}),
        ("get_item", {"TableName": table, "Key": key, "ConsistentRead": True}),
        ("put_item", {"TableName": table, "Item": item, **absent}),
        (
            "put_item",
            {"TableName": table, "Item": item, **absent, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"},
        ),
        (
            "update_item",
            {
                "TableName": table,
                "Key": key,
                "UpdateExpression": "SET #n = :n",
                "ExpressionAttributeNames": {"#n": "number"},
                "ExpressionAttributeValues": {":n": {"N": "13"}},
                "ReturnValues": "ALL_NEW",
            },
        ),
        (
            "query",
            {
                "TableName": table,
                "KeyConditionExpression": "pk = :pk",
                "ExpressionAttributeValues": {":pk": pk},
                "ConsistentRead": True,
            },
        ),
        ("batch_get_item", {"RequestItems": {table: {"Keys": [key], "ConsistentRead": True}}}),
        ("batch_write_item", {"RequestItems": {table: [{"PutRequest": {"Item": item}}]}}),
        ("get_item", {"TableName": "there-is-none", "Key": key}),
        ("get_item", {"TableName": table, "Key": {"pk": pk}}),
        ("delete_item", {"TableName": table, "Key": key, "ReturnValues": "ALL_OLD"}),
        ("get_item", {"TableName": table, "Key": key, "ConsistentRead": True}),
    ]
    for operation, request in asked:
        local = outcome(local_client, operation, request)
        if operation == "delete_item":
            local_client.put_item(TableName=table, Item=item)
        if operation == "put_item" and "ConditionExpression" not in request:
            local_client.delete_item(TableName=table, Key=key)
        assert outcome(lambda_client, operation, request) == local, operation


def test_half_a_character_reaches_dynamodb_as_botocore_sends_it(
    lambda_client: DynamoDBClient, local_client: DynamoDBClient, local_tables: TableNames
) -> None:
    request = {"TableName": local_tables.state, "Key": {"pk": {"S": "\ud83d"}, "sk": {"S": "1"}}}
    assert outcome(lambda_client, "get_item", request) == outcome(local_client, "get_item", request)


class Recorder:
    """A server that keeps what arrives, and gives the answers it was told to give."""

    def __init__(self) -> None:
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.connections: set[tuple[str, int]] = set()
        self.answers: list[tuple[int, dict[str, str], bytes] | None] = []
        recorder = self

        class Answering(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                recorder.requests.append((headers, body))
                recorder.connections.add(self.client_address)
                answer = recorder.answers.pop(0) if recorder.answers else (200, {}, b"{}")
                if answer is None:
                    self.close_connection = True
                    return
                status, said, content = answer
                self.send_response(status)
                for name, value in {"content-length": str(len(content)), **said}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None: ...

        self.server = HTTPServer(("127.0.0.1", 0), Answering)
        self.endpoint = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    made = Recorder()
    thread = threading.Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()
    thread.join()


@pytest.fixture
def client(recorder: Recorder) -> Iterator[LambdaClient]:
    made = _client(recorder)
    yield made
    made.close()


def _client(recorder: Recorder) -> LambdaClient:
    made = LambdaClient.of({**ENVIRONMENT, "AWS_ENDPOINT_URL_DYNAMODB": recorder.endpoint})
    assert made is not None
    return made


def test_what_arrives_is_signed_as_signature_version_4_says(recorder: Recorder, client: LambdaClient) -> None:
    client.get_item(TableName="t", Key={"pk": {"S": "\u00fc"}, "sk": {"B": b"\0"}})
    ((headers, body),) = recorder.requests
    assert headers["x-amz-target"] == "DynamoDB_20120810.GetItem"
    assert headers["x-amz-security-token"] == "token"
    how, _, said = headers["authorization"].partition(" ")
    parts = dict(part.split("=", 1) for part in said.split(", "))
    names = parts["SignedHeaders"].split(";")
    assert {"host", "x-amz-date", "x-amz-security-token", "x-amz-target"} <= set(names)
    access_key, *scope = parts["Credential"].split("/")
    assert (how, access_key) == ("AWS4-HMAC-SHA256", "AKIDEXAMPLE")
    assert scope == [headers["x-amz-date"][:8], "eu-central-1", "dynamodb", "aws4_request"]
    signed = "".join(f"{name}:{headers[name].strip()}\n" for name in names)
    canonical = f"POST\n/\n\n{signed}\n{';'.join(names)}\n{sha256(body).hexdigest()}"
    hashed = sha256(canonical.encode()).hexdigest()
    key = b"AWS4secret"
    for part in scope:
        key = hmac.digest(key, part.encode(), "sha256")
    to_sign = f"{how}\n{headers['x-amz-date']}\n{'/'.join(scope)}\n{hashed}"
    assert hmac.digest(key, to_sign.encode(), "sha256").hex() == parts["Signature"]


def test_its_connection_is_kept(recorder: Recorder, client: LambdaClient) -> None:
    for _ in range(3):
        client.get_item(TableName="t", Key={})
    assert len(recorder.connections) == 1


def test_an_answer_that_was_changed_on_its_way_is_none(recorder: Recorder, client: LambdaClient) -> None:
    good = b'{"Item": {}}'
    recorder.answers = [(200, {"x-amz-crc32": str(zlib.crc32(good))}, body) for body in (good, good[:-1])]
    assert client.get_item(TableName="t", Key={}) == {"Item": {}}
    with pytest.raises(ConnectionClosedError):
        client.get_item(TableName="t", Key={})


@pytest.mark.parametrize("answer", [None, (200, {}, b"<html>"), (200, {"content-length": "9"}, b"{}")])
def test_what_is_no_answer_is_a_broken_connection_and_not_sent_again(
    recorder: Recorder, answer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder.answers = [answer]
    monkeypatch.setattr(dynamodb_client, "ANSWER_SECONDS", 0.2)
    client = _client(recorder)
    with closing(client), pytest.raises((ConnectionClosedError, ReadTimeoutError)):
        client.get_item(TableName="t", Key={})
    assert len(recorder.requests) == 1


def test_a_refusal_without_a_document_goes_by_its_status(recorder: Recorder, client: LambdaClient) -> None:
    recorder.answers = [(503, {"x-amzn-requestid": "r-1"}, b"<html>")]
    with pytest.raises(ClientError) as caught:
        client.get_item(TableName="t", Key={})
    response = caught.value.response
    assert response["Error"]["Code"] == "503"
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 503
    assert response["ResponseMetadata"]["RequestId"] == "r-1"


def test_nobody_there_is_a_failure_to_connect(recorder: Recorder) -> None:
    with pytest.raises(EndpointConnectionError, match=r"127\.0\.0\.1:1"):
        LambdaClient("http://127.0.0.1:1", "us-east-1", "a", "b").get_item(TableName="t", Key={})


def test_without_an_endpoint_it_goes_to_the_region() -> None:
    found = LambdaClient.of(ENVIRONMENT)
    assert found is not None
    assert found._endpoint == "https://dynamodb.eu-central-1.amazonaws.com"


def test_the_endpoint_of_every_region_is_botocores() -> None:
    session = boto3.Session()
    for partition in session.get_available_partitions():
        for region in session.get_available_regions("dynamodb", partition_name=partition):
            made = session.client(
                "dynamodb", region_name=region, aws_access_key_id="a", aws_secret_access_key="b"
            )
            assert endpoint_of(region) == made.meta.endpoint_url
            break  # a partition has one suffix


@pytest.mark.parametrize(
    "change",
    [
        {"AWS_LAMBDA_FUNCTION_NAME": ""},
        {"AWS_ACCESS_KEY_ID": ""},
        {"AWS_SECRET_ACCESS_KEY": ""},
        {"AWS_REGION": ""},
        {"AWS_PROFILE": "shop"},
        {"AWS_USE_FIPS_ENDPOINT": "true"},
        {"AWS_USE_DUALSTACK_ENDPOINT": "true"},
        {"HTTPS_PROXY": "http://proxy:3128"},
        {"https_proxy": "http://proxy:3128"},
        {"AWS_CA_BUNDLE": "/etc/ssl/ours.pem"},
    ],
)
def test_what_only_botocore_can_follow_is_left_to_it(change: dict[str, str]) -> None:
    assert LambdaClient.of(ENVIRONMENT) is not None
    assert LambdaClient.of({**ENVIRONMENT, **change}) is None


def test_certificates_and_proxies_of_https_are_nothing_to_an_endpoint_without_it() -> None:
    local = {"AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:8000", "AWS_CA_BUNDLE": "x", "HTTPS_PROXY": "y"}
    assert LambdaClient.of({**ENVIRONMENT, **local}) is not None
    assert LambdaClient.of({**ENVIRONMENT, **local, "HTTP_PROXY": "z"}) is None
