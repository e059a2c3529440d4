"""What batch jobs need beside the function that works them off, as text of template.yaml: their queue, and
what the watchdog may do for them. It is there where the manifest has `run-batch-job`."""

from __future__ import annotations

from nightshift.batch_jobs.model import JOB, QUEUE
from nightshift_tools.manifest import Job

LOGICAL_IDS = (
    "BatchJobs",
    "BatchJobFailures",
    "BatchJobFailuresAlarm",
    "BatchJobMessages",
    "WatchdogBatchJobs",
)

_QUEUE = """\
# Which batch jobs there is something to do for. A message is hidden for as long as six tries would take.
BatchJobs:
  Type: AWS::SQS::Queue
  Properties:
    QueueName: !Sub ${{AWS::StackName}}-{queue}
    VisibilityTimeout: {visible}
    MessageRetentionPeriod: 345600
    RedrivePolicy: {{deadLetterTargetArn: !GetAtt BatchJobFailures.Arn, maxReceiveCount: 5}}
    SqsManagedSseEnabled: !If [HasCustomerKey, !Ref AWS::NoValue, true]
    KmsMasterKeyId: !If [HasCustomerKey, !GetAtt CustomerManagedKey.Arn, !Ref AWS::NoValue]

# Messages that could not be dealt with in five tries. The watchdog tells of their batch jobs again.
BatchJobFailures:
  Type: AWS::SQS::Queue
  Properties:
    MessageRetentionPeriod: 1209600
    SqsManagedSseEnabled: !If [HasCustomerKey, !Ref AWS::NoValue, true]
    KmsMasterKeyId: !If [HasCustomerKey, !GetAtt CustomerManagedKey.Arn, !Ref AWS::NoValue]

BatchJobFailuresAlarm:
  Type: AWS::CloudWatch::Alarm
  Properties:
    AlarmDescription: Messages of batch jobs could not be dealt with; the queue BatchJobFailures has them
    Namespace: AWS/SQS
    MetricName: ApproximateNumberOfMessagesVisible
    Dimensions: [{{Name: QueueName, Value: !GetAtt BatchJobFailures.QueueName}}]
    Statistic: Maximum
    Period: 300
    EvaluationPeriods: 1
    Threshold: 0
    ComparisonOperator: GreaterThanThreshold
    TreatMissingData: ignore
    AlarmActions: !If [HasAlarmTopic, [!Ref AlarmTopicArn], !Ref AWS::NoValue]

# One message an invocation, so that no batch job waits for another's time. Only those that failed come again.
BatchJobMessages:
  Type: AWS::Lambda::EventSourceMapping
  Properties:
    EventSourceArn: !GetAtt BatchJobs.Arn
    FunctionName: !Ref {function}
    BatchSize: 1
    FunctionResponseTypes: [ReportBatchItemFailures]
    ScalingConfig: {{MaximumConcurrency: 5}}

WatchdogBatchJobs:
  Type: AWS::IAM::Policy
  Properties:
    PolicyName: batch-jobs
    Roles: [!Ref WatchdogRole]
    PolicyDocument:
      Version: "2012-10-17"
      Statement:
        - Sid: UnfinishedBatchJobs
          Effect: Allow
          Action: dynamodb:Query
          Resource: !Sub ${{State.Arn}}/index/open
          Condition: {{"ForAllValues:StringEquals": {{"dynamodb:LeadingKeys": [BATCH]}}}}
        - Sid: BatchJobs
          Effect: Allow
          Action: dynamodb:BatchGetItem
          Resource: !GetAtt State.Arn
          Condition: {{"ForAllValues:StringLike": {{"dynamodb:LeadingKeys": ["BATCH#*"]}}}}
        - Sid: TellWorkers
          Effect: Allow
          Action: [sqs:GetQueueUrl, sqs:SendMessage]
          Resource: !GetAtt BatchJobs.Arn
"""


def has_batch_jobs(job: Job) -> bool:
    return job.name == JOB and not job.is_external


def render_batch_jobs(job: Job) -> str:
    return _QUEUE.format(queue=QUEUE, visible=6 * job.timeout, function=job.function)


def variables_of(job: Job) -> dict[str, str]:
    """What the function must know beside its needs."""
    return {"BATCH_QUEUE_URL": "!Ref BatchJobs"} if has_batch_jobs(job) else {}
