"""The role of a job's function, as text of template.yaml: what the engine does for it, and what it declares.

No action and no resource is a bare `*`; partitions are named by their leading key.
"""

from __future__ import annotations

from nightshift_tools.manifest import Job
from nightshift_tools.template.needs import Needs

_ROLE = """\
{id}Role:
  Type: AWS::IAM::Role
  Properties:
    AssumeRolePolicyDocument:
      Version: "2012-10-17"
      Statement:
        - {{Effect: Allow, Principal: {{Service: lambda.amazonaws.com}}, Action: sts:AssumeRole}}
    Policies:
      - PolicyName: {job}
        PolicyDocument:
          Version: "2012-10-17"
          Statement:
            - Sid: OwnState
              Effect: Allow
              Action:
                - dynamodb:DeleteItem
                - dynamodb:GetItem
                - dynamodb:PutItem
                - dynamodb:Query
                - dynamodb:UpdateItem
              Resource: !GetAtt State.Arn
              Condition: {{"ForAllValues:StringLike": {{"dynamodb:LeadingKeys": [{keys}]}}}}
            - Sid: LogRecords
              Effect: Allow
              Action: dynamodb:BatchWriteItem
              Resource: !GetAtt Log.Arn
              Condition: {{"ForAllValues:StringLike": {{"dynamodb:LeadingKeys": ["RUN#*"]}}}}
"""

_OF_EVERY_FUNCTION = """\
            - Sid: OwnLogGroup
              Effect: Allow
              Action: [logs:CreateLogStream, logs:PutLogEvents]
              Resource: !GetAtt <id>LogGroup.Arn
            - Sid: FailedRuns
              Effect: Allow
              Action: sqs:SendMessage
              Resource: [!GetAtt ExecutionFailures.Arn, !GetAtt DeadLetters.Arn]
            - Sid: Traces
              Effect: Allow
              Action: [xray:PutTelemetryRecords, xray:PutTraceSegments]
              # X-Ray has no resources to name.
              Resource: "*"
            - !If
              - HasCustomerKey
              - Sid: CustomerKey
                Effect: Allow
                Action: [kms:Decrypt, kms:GenerateDataKey]
                Resource: !GetAtt CustomerManagedKey.Arn
                Condition:
                  StringEquals:
                    kms:ViaService:
                      - !Sub dynamodb.${AWS::Region}.amazonaws.com
                      - !Sub lambda.${AWS::Region}.amazonaws.com
                      - !Sub s3.${AWS::Region}.amazonaws.com
                      - !Sub sqs.${AWS::Region}.amazonaws.com
              - !Ref AWS::NoValue
"""

_OWN_SECRETS = """\
            - Sid: OwnSecrets
              Effect: Allow
              Action: secretsmanager:GetSecretValue
              Resource:
{arns}
"""

# A secret's ARN ends with six characters that its name does not have.
_ARN = (
    "                - !Sub arn:${{AWS::Partition}}:secretsmanager:${{AWS::Region}}:${{AWS::AccountId}}"
    ":secret:${{{parameter}}}-??????"
)


def rights_of_any(logical_id: str) -> str:
    """What the role of any function ends with: its log, its failures, its traces, the customer key."""
    return _OF_EVERY_FUNCTION.replace("<id>", logical_id)


def render_role(job: Job, needs: Needs) -> str:
    partition = f"JOB#{job.name}"
    # Exact, or up to the '@': a bare prefix would open `sync-products` to the job `sync`.
    keys = f"{partition}@*" if job.storefronts else partition
    text = _ROLE.format(id=job.logical_id, job=job.name, keys=f'"{keys}"') + rights_of_any(job.logical_id)
    if needs.secrets:
        arns = "\n".join(_ARN.format(parameter=parameter) for parameter in needs.secrets.values())
        text += _OWN_SECRETS.format(arns=arns)
    return text + "".join(grant.render() for grant in needs.grants)
