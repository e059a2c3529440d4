"""The rules that wake a job, and the one permission for them all, as text of template.yaml."""

from __future__ import annotations

import json

from nightshift_tools.manifest import Job
from nightshift_tools.manifest.rules import Rule, rule_prefix
from nightshift_tools.template.events import external_parameter, quoted, target_arn

_PERMISSION = """\
{id}Permission:
  Type: AWS::Lambda::Permission
  Properties:
    Action: lambda:InvokeFunction
    FunctionName: {function}
    Principal: events.amazonaws.com
    SourceArn: !Sub {rules}
"""

_RULES = "arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:rule/${AWS::StackName}-"

_RULE = """\
{logical_id}:
  Type: AWS::Events::Rule
  Properties:
    Name: !Sub ${{AWS::StackName}}-{name}
    ScheduleExpression: {expression}
    State: {state}
    Targets:
      - Id: job
        Arn: {arn}
        InputTransformer:
          InputPathsMap: {{time: $.time}}
          InputTemplate: {input}
        RetryPolicy: {{MaximumEventAgeInSeconds: 21600, MaximumRetryAttempts: 185}}
        DeadLetterConfig: {{Arn: !GetAtt DeliveryFailures.Arn}}
"""


def render_permission(job: Job) -> str:
    """For all rules of a job: a permission each would overflow the function's policy near 45 rules."""
    function = external_parameter(job) if job.is_external else job.function
    return _PERMISSION.format(
        id=job.logical_id, function=f"!Ref {function}", rules=f"{_RULES}{rule_prefix(job.name)}*"
    )


def render_rule(job: Job, rule: Rule) -> str:
    return _RULE.format(
        logical_id=rule.logical_id,
        arn=target_arn(job),
        name=rule.name,
        expression=f'"{rule.expression}"',
        state="!Ref SchedulesState" if rule.enabled else "DISABLED",
        input=_input(job, rule),
    )


def _input(job: Job, rule: Rule) -> str:
    """The event of a tick. EventBridge itself puts the quotes around `<time>`."""
    fixed = json.dumps({"job": job.name, "schedule": rule.schedule, "storefront": rule.storefront})
    template = fixed.removesuffix("}") + ', "scheduled_time": <time>}'
    return quoted(template)
