"""What checkov and cfn-lint do not see, asserted over the translated template, and seen to fail."""

from __future__ import annotations

import pytest
from samtranslator.yaml_helper import yaml_parse

from support.security import violations
from support.templates import Project, translated

API = """\
  Open:
    Type: AWS::ApiGatewayV2::Route
    Properties: {ApiId: x, RouteKey: GET /}
  Stage:
    Type: AWS::ApiGatewayV2::Stage
    Properties: {ApiId: x, StageName: live}
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {EventSourceArn: !GetAtt DeadLetters.Arn, FunctionName: !Ref SyncProductsFunction}
  # >>> generated"""


def test_the_template_is_without_a_breach(project: Project) -> None:
    assert violations(project.resources) == []


@pytest.mark.parametrize(
    ("old", "new", "breach"),
    [
        (
            "[xray:PutTelemetryRecords, xray:PutTraceSegments]",
            "xray:*",
            "SyncProductsRole: a wildcard in an action",
        ),
        (
            "[xray:PutTelemetryRecords, xray:PutTraceSegments]",
            "s3:GetObject",
            "SyncProductsRole: any resource",
        ),
        (
            "Action: [kms:Decrypt, kms:GenerateDataKey]",
            "Action: kms:*",
            "CustomerManagedKey: a wildcard in an action",
        ),
        (
            '            Condition: {StringEquals: {"aws:SourceAccount": !Ref AWS::AccountId}}\n',
            "",
            "CustomerManagedKey: a service without a condition",
        ),
        (
            "ReservedConcurrentExecutions: !If [ReservesConcurrency,",
            "ReservedConcurrentExecutions: !If [HasCustomerKey,",
            "SyncProductsFunction: no reserved concurrency by parameter",
        ),
        (
            "      DeadLetterQueue: {Type: SQS, TargetArn: !GetAtt DeadLetters.Arn}\n",
            "",
            "SyncProductsFunction: no dead-letter queue",
        ),
        ("Tracing: Active", "Tracing: PassThrough", "SyncProductsFunction: no tracing"),
        (
            "      KmsKeyArn: !If",
            "      # KmsKeyArn: !If",
            "SyncProductsFunction: no customer key by parameter",
        ),
        (
            "      KmsKeyId: !If",
            "      # KmsKeyId: !If",
            "SyncProductsFunction: no customer key for its logs",
        ),
        ("        MaximumRetryAttempts: 2\n", "", "SyncProductsFunction: no limit of retries"),
        ("      RetentionInDays: 30\n", "", "SyncProductsFunction: logs for ever"),
        (
            "          RetryPolicy: {MaximumEventAgeInSeconds: 21600, MaximumRetryAttempts: 185}\n",
            "",
            "SyncProductsRuleCD9399B5: no retry policy",
        ),
        (
            "          DeadLetterConfig: {Arn: !GetAtt DeliveryFailures.Arn}\n",
            "",
            "SyncProductsRuleCD9399B5: no dead-letter queue",
        ),
        ("-sync-products.*", "-*", "SyncProductsPermission: not for one job's rules alone"),
        ("DeletionPolicy: Retain", "DeletionPolicy: Delete", "State: not retained"),
        ("AttributeName: expires_at", "AttributeName: expires", "State: nothing expires"),
        ("PointInTimeRecoveryEnabled: true", "PointInTimeRecoveryEnabled: false", "State: no recovery"),
        (
            "DeletionProtectionEnabled: true",
            "DeletionProtectionEnabled: false",
            "State: no deletion protection",
        ),
        (
            "      SSESpecification: !If\n        - Has",
            "      X: !If\n        - Has",
            "State: no customer key by parameter",
        ),
        ("      KmsMasterKeyId: !If [", "      X: !If [", "DeliveryFailures: not encrypted"),
        ("BlockPublicPolicy: true", "BlockPublicPolicy: false", "Files: may be made public"),
        ("BucketOwnerEnforced", "ObjectWriter", "Files: may be made public"),
        ("SSEAlgorithm: AES256", "SSEAlgorithm: aws:kms:dsse", "Files: no customer key by parameter"),
        ("VersioningConfiguration: {Status: Enabled}", "Tags: []", "Files: no versions"),
        ("AbortIncompleteMultipartUpload: {Days", "ExpirationInDays: 5 # {", "Files: broken uploads stay"),
        ('"aws:SecureTransport": "false"', '"aws:SecureTransport": "true"', "Files: not by TLS alone"),
        (
            "Action: dynamodb:BatchWriteItem",
            "Action: dynamodb:DeleteItem",
            "SyncProductsRole: deletes log records",
        ),
        ("secret:${MedusaSecret}", "secret:shop/payments", "SyncProductsRole: reads the payment secret"),
        ("  # >>> generated", API, "Open: no authoriser"),
        ("  # >>> generated", API, "Stage: no access logs or no throttling"),
        ("  # >>> generated", API, "Mapping: the queue shows a message again while it is worked on"),
    ],
)
def test_a_breach_is_found(shipped: Project, old: str, new: str, breach: str) -> None:
    assert old in shipped.text
    assert breach in violations(translated(shipped.text.replace(old, new)))


def test_every_check_that_is_skipped_has_its_reason_beside_it(project: Project) -> None:
    resources = yaml_parse(project.text)["Resources"].values()
    skipped = [
        skip for body in resources for skip in body.get("Metadata", {}).get("checkov", {}).get("skip", [])
    ]
    assert {skip["id"] for skip in skipped} == {
        "CKV_AWS_18",
        "CKV_AWS_28",
        "CKV_AWS_117",
        "CKV_AWS_119",
    }
    assert all(len(skip["comment"]) > 40 for skip in skipped)
