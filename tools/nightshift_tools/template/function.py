"""The function of a job and its log group, as text of template.yaml."""

from __future__ import annotations

import json
import re

from nightshift.settings import environment_prefix
from nightshift_tools.manifest import Job
from nightshift_tools.manifest.rules import function_name
from nightshift_tools.template import batch_jobs
from nightshift_tools.template.needs import Needs
from nightshift_tools.template.properties import read_properties

_RETENTIONS = (
    1,
    3,
    5,
    7,
    14,
    30,
    60,
    90,
    120,
    150,
    180,
    365,
    400,
    545,
    731,
    1096,
    1827,
    2192,
    2557,
    2922,
    3288,
    3653,
)
"""The days for which CloudWatch keeps logs; a job's own number is rounded up to one of them."""

_AT_RUN_TIME = ("BATCH_SIZE", "DRY_RUN", "MAX_RETRIES")
"""What `nightshift.settings` reads from the environment, after the job's prefix."""

_FUNCTION = """\
{id}Function:
  Type: AWS::Serverless::Function
  Metadata:
    checkov:
      skip:
        - {{id: CKV_AWS_117, comment: It reaches nothing private; a VPC would only add what fails and costs}}
  Properties:
    FunctionName: !Sub ${{AWS::StackName}}-{name}
    Description: {description}
    Handler: {handler}
    Role: !GetAtt {id}Role.Arn
    MemorySize: {memory}
    Timeout: {timeout}
    Tracing: Active
    KmsKeyArn: !If [HasCustomerKey, !GetAtt CustomerManagedKey.Arn, !Ref AWS::NoValue]
    LoggingConfig: {{LogGroup: !Ref {id}LogGroup}}
    Environment:
      Variables:
{variables}
    DeadLetterQueue: {{Type: SQS, TargetArn: !GetAtt DeadLetters.Arn}}
    EventInvokeConfig:
      MaximumRetryAttempts: 2
      MaximumEventAgeInSeconds: 21600
      DestinationConfig:
        OnFailure: {{Type: SQS, Destination: !GetAtt ExecutionFailures.Arn}}
{properties}"""

_OURS = frozenset(re.findall(r"^    ([A-Za-z]+):", _FUNCTION, re.MULTILINE)) | {"Environment"}

_LOG_GROUP = """\
{id}LogGroup:
  Type: AWS::Logs::LogGroup
  Properties:
    LogGroupName: !Sub /aws/lambda/${{AWS::StackName}}-{name}
    RetentionInDays: {retention}
    KmsKeyId: !If [HasCustomerKey, !GetAtt CustomerManagedKey.Arn, !Ref AWS::NoValue]
"""


def render_function(job: Job, needs: Needs) -> str:
    """TemplateError where the job's `properties` would replace what stands here."""
    added = read_properties(job, _OURS, _variables(job, needs))
    variables = _variables(job, needs) | {name: json.dumps(value) for name, value in added.variables.items()}
    return _FUNCTION.format(
        id=job.logical_id,
        name=function_name(job.name),
        description=json.dumps(job.description or f"Job {job.name}", ensure_ascii=False),
        handler=job.handler,
        memory=job.memory,
        timeout=job.timeout,
        variables="\n".join(f"        {name}: {value}" for name, value in variables.items()),
        properties="".join(
            f"    {name}: {json.dumps(value, ensure_ascii=False)}\n"
            for name, value in added.properties.items()
        ),
    )


def render_log_group(job: Job) -> str:
    retention = next(days for days in _RETENTIONS if days >= job.retention_days)
    return _LOG_GROUP.format(id=job.logical_id, name=function_name(job.name), retention=retention)


def _variables(job: Job, needs: Needs) -> dict[str, str]:
    prefix = environment_prefix(job.name)
    set_later = (*needs.local, *(f"{prefix}{name}" for name in _AT_RUN_TIME))
    return {
        "LOG_LEVEL": job.log_level,
        **batch_jobs.variables_of(job),
        **{name: f"!Ref {parameter}" for name, parameter in needs.environment.items()},
        **{name: f"!Ref {parameter}" for name, parameter in needs.secrets.items()},
        **dict.fromkeys(set_later, '""'),
    }
