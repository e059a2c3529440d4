"""The HTTP API of batch jobs, as text of template.yaml: routes, who may use them, and their function.

Every route is named and has its authoriser: nothing is reached without one.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from nightshift_tools.manifest.model import Api
from nightshift_tools.template.role import rights_of_any

READ, WRITE = "batch-jobs:read", "batch-jobs:write"
"""The scopes that tokens need, by what a route does."""

ROUTES: Sequence[tuple[str, str, str, str]] = (
    ("BatchApiCreate", "POST", "/batch-jobs", WRITE),
    ("BatchApiList", "GET", "/batch-jobs", READ),
    ("BatchApiTypes", "GET", "/batch-jobs/types", READ),
    ("BatchApiTemplate", "GET", "/batch-jobs/templates/{type}", READ),
    ("BatchApiRead", "GET", "/batch-jobs/{id}", READ),
    ("BatchApiConfirm", "POST", "/batch-jobs/{id}/confirm", WRITE),
    ("BatchApiCancel", "POST", "/batch-jobs/{id}/cancel", WRITE),
    ("BatchApiUpload", "POST", "/uploads", WRITE),
)
"""Logical id, method, path and scope. The function's own table of routes is held to this one by a test."""

_FIXED = (
    "BatchApi",
    "BatchApiStage",
    "BatchApiIntegration",
    "BatchApiAccessLogs",
    "BatchApiPermission",
    "BatchApiLayer",
    "BatchApiFunction",
    "BatchApiInvocations",
    "BatchApiLogGroup",
    "BatchApiRole",
)
_AUTHORIZER = "BatchApiAuthorizer"

_API = """\
# The HTTP API of batch jobs. Roles or tokens open it, and nothing else (schedules.yaml, `api`).
BatchApi:
  Type: AWS::ApiGatewayV2::Api
  Properties:
    Name: !Sub ${AWS::StackName}-batch-jobs
    Description: Create batch jobs, follow them, confirm and cancel them
    ProtocolType: HTTP

BatchApiStage:
  Type: AWS::ApiGatewayV2::Stage
  Properties:
    ApiId: !Ref BatchApi
    StageName: $default
    AutoDeploy: true
    DefaultRouteSettings: {ThrottlingBurstLimit: 20, ThrottlingRateLimit: 10, DetailedMetricsEnabled: false}
    AccessLogSettings:
      DestinationArn: !GetAtt BatchApiAccessLogs.Arn
      Format: >-
        {"request":"$context.requestId","at":"$context.requestTime","route":"$context.routeKey",
        "status":"$context.status","bytes":"$context.responseLength","milliseconds":"$context.responseLatency",
        "role":"$context.identity.userArn","subject":"$context.authorizer.claims.sub",
        "error":"$context.error.message","authorizer":"$context.authorizer.error"}

BatchApiIntegration:
  Type: AWS::ApiGatewayV2::Integration
  Properties:
    ApiId: !Ref BatchApi
    IntegrationType: AWS_PROXY
    IntegrationUri: !GetAtt BatchApiFunction.Arn
    PayloadFormatVersion: "2.0"
    TimeoutInMillis: 29000

BatchApiAccessLogs:
  Type: AWS::Logs::LogGroup
  Properties:
    LogGroupName: !Sub /aws/apigateway/${AWS::StackName}-batch-jobs
    RetentionInDays: 90
    KmsKeyId: !If [HasCustomerKey, !GetAtt CustomerManagedKey.Arn, !Ref AWS::NoValue]

BatchApiPermission:
  Type: AWS::Lambda::Permission
  Properties:
    Action: lambda:InvokeFunction
    FunctionName: !Ref BatchApiFunction
    Principal: apigateway.amazonaws.com
    SourceArn: !Sub arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${BatchApi}/*

# What only the API imports: no job pays for it with its cold start.
BatchApiLayer:
  Type: AWS::Serverless::LayerVersion
  Metadata:
    BuildMethod: makefile
  Properties:
    ContentUri: layers/batch_api/
    CompatibleRuntimes: [python3.13]
    CompatibleArchitectures: [x86_64, arm64]
    RetentionPolicy: Delete

BatchApiFunction:
  Type: AWS::Serverless::Function
  Metadata:
    checkov:
      skip:
        - {id: CKV_AWS_117, comment: It reaches nothing private; a VPC would only add what fails and costs}
  Properties:
    FunctionName: !Sub ${AWS::StackName}-batch-api
    Description: The HTTP API of batch jobs
    Handler: batch_api.app.lambda_handler
    Role: !GetAtt BatchApiRole.Arn
    MemorySize: 512
    Timeout: 29
    Tracing: Active
    Layers: [!Ref BatchApiLayer]
    KmsKeyArn: !If [HasCustomerKey, !GetAtt CustomerManagedKey.Arn, !Ref AWS::NoValue]
    LoggingConfig: {LogGroup: !Ref BatchApiLogGroup}
    Environment:
      Variables:
        LOG_LEVEL: INFO
        BATCH_QUEUE_URL: !Ref BatchJobs
        BATCH_OPERATORS: !Join [",", !Ref BatchOperators]
    DeadLetterQueue: {Type: SQS, TargetArn: !GetAtt DeadLetters.Arn}

BatchApiInvocations:
  Type: AWS::Lambda::EventInvokeConfig
  Properties:
    FunctionName: !Ref BatchApiFunction
    Qualifier: $LATEST
    MaximumRetryAttempts: 0
    MaximumEventAgeInSeconds: 60
    DestinationConfig:
      OnFailure: {Destination: !GetAtt ExecutionFailures.Arn}

BatchApiLogGroup:
  Type: AWS::Logs::LogGroup
  Properties:
    LogGroupName: !Sub /aws/lambda/${AWS::StackName}-batch-api
    RetentionInDays: 30
    KmsKeyId: !If [HasCustomerKey, !GetAtt CustomerManagedKey.Arn, !Ref AWS::NoValue]

BatchApiRole:
  Type: AWS::IAM::Role
  Properties:
    AssumeRolePolicyDocument:
      Version: "2012-10-17"
      Statement:
        - {Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}
    Policies:
      - PolicyName: batch-api
        PolicyDocument:
          Version: "2012-10-17"
          Statement:
            - Sid: BatchJobs
              Effect: Allow
              Action: [dynamodb:BatchGetItem, dynamodb:GetItem, dynamodb:PutItem]
              Resource: !GetAtt State.Arn
              Condition: {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["BATCH#*"]}}
            - Sid: ListOfBatchJobs
              Effect: Allow
              Action: dynamodb:Query
              Resource: !Sub ${State.Arn}/index/batch_jobs
              Condition: {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [BATCH]}}
            - Sid: CreatedOnce
              Effect: Allow
              Action: [dynamodb:DeleteItem, dynamodb:PutItem, dynamodb:UpdateItem]
              Resource: !GetAtt State.Arn
              Condition: {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [IDEMPOTENCY]}}
            - Sid: TellWorkers
              Effect: Allow
              Action: sqs:SendMessage
              Resource: !GetAtt BatchJobs.Arn
            # Whoever has a link of ours uploads and downloads by these rights, and by no others.
            - Sid: Uploads
              Effect: Allow
              Action: s3:PutObject
              Resource: !Sub ${Files.Arn}/in/*
            - Sid: Results
              Effect: Allow
              Action: s3:GetObject
              Resource: !Sub ${Files.Arn}/out/*
"""

_ROUTE = """
{id}:
  Type: AWS::ApiGatewayV2::Route
  Properties:
    ApiId: !Ref BatchApi
    RouteKey: {key}
    Target: !Sub integrations/${{BatchApiIntegration}}
{auth}"""

_WITH_ROLE = """\
    AuthorizationType: AWS_IAM
"""

_WITH_SCOPE = """\
    AuthorizationType: JWT
    AuthorizerId: !Ref BatchApiAuthorizer
    AuthorizationScopes: [{scope}]
"""

_TOKENS = """
BatchApiAuthorizer:
  Type: AWS::ApiGatewayV2::Authorizer
  Properties:
    ApiId: !Ref BatchApi
    Name: tokens
    AuthorizerType: JWT
    IdentitySource: [$request.header.Authorization]
    JwtConfiguration: {{Issuer: {issuer}, Audience: {audience}}}
"""


def render_batch_api(api: Api) -> str:
    routes = [_ROUTE.format(id=i, key=json.dumps(f"{m} {p}"), auth=_auth(api, s)) for i, m, p, s in ROUTES]
    authorizer = _TOKENS.format(issuer=json.dumps(api.issuer), audience=json.dumps(list(api.audience)))
    return _API + rights_of_any("BatchApi") + "".join(routes) + (authorizer if api.has_tokens else "")


def logical_ids(api: Api) -> list[str]:
    """The resources that `render_batch_api` makes."""
    return [*_FIXED, *(route[0] for route in ROUTES), *([_AUTHORIZER] if api.has_tokens else [])]


def _auth(api: Api, scope: str) -> str:
    return _WITH_SCOPE.format(scope=f'"{scope}"') if api.has_tokens else _WITH_ROLE
