"""What moto's CloudFormation leaves out and AWS's answers: the metadata of a stack's resource."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.responses import CloudFormationResponse
from moto.core.responses import ActionResult


@contextmanager
def mended() -> Iterator[None]:
    """moto with the gaps closed, for the length of the block."""
    name = "describe_stack_resource"
    before = getattr(CloudFormationResponse, name)
    setattr(CloudFormationResponse, name, _describe_stack_resource)
    try:
        yield
    finally:
        setattr(CloudFormationResponse, name, before)


def _describe_stack_resource(self: Any) -> ActionResult:
    """From the template, also for kinds of resources that moto does not make."""
    stack = self.cloudformation_backend.get_stack(self._get_param("StackName"))
    name = self._get_param("LogicalResourceId")
    resource = json.loads(stack.template)["Resources"].get(name)
    if resource is None:
        raise ValidationError(message=f"Resource {name} does not exist for stack {stack.name}")
    metadata = resource.get("Metadata")
    detail = SimpleNamespace(
        stack_name=stack.name,
        stack_id=stack.stack_id,
        logical_resource_id=name,
        resource_type=resource["Type"],
        last_updated_timestamp=stack.creation_time,
        resource_status=stack.status,
        metadata=None if metadata is None else json.dumps(metadata),
    )
    return ActionResult({"StackResourceDetail": detail})
