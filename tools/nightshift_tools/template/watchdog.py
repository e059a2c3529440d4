"""What the watchdog may invoke, as text of template.yaml: the functions of the jobs, and no other.

The watchdog itself is written by hand, outside the region; only this depends on the manifest.
"""

from __future__ import annotations

from collections.abc import Sequence

from nightshift_tools.manifest import Job

LOGICAL_ID = "WatchdogResumes"

_POLICY = """\
WatchdogResumes:
  Type: AWS::IAM::Policy
  Properties:
    PolicyName: resumes
    Roles: [!Ref WatchdogRole]
    PolicyDocument:
      Version: "2012-10-17"
      Statement:
        - Sid: ResumeJobs
          Effect: Allow
          Action: lambda:InvokeFunction
          Resource:
{functions}
"""


def is_watched(job: Job) -> bool:
    """It has schedules, and a function of this stack: each look reads what they came to."""
    return bool(job.schedules) and not job.is_external


def is_resumed(job: Job) -> bool:
    """Some schedule of it fires: a slot of one that is switched off would be refused."""
    return is_watched(job) and job.enabled and any(schedule.enabled for schedule in job.schedules)


def render_resumes(jobs: Sequence[Job]) -> str:
    """The policy of the watchdog's role for these jobs."""
    functions = "\n".join(f"            - !GetAtt {job.function}.Arn" for job in jobs)
    return _POLICY.format(functions=functions)
