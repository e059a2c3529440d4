"""What a handler asks of AWS, and what its role in the template grants: one must be the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from unittest import mock

import botocore.client
from botocore.exceptions import ClientError
from samtranslator.yaml_helper import yaml_parse

from nightshift.files.model import UploadForm
from nightshift.files.s3 import S3Files
from support.templates import Project, attribute, listed, matches, resolved, statements

BY_AWS = {
    "OwnLogGroup": "Lambda writes what the function prints",
    "FailedRuns": "Lambda sends the events of failed runs",
    "Traces": "Lambda's daemon sends the traces",
    "CustomerKey": "the services decrypt with it",
    "Messages": "Lambda reads the queue for the function",
}
"""Statements that AWS itself makes use of, in the function's name: no code of ours asks for them."""

_TABLE_OPERATIONS = ("BatchGetItem", "BatchWriteItem")

_S3_ACTIONS = {
    "AbortMultipartUpload": "s3:AbortMultipartUpload",
    "CompleteMultipartUpload": "s3:PutObject",
    "CreateMultipartUpload": "s3:PutObject",
    "GetObject": "s3:GetObject",
    "PutObject": "s3:PutObject",
    "UploadPart": "s3:PutObject",
}
"""The right that each operation of S3 takes."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call: its action, what it is for, and for a table the leading keys that it touches."""

    action: str
    resource: str
    keys: tuple[str, ...] = ()


@dataclass
class Recorder:
    """The calls of every client of boto3, while it records. Invocations and mails are answered and not sent.

    Of the parts of large files, S3 takes none at first: one upload to each folder is broken off.
    """

    calls: set[Call] = field(default_factory=set)
    is_on: bool = False
    broken_off: set[str] = field(default_factory=set)

    @contextmanager
    def recording(self) -> Iterator[None]:
        before, self.is_on = self.is_on, True
        try:
            yield
        finally:
            self.is_on = before

    def note(self, service: str, operation: str, request: Mapping[str, Any]) -> None:
        if self.is_on:
            self.calls.add(_call(service, operation, request))

    def must_break(self, operation: str, request: Mapping[str, Any]) -> bool:
        """A part is the first that goes to its folder."""
        folder = request["Key"].partition("/")[0] if operation == "UploadPart" else ""
        if not self.is_on or not folder or folder in self.broken_off:
            return False
        self.broken_off.add(folder)
        return True


@contextmanager
def recorder() -> Iterator[Recorder]:
    """A recorder of this process's clients, for the length of the block."""
    found = Recorder()
    send = botocore.client.BaseClient._make_api_call  # type: ignore[attr-defined]

    def noted(self: Any, operation: str, request: Mapping[str, Any]) -> Any:
        service = self.meta.service_model.service_name
        found.note(service, operation, request)
        if service in _ANSWERS:
            return _ANSWERS[service]
        if found.must_break(operation, request):
            raise ClientError({"Error": {"Code": "SlowDown"}}, operation)
        try:
            return send(self, operation, request)
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchKey":  # only who may list is told so
                found.note(service, "ListObjectsV2", request)
            raise

    with mock.patch.object(botocore.client.BaseClient, "_make_api_call", noted), _noting_links(found):
        yield found


_ANSWERS: dict[str, dict[str, object]] = {"lambda": {"StatusCode": 202}, "sesv2": {"MessageId": "1"}}


@contextmanager
def _noting_links(found: Recorder) -> Iterator[None]:
    """Whoever has a link may do by it what its maker may: S3 asks for that right once it is used."""
    upload_form, download_link = S3Files.upload_form, S3Files.download_link

    def form(files: S3Files, name: str, *rest: Any) -> UploadForm:
        found.note("s3", "PutObject", {"Bucket": files._bucket, "Key": name})
        return upload_form(files, name, *rest)

    def link(files: S3Files, name: str, *rest: Any) -> str:
        found.note("s3", "GetObject", {"Bucket": files._bucket, "Key": name})
        return download_link(files, name, *rest)

    with mock.patch.multiple(S3Files, upload_form=form, download_link=link):
        yield


def _call(service: str, operation: str, request: Mapping[str, Any]) -> Call:
    if service == "dynamodb":
        return _on_table(operation, request)
    if service == "secretsmanager":
        return Call(f"secretsmanager:{operation}", request["SecretId"])
    if service == "lambda":
        return Call(f"lambda:{operation}Function", request["FunctionName"])
    if service == "sqs":
        name = request.get("QueueName") or request["QueueUrl"].rpartition("/")[2]
        return Call(f"sqs:{operation}", name)
    if service == "s3" and operation == "ListObjectsV2":
        return Call("s3:ListBucket", request["Bucket"])
    if service == "s3":
        return Call(_S3_ACTIONS[operation], f"{request['Bucket']}/{request['Key']}")
    if service == "sesv2":
        domain = request["FromEmailAddress"].rpartition("@")[2].rstrip(">")
        return Call(f"ses:{operation}", domain)
    raise AssertionError(f"nobody has said what {service}:{operation} is for")


def _on_table(operation: str, request: Mapping[str, Any]) -> Call:
    action = f"dynamodb:{operation}"
    if operation in _TABLE_OPERATIONS:
        ((table, asked),) = request["RequestItems"].items()
        keys = asked["Keys"] if isinstance(asked, dict) else [_key_of(each) for each in asked]
        return Call(action, table, tuple(sorted({key["pk"]["S"] for key in keys})))
    table = request["TableName"]
    index = f"/index/{request['IndexName']}" if "IndexName" in request else ""
    if operation == "Scan":
        return Call(action, table)
    if operation == "Query":
        values = request["ExpressionAttributeValues"]
        return Call(action, table + index, (values.get(":pk", values.get(":p"))["S"],))
    key = request["Item"] if operation == "PutItem" else request["Key"]
    return Call(action, table, (key["pk"]["S"],))


def _key_of(write: Mapping[str, Any]) -> Any:
    return write["PutRequest"]["Item"] if "PutRequest" in write else write["DeleteRequest"]["Key"]


@dataclass(frozen=True, slots=True)
class Grant:
    """One action on one resource, for one pattern of leading keys: the least that can be taken away."""

    sid: str
    action: str
    resource: str
    keys: str | None

    def allows(self, call: Call) -> bool:
        if self.action != call.action or not matches(self.resource, call.resource):
            return False
        return self.keys is None or (bool(call.keys) and all(matches(self.keys, key) for key in call.keys))


def grants_of(project: Project, role: str, tables: Mapping[str, str]) -> list[Grant]:
    """What a role may do, piece by piece; `tables` names tables, bucket and queue by logical id."""
    found = list(statements(project.of_type("AWS::IAM::Role")[role]))
    for policy in project.of_type("AWS::IAM::Policy").values():
        if {"Ref": role} in policy["Roles"]:
            found += policy["PolicyDocument"]["Statement"]
    return [
        Grant(each["Sid"], action, _resource(project, resource, tables), keys)
        for each in found
        for action in listed(each["Action"])
        for resource in listed(each["Resource"])
        for keys in _keys(each)
    ]


def _keys(statement: Mapping[str, Any]) -> list[str] | list[None]:
    for condition in statement.get("Condition", {}).values():
        if "dynamodb:LeadingKeys" in condition:
            return listed(condition["dynamodb:LeadingKeys"])
    return [None]


def _resource(project: Project, resource: Any, tables: Mapping[str, str]) -> str:
    """A table, bucket, queue, function, secret or identity by its name, as calls name them."""
    if resource == "*":
        return "*"
    text = str(resource.get("Fn::Sub", ""))
    for name, value in defaults_of(project).items():
        text = text.replace(f"${{{name}}}", value)
    if "secretsmanager" in text:
        return text.partition(":secret:")[2].removesuffix("-??????")
    if ":identity/" in text:
        return resolved({"Fn::Sub": text}).partition(":identity/")[2]
    for name, table in tables.items():
        text = text.replace(f"${{{name}.Arn}}", table)
    if text and "${" not in text:
        return text
    if "Fn::GetAtt" in resource or text.endswith(".Arn}"):
        name = attribute(resource)[0]
        function = project.resources[name].get("Properties", {}).get("FunctionName")
        return tables.get(name) or (resolved(function) if function else name)
    return resolved({"Fn::Sub": text})


def defaults_of(project: Project) -> dict[str, str]:
    """What the parameters of a template are where nobody says otherwise."""
    return _defaults(project.text)


@cache  # a template takes a second to read
def _defaults(template: str) -> dict[str, str]:
    parameters = yaml_parse(template)["Parameters"]
    return {name: str(entry["Default"]) for name, entry in parameters.items() if "Default" in entry}


def is_allowed(grants: list[Grant], call: Call) -> bool:
    """Some one statement allows it; several patterns of keys may do so together."""
    for sid in {grant.sid for grant in grants}:
        own = [each for each in grants if each.sid == sid]
        alone = [Call(call.action, call.resource, (key,)) for key in call.keys] or [call]
        if all(any(grant.allows(each) for grant in own) for each in alone):
            return True
    return False


def unused(grants: list[Grant], calls: set[Call]) -> list[Grant]:
    """What is granted and was never asked for, but for what AWS itself uses."""
    alone = {Call(call.action, call.resource, (key,)) for call in calls for key in call.keys} | calls
    return [
        grant for grant in grants if grant.sid not in BY_AWS and not any(grant.allows(call) for call in alone)
    ]
