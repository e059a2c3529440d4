"""The dashboard: what the jobs of a manifest did, as text of template.yaml."""

from __future__ import annotations

import json
from collections.abc import Sequence

from nightshift_tools.manifest import Job

LOGICAL_ID = "Dashboard"
QUEUES = ("DeliveryFailures", "ExecutionFailures", "DeadLetters")

_DASHBOARD = """\
Dashboard:
  Type: AWS::CloudWatch::Dashboard
  Properties:
    DashboardName: !Ref AWS::StackName
    DashboardBody: !Sub |
{body}
"""

_WIDTH, _HEIGHT, _COLUMNS = 12, 7, 24


def render_dashboard(jobs: Sequence[Job]) -> str:
    """One line per job in each graph. A run tells its failure as 0 or 1, so that their count is the runs."""
    names = [job.name for job in jobs]
    widgets = [
        _graph("Runs", "SampleCount", [_of_job("FailedRuns", name) for name in names]),
        _graph("Failed runs", "Sum", [_of_job("FailedRuns", name) for name in names]),
        _graph(
            "Duration of a run, ms (95 of 100 are below)", "p95", [_of_job("RunDuration", n) for n in names]
        ),
        _graph("Records set aside", "Sum", [_of_job("QuarantinedRecords", name) for name in names]),
        _graph("Messages in the queues of failures", "Maximum", [_of_queue(queue) for queue in QUEUES]),
    ]
    placed = [{**_place(number), **widget} for number, widget in enumerate(widgets)]
    lines = ",\n".join(json.dumps(widget) for widget in placed)
    body = f'{{"widgets": [\n{lines}\n]}}'
    return _DASHBOARD.format(body="\n".join(f"      {line}" for line in body.splitlines()))


def _of_job(metric: str, job: str) -> list[object]:
    return ["${MetricsNamespace}", metric, "job", job, {"label": job}]


def _of_queue(queue: str) -> list[object]:
    name = f"${{{queue}.QueueName}}"
    return ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", name, {"label": queue}]


def _graph(title: str, statistic: str, metrics: list[list[object]]) -> dict[str, object]:
    properties = {
        "title": title,
        "region": "${AWS::Region}",
        "stat": statistic,
        "period": 300,
        "metrics": metrics,
    }
    return {"type": "metric", "properties": properties}


def _place(number: int) -> dict[str, int]:
    left = number * _WIDTH % _COLUMNS
    return {"x": left, "y": number * _WIDTH // _COLUMNS * _HEIGHT, "width": _WIDTH, "height": _HEIGHT}
