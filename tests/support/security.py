"""What must hold for the security of a stack, said over the plain CloudFormation template."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from support.templates import listed, statements

Resources = Mapping[str, dict[str, Any]]

UNRESTRICTABLE = {"xray:PutTelemetryRecords", "xray:PutTraceSegments"}
KEPT = {"State", "Log"}
PRIVATE = {"BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"}


def violations(resources: Resources) -> list[str]:
    """Every breach, as `logical id: what is wrong`."""
    checks = (_grants, _functions, _ticks, _permissions, _routes, _tables, _buckets, _rights, _sources)
    return sorted(breach for check in checks for breach in check(resources))


def _of(resources: Resources, *kinds: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, body in resources.items():
        if body["Type"] in kinds:
            yield name, body.get("Properties", {})


def _grants(resources: Resources) -> Iterator[str]:
    for name, role in _of(resources, "AWS::IAM::Role"):
        if role.get("ManagedPolicyArns"):
            yield f"{name}: a managed policy"
        for each in statements(role):
            actions = listed(each["Action"])
            if any("*" in action for action in actions):
                yield f"{name}: a wildcard in an action"
            if "*" in listed(each["Resource"]) and not (set(actions) <= UNRESTRICTABLE or _is_metric(each)):
                yield f"{name}: any resource"
    for name, body in _of(resources, "AWS::KMS::Key", "AWS::SQS::QueuePolicy"):
        policy = body.get("KeyPolicy") or body["PolicyDocument"]
        for each in policy["Statement"]:
            if any("*" in action for action in listed(each["Action"])):
                yield f"{name}: a wildcard in an action"
            if "Service" in each["Principal"] and not each.get("Condition"):
                yield f"{name}: a service without a condition"


def _is_metric(statement: Mapping[str, Any]) -> bool:
    namespace = statement.get("Condition", {}).get("StringEquals", {}).get("cloudwatch:namespace")
    return statement["Action"] == "cloudwatch:PutMetricData" and bool(namespace)


def _functions(resources: Resources) -> Iterator[str]:
    groups = dict(_of(resources, "AWS::Logs::LogGroup"))
    configured = {
        each["FunctionName"]["Ref"]: each for _, each in _of(resources, "AWS::Lambda::EventInvokeConfig")
    }
    for name, function in _of(resources, "AWS::Lambda::Function"):
        if function.get("ReservedConcurrentExecutions", {}).get("Fn::If", [""])[0] != "ReservesConcurrency":
            yield f"{name}: no reserved concurrency by parameter"
        if "TargetArn" not in function.get("DeadLetterConfig", {}):
            yield f"{name}: no dead-letter queue"
        if function.get("TracingConfig") != {"Mode": "Active"}:
            yield f"{name}: no tracing"
        if not _by_customer_key(function.get("KmsKeyArn")):
            yield f"{name}: no customer key by parameter"
        invoked = configured.get(name, {})
        if "OnFailure" not in invoked.get("DestinationConfig", {}):
            yield f"{name}: no destination on failure"
        if not {"MaximumRetryAttempts", "MaximumEventAgeInSeconds"} <= set(invoked):
            yield f"{name}: no limit of retries"
        group = groups.get(function.get("LoggingConfig", {}).get("LogGroup", {}).get("Ref"), {})
        if not group.get("RetentionInDays"):
            yield f"{name}: logs for ever"
        if not _by_customer_key(group.get("KmsKeyId")):
            yield f"{name}: no customer key for its logs"


def _by_customer_key(value: Any) -> bool:
    return isinstance(value, dict) and value.get("Fn::If", [""])[0] == "HasCustomerKey"


def _ticks(resources: Resources) -> Iterator[str]:
    for name, tick in _of(resources, "AWS::Events::Rule", "AWS::Scheduler::Schedule"):
        for target in tick.get("Targets") or [tick["Target"]]:
            if "RetryPolicy" not in target:
                yield f"{name}: no retry policy"
            if "DeadLetterConfig" not in target:
                yield f"{name}: no dead-letter queue"


def _permissions(resources: Resources) -> Iterator[str]:
    for name, permission in _of(resources, "AWS::Lambda::Permission"):
        source = json.dumps(permission.get("SourceArn", ""))
        if permission["Principal"] == "apigateway.amazonaws.com":
            if not source.endswith(':${BatchApi}/*"}'):
                yield f"{name}: not for its API alone"
        elif not re.search(r":rule/\$\{AWS::StackName\}-[a-z0-9-]+\.\*", source):
            yield f"{name}: not for one job's rules alone"


def _routes(resources: Resources) -> Iterator[str]:
    for name, route in _of(resources, "AWS::ApiGatewayV2::Route"):
        if route.get("AuthorizationType", "NONE") == "NONE":
            yield f"{name}: no authoriser"
    for name, api in _of(resources, "AWS::ApiGatewayV2::Api"):
        for path, methods in api.get("Body", {}).get("paths", {}).items():
            if any("security" not in method for method in methods.values()):
                yield f"{name}: no authoriser for {path}"
    for name, stage in _of(resources, "AWS::ApiGatewayV2::Stage"):
        if "AccessLogSettings" not in stage or "DefaultRouteSettings" not in stage:
            yield f"{name}: no access logs or no throttling"


def _tables(resources: Resources) -> Iterator[str]:
    for name, table in _of(resources, "AWS::DynamoDB::Table"):
        body = resources[name]
        if (body.get("DeletionPolicy"), body.get("UpdateReplacePolicy")) != ("Retain", "Retain"):
            yield f"{name}: not retained"
        if not _by_customer_key(table.get("SSESpecification")):
            yield f"{name}: no customer key by parameter"
        if table.get("TimeToLiveSpecification", {}).get("AttributeName") != "expires_at":
            yield f"{name}: nothing expires"
    state = resources["State"]["Properties"]
    if not state.get("PointInTimeRecoverySpecification", {}).get("PointInTimeRecoveryEnabled"):
        yield "State: no recovery"
    if not state.get("DeletionProtectionEnabled"):
        yield "State: no deletion protection"
    for name, queue in _of(resources, "AWS::SQS::Queue"):
        if not _by_customer_key(queue.get("KmsMasterKeyId")) or "SqsManagedSseEnabled" not in queue:
            yield f"{name}: not encrypted"


def _buckets(resources: Resources) -> Iterator[str]:
    only_tls = {
        each["Bucket"]["Ref"]
        for _, each in _of(resources, "AWS::S3::BucketPolicy")
        for statement in each["PolicyDocument"]["Statement"]
        if (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", "s3:*")
        and statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    }
    for name, bucket in _of(resources, "AWS::S3::Bucket"):
        body = resources[name]
        if (body.get("DeletionPolicy"), body.get("UpdateReplacePolicy")) != ("Retain", "Retain"):
            yield f"{name}: not retained"
        blocked = {key for key, value in bucket["PublicAccessBlockConfiguration"].items() if value is True}
        owner = bucket["OwnershipControls"]["Rules"][0]["ObjectOwnership"]
        if blocked != PRIVATE or owner != "BucketOwnerEnforced":
            yield f"{name}: may be made public"
        (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        if not _by_customer_key(rule) or {
            each["ServerSideEncryptionByDefault"]["SSEAlgorithm"] for each in rule["Fn::If"][1:]
        } != {"aws:kms", "AES256"}:
            yield f"{name}: no customer key by parameter"
        if bucket.get("VersioningConfiguration") != {"Status": "Enabled"}:
            yield f"{name}: no versions"
        if not any(
            "AbortIncompleteMultipartUpload" in each for each in bucket["LifecycleConfiguration"]["Rules"]
        ):
            yield f"{name}: broken uploads stay"
        if name not in only_tls:
            yield f"{name}: not by TLS alone"


def _rights(resources: Resources) -> Iterator[str]:
    for name, role in _of(resources, "AWS::IAM::Role"):
        for each in statements(role):
            text = json.dumps(each["Resource"])
            if (
                "dynamodb:DeleteItem" in listed(each["Action"])
                and re.search(r'"Log"|\$\{Log\.', text)
                and name != "PurgeLogsRole"
            ):
                yield f"{name}: deletes log records"
            reads_secrets = "secretsmanager:GetSecretValue" in listed(each["Action"])
            if reads_secrets and "payments" in text.lower() and name != "ChargeInstallmentsRole":
                yield f"{name}: reads the payment secret"


def _sources(resources: Resources) -> Iterator[str]:
    for name, mapping in _of(resources, "AWS::Lambda::EventSourceMapping"):
        queue = mapping["EventSourceArn"].get("Fn::GetAtt", [""])[0]
        function = mapping["FunctionName"]["Ref"]
        if queue in resources:
            visible = resources[queue]["Properties"].get("VisibilityTimeout", 30)
            if visible < 6 * resources[function]["Properties"]["Timeout"]:
                yield f"{name}: the queue shows a message again while it is worked on"
