"""A project's template, generated and translated as CloudFormation would get it."""

from __future__ import annotations

import fnmatch
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

VALUES = {
    "AWS::Partition": "aws",
    "AWS::Region": "eu-central-1",
    "AWS::AccountId": "123456789012",
    "AWS::StackName": "shop",
    "MedusaSecret": "nightshift/medusa",
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
  off:
    enabled: false
    schedule: {hourly: 10}
  by-hand:
    description: Without a schedule
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


def make_project(root: Path, manifest: str) -> None:
    """A project in an empty folder: the shipped template and what its job needs, with another manifest."""
    (root / "schedules.yaml").write_text(manifest, "utf-8")
    (root / "template.yaml").write_bytes((ROOT / "template.yaml").read_bytes())
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
    document["Resources"]["NightshiftLayer"]["Properties"]["ContentUri"] = "s3://bucket/layer"
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
    """Logical id and attribute of a `Fn::GetAtt`."""
    logical_id, name = value["Fn::GetAtt"]
    return logical_id, name


def statements(role: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for policy in role["Policies"]:
        yield from policy["PolicyDocument"]["Statement"]


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def matches(pattern: str, text: str) -> bool:
    """As `ArnLike` and `StringLike` compare."""
    return fnmatch.fnmatchcase(text, pattern.replace("[", "[[]"))
