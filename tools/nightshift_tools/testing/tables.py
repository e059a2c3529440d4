"""The DynamoDB tables of `template.yaml`, made on an emulator: tests run on the tables that are deployed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor
from ruamel.yaml.nodes import Node, ScalarNode

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

TEMPLATE = Path(__file__).resolve().parents[3] / "template.yaml"

# What an emulator acts on; the rest (encryption, recovery, tags, deletion protection) is AWS's alone.
_MADE = (
    "AttributeDefinitions",
    "KeySchema",
    "BillingMode",
    "GlobalSecondaryIndexes",
    "LocalSecondaryIndexes",
)


@dataclass(frozen=True, slots=True)
class TableNames:
    """The names of one pair of tables."""

    state: str
    log: str


def create_tables(client: DynamoDBClient, prefix: str, template: Path = TEMPLATE) -> TableNames:
    """Make the tables State and Log of a template as `<prefix>-state` and `<prefix>-log`, with their TTL."""
    resources = _resources(template)
    names = TableNames(f"{prefix}-state", f"{prefix}-log")
    _create(client, names.state, resources["State"]["Properties"])
    _create(client, names.log, resources["Log"]["Properties"])
    return names


def _create(client: DynamoDBClient, name: str, properties: Mapping[str, Any]) -> None:
    wanted = {part: properties[part] for part in _MADE if part in properties}
    client.create_table(TableName=name, **wanted)
    if "TimeToLiveSpecification" in properties:
        client.update_time_to_live(
            TableName=name, TimeToLiveSpecification=properties["TimeToLiveSpecification"]
        )


@cache  # a test makes many pairs of tables, and a template takes half a second to read
def _resources(template: Path) -> Mapping[str, Any]:
    reader = YAML(typ="safe", pure=True)
    reader.Constructor = _Constructor
    found: Mapping[str, Any] = reader.load(template)["Resources"]
    return found


class _Constructor(SafeConstructor):
    """Reads CloudFormation's short forms (`!Ref`, `!If`, …) as text; nothing that is made here uses one."""


def _tag(constructor: SafeConstructor, suffix: str, node: Node) -> str:
    return f"!{suffix} {node.value}" if isinstance(node, ScalarNode) else f"!{suffix}"


_Constructor.add_multi_constructor("!", _tag)
