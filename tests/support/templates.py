"""A project's template, generated and translated as CloudFormation would get it."""

from __future__ import annotations

import fnmatch
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

from nightshift_tools.manifest import Manifest, parse
from nightshift_tools.template import plan, write

ROOT = Path(__file__).parents[2]

TIME = "2026-11-20T22:04:00Z"

VALUES = {
    "AWS::Partition": "aws",
    "AWS::Region": "eu-central-1",
    "AWS::AccountId": "123456789012",
    "AWS::StackName": "shop",
    "MedusaSecret": "nightshift/medusa",
    "MailIdentity": "shop.example",
    "State.Arn": "arn:aws:dynamodb:eu-central-1:123456789012:table/state",
    "Files.Arn": "arn:aws:s3:::files",
}

MANY_JOBS = """\
version: 1
jobs:
  sync:
    description: A job whose name begins another's
    schedule: {every_minutes: 5}
  sync-products:
    description: 'It''s "quoted": a job, übrigens 🌙'
    schedules:
      - {name: often, cron: "*/2 * * * *"}
      - {name: "Friday's, the 13th", cron: "0 0 13 * 5", enabled: false}
    retention_days: 45
  process-subscriptions:
    storefronts: [main, outlet]
    timeout: 60
    schedules:
      - {name: hourly, hourly: 0}
      - {name: nightly, daily: "02:00", storefronts: [outlet]}
  a-job-with-a-name-too-long-to-be-kept:
    schedule: {hourly: 5}
  quiet:
    alarms: false
    schedule: {hourly: 20}
  off:
    enabled: false
    schedule: {hourly: 10}
  by-hand:
    description: Without a schedule
    properties:
      EphemeralStorage: {Size: 1024}
      Environment: {Variables: {FONTS: "it's \\"here\\": 1"}}
  purge-logs:
    schedules:
      - {name: nightly, daily: "02:00", timezone: Europe/Berlin, window_minutes: 15}
      - {name: december, hourly: 30, not_before: 2026-12-01, not_after: 2026-12-31}
      - {name: hourly, hourly: 0}
      - {name: steady, rate: 6 hours}
      - {name: once, aws: "at(2199-01-01T08:00:00)"}
  report:
    function: external
    schedules:
      - {name: often, every_minutes: 10}
      - {name: morning, daily: "08:00", timezone: America/New_York, enabled: false}
  storefronts-abroad:
    storefronts: [main, outlet]
    timezone: Asia/Kolkata
    schedule: "0 9 13 * 5"
"""

EXTERNAL = """\
Parameters:
  ReportFunctionArn:
    Type: String
    Default: arn:aws:lambda:eu-central-1:123456789012:function:report
"""


class _NoManagedPolicies:
    def load(self) -> dict[str, str]:
        return {}


@dataclass(frozen=True)
class Project:
    """A generated project: its manifest, its template's text, and what SAM makes of that."""

    root: Path
    manifest: Manifest
    text: str
    resources: Mapping[str, dict[str, Any]]

    def of_type(self, kind: str) -> dict[str, dict[str, Any]]:
        """Properties by logical id."""
        found = {name: body for name, body in self.resources.items() if body["Type"] == kind}
        return {name: body.get("Properties", {}) for name, body in found.items()}

    @property
    def ticks(self) -> dict[str, dict[str, Any]]:
        """All that wakes a job, of either service."""
        ticks = self.of_type("AWS::Events::Rule") | self.of_type("AWS::Scheduler::Schedule")
        return {name: tick for name, tick in ticks.items() if name != "WatchdogRule"}


def make_project(root: Path, manifest: str) -> None:
    """A project in an empty folder: the shipped template and what its job needs, with another manifest."""
    (root / "schedules.yaml").write_text(manifest, "utf-8")
    template = (ROOT / "template.yaml").read_text("utf-8")
    if "ReportFunctionArn" not in template and "function: external" in manifest:
        template = template.replace("Parameters:\n", EXTERNAL, 1)
    (root / "template.yaml").write_text(template, "utf-8")
    package = root / "functions" / "sync_products"
    package.mkdir(parents=True)
    (package / "needs.toml").write_bytes((ROOT / "functions/sync_products/needs.toml").read_bytes())
    write(root, plan(root, {}))


def read_project(root: Path) -> Project:
    text = (root / "template.yaml").read_text("utf-8")
    manifest = parse((root / "schedules.yaml").read_text("utf-8"), {}, "schedules.yaml")
    return Project(root, manifest, text, translated(text))


def translated(text: str) -> dict[str, dict[str, Any]]:
    """The resources of the plain CloudFormation template. What is built is stood in for by an S3 address."""
    document = yaml_parse(text)
    document["Globals"]["Function"]["CodeUri"] = "s3://bucket/functions"
    for resource in document["Resources"].values():
        if resource["Type"] == "AWS::Serverless::LayerVersion":
            resource["Properties"]["ContentUri"] = "s3://bucket/layer"
    parameters = {name: entry.get("Default", name) for name, entry in document["Parameters"].items()}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(
            "AWS_DEFAULT_REGION", VALUES["AWS::Region"]
        )  # from it, the translator tells the partition
        resources: dict[str, dict[str, Any]] = transform(document, parameters, _NoManagedPolicies())[
            "Resources"
        ]
    return resources


def resolved(value: Any) -> str:
    """The text of a `Fn::Sub`, its variables replaced as in a stack called `shop`."""
    text = value["Fn::Sub"] if isinstance(value, dict) else value
    return re.sub(r"\$\{([^}]+)\}", lambda found: VALUES[found[1]], text)


def attribute(value: Any) -> tuple[str, str]:
    """Logical id and attribute of a `Fn::GetAtt`, or of a `Fn::Sub` that is nothing else."""
    if "Fn::Sub" in value:
        logical_id, _, name = value["Fn::Sub"].removeprefix("${").removesuffix("}").partition(".")
    else:
        logical_id, name = value["Fn::GetAtt"]
    return logical_id, name


def statements(role: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """All that a role may be granted, whatever the parameters."""
    for policy in role["Policies"]:
        for statement in policy["PolicyDocument"]["Statement"]:
            yield statement["Fn::If"][1] if "Fn::If" in statement else statement


def event_of(resource: Mapping[str, Any]) -> Any:
    """What a rule or a schedule passes on at `TIME`, as its service fills in the time."""
    if "Target" in resource:
        return json.loads(resource["Target"]["Input"].replace("<aws.scheduler.scheduled-time>", TIME))
    transformer = resource["Targets"][0]["InputTransformer"]
    assert transformer["InputPathsMap"] == {"time": "$.time"}
    return json.loads(transformer["InputTemplate"].replace("<time>", json.dumps(TIME)))


def target_of(resource: Mapping[str, Any]) -> str:
    """The logical id of the function that a rule or a schedule wakes, or the parameter with its ARN."""
    target = resource["Target"] if "Target" in resource else resource["Targets"][0]
    arn = target["Arn"]
    return arn["Ref"] if "Ref" in arn else attribute(arn)[0]


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def matches(pattern: str, text: str) -> bool:
    """As `ArnLike` and `StringLike` compare."""
    return fnmatch.fnmatchcase(text, pattern.replace("[", "[[]"))
