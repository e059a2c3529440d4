"""The dashboard: what the jobs of a manifest did, as text of template.yaml.

It carries the manifest as well: a stack can be asked what it runs (docs/decisions/what-a-stack-says.md).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from nightshift.state.codec import VERSION as STATE_VERSION
from nightshift_tools.manifest import Job, Manifest, compile_manifest

LOGICAL_ID = "Dashboard"
METADATA = "Nightshift"
QUEUES = ("DeliveryFailures", "ExecutionFailures", "DeadLetters")

_DASHBOARD = """\
Dashboard:
  Type: AWS::CloudWatch::Dashboard
  Metadata:
    # What this stack runs, as `nightshift status --aws` and its like read it.
{metadata}
  Properties:
    DashboardName: !Ref AWS::StackName
    DashboardBody: !Sub |
{body}
"""

_WIDTH, _HEIGHT, _COLUMNS = 12, 7, 24


def render_dashboard(manifest: Manifest, jobs: Sequence[Job]) -> str:
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
    return _DASHBOARD.format(
        metadata="\n".join(f"    {line}" for line in _metadata(manifest)),
        body="\n".join(f"      {line}" for line in body.splitlines()),
    )


def _metadata(manifest: Manifest) -> Iterator[str]:
    """The version of the state, and the compiled manifest as text in ASCII, a line per job.

    As text, because CloudFormation takes no null and gives numbers back as text.
    """
    compiled = compile_manifest(manifest)
    jobs: Any = compiled.pop("jobs")
    yield f"{METADATA}:"
    yield f'  state: "{STATE_VERSION}"'
    yield "  manifest: |"
    yield f"    {json.dumps(compiled)[:-1]},"
    yield '    "jobs": {'
    for number, (name, job) in enumerate(jobs.items(), 1):
        yield f"    {json.dumps(name)}: {json.dumps(job)}{',' if number < len(jobs) else ''}"
    yield "    }}"


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
