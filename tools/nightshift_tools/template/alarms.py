"""The alarms of a job, as text of template.yaml: runs that failed, runs that did not come, and its own."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from nightshift_tools.manifest import Job

_ALARM = """\
{id}{metric}Alarm:
  Type: AWS::CloudWatch::Alarm
  Properties:
    AlarmDescription: {description}
    Namespace: !Ref MetricsNamespace
    MetricName: {metric}
    Dimensions: [{{Name: job, Value: {job}}}]
    Statistic: {statistic}
    Period: 300
    EvaluationPeriods: 1
    Threshold: 0
    ComparisonOperator: GreaterThanThreshold
    TreatMissingData: {missing}
    AlarmActions: !If [HasAlarmTopic, [!Ref AlarmTopicArn], !Ref AWS::NoValue]
"""

_WATCHED = """\
    InsufficientDataActions: !If [HasAlarmTopic, [!Ref AlarmTopicArn], !Ref AWS::NoValue]
"""


FAILED_RUNS, MISSING_RUNS = "FailedRuns", "MissingRuns"
RUN_METRICS = (FAILED_RUNS, MISSING_RUNS, "QuarantinedRecords", "RunDuration")
"""What the engine tells of each job; a job's own metrics have other names."""


def alarms_of(job: Job, own: Iterable[str] = ()) -> tuple[str, ...]:
    """The metrics that a job has alarms for: failed runs, missing runs where a schedule brings any; `own`."""
    if not job.has_alarms or job.is_external:
        return ()
    is_expected = job.enabled and any(entry.enabled for entry in job.schedules)
    return (FAILED_RUNS, *((MISSING_RUNS,) if is_expected else ()), *own)


def render_alarms(job: Job, own: Mapping[str, str]) -> list[str]:
    """The alarms of a job, each by itself; `own` are metrics of the job, with what each alarm means."""
    failed = f"A run of {job.name} failed; `nightshift runs {job.name}` has the reason"
    meanings = {FAILED_RUNS: failed, **own}
    return [
        _missing_runs(job) if metric == MISSING_RUNS else _counted(job, metric, meanings[metric])
        for metric in alarms_of(job, own)
    ]


def _counted(job: Job, metric: str, meaning: str) -> str:
    # Between ticks there is no data, and no run is no failed run: that is for the other alarm to tell.
    return _ALARM.format(
        id=job.logical_id,
        job=job.name,
        metric=metric,
        description=json.dumps(meaning),
        statistic="Sum",
        missing="notBreaching",
    )


def _missing_runs(job: Job) -> str:
    # Without data nobody watches: no alarm before there is a watchdog, and word of one that falls silent.
    text = _ALARM.format(
        id=job.logical_id,
        job=job.name,
        metric=MISSING_RUNS,
        description=json.dumps(f"A slot of {job.name} passed and was never claimed; are its schedules on?"),
        statistic="Maximum",
        missing="missing",
    )
    return text + _WATCHED
