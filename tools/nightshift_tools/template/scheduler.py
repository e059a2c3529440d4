"""Scheduler's schedules that wake a job, and the one role they share, as text of template.yaml."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from nightshift.times import to_text
from nightshift_tools.manifest import Job
from nightshift_tools.manifest.model import Entry
from nightshift_tools.manifest.rules import Rule
from nightshift_tools.template.events import quoted, target_arn

LOGICAL_ID = "SchedulerRole"

_SCHEDULE = """\
{logical_id}:
  Type: AWS::Scheduler::Schedule
  Properties:
    Name: !Sub ${{AWS::StackName}}-{name}
    GroupName: default
    ScheduleExpression: {expression}
    ScheduleExpressionTimezone: {zone}
    FlexibleTimeWindow: {window}
{dates}    State: {state}
    KmsKeyArn: !If [HasCustomerKey, !GetAtt CustomerManagedKey.Arn, !Ref AWS::NoValue]
    Target:
      Arn: {arn}
      RoleArn: !GetAtt SchedulerRole.Arn
      Input: {input}
      RetryPolicy: {{MaximumEventAgeInSeconds: 21600, MaximumRetryAttempts: 185}}
      DeadLetterConfig: {{Arn: !GetAtt DeliveryFailures.Arn}}
"""

# AWS asks for the schedule group in a role's trust and refuses a schedule's own ARN or a prefix of it.
_GROUP = "arn:${AWS::Partition}:scheduler:${AWS::Region}:${AWS::AccountId}:schedule-group/default"

_ROLE = """\
SchedulerRole:
  Type: AWS::IAM::Role
  Properties:
    AssumeRolePolicyDocument:
      Version: "2012-10-17"
      Statement:
        - Effect: Allow
          Principal: {{Service: scheduler.amazonaws.com}}
          Action: sts:AssumeRole
          Condition:
            StringEquals:
              aws:SourceAccount: !Ref AWS::AccountId
              aws:SourceArn: !Sub {group}
    Policies:
      - PolicyName: schedules
        PolicyDocument:
          Version: "2012-10-17"
          Statement:
            - Sid: WakeJobs
              Effect: Allow
              Action: lambda:InvokeFunction
              Resource:
{functions}
            - Sid: UndeliveredTicks
              Effect: Allow
              Action: sqs:SendMessage
              Resource: !GetAtt DeliveryFailures.Arn
            - !If
              - HasCustomerKey
              - Sid: CustomerKey
                Effect: Allow
                Action: [kms:Decrypt, kms:GenerateDataKey]
                Resource: !GetAtt CustomerManagedKey.Arn
                Condition:
                  StringEquals:
                    kms:ViaService:
                      - !Sub scheduler.${{AWS::Region}}.amazonaws.com
                      - !Sub sqs.${{AWS::Region}}.amazonaws.com
              - !Ref AWS::NoValue
"""


def render_schedule(job: Job, entry: Entry, rule: Rule) -> str:
    """For a schedule that has a zone, a window, a first or last day, or only one firing."""
    minutes = entry.window_minutes
    # Without quotes, OFF is `false` to YAML.
    return _SCHEDULE.format(
        logical_id=rule.logical_id,
        name=rule.name,
        expression=f'"{rule.expression}"',
        zone=f'"{entry.zone}"',
        window='{Mode: "OFF"}'
        if minutes is None
        else f"{{Mode: FLEXIBLE, MaximumWindowInMinutes: {minutes}}}",
        dates=_date("StartDate", entry.start) + _date("EndDate", entry.end),
        state="!Ref SchedulesState" if rule.enabled else "DISABLED",
        arn=target_arn(job),
        input=_input(job, rule),
    )


def render_scheduler_role(jobs: Sequence[Job]) -> str:
    """For the schedules of these jobs: it may invoke their functions and no other."""
    functions = "\n".join(f"                - {target_arn(job)}" for job in jobs)
    return _ROLE.format(group=_GROUP, functions=functions)


def _date(key: str, instant: datetime | None) -> str:
    return f'    {key}: "{to_text(instant)}"\n' if instant else ""


def _input(job: Job, rule: Rule) -> str:
    """The event of a tick. Scheduler puts the slot's time into the text, so the quotes are ours."""
    event = {
        "job": job.name,
        "schedule": rule.schedule,
        "storefront": rule.storefront,
        "scheduled_time": "<aws.scheduler.scheduled-time>",
    }
    return quoted(json.dumps(event))
