"""What a stack runs, as it says itself: its template carries the compiled manifest and its state's version.

`nightshift generate` writes them as metadata of one resource (docs/decisions/what-a-stack-says.md).
"""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import ClientError

from nightshift.errors import ConfigurationError, StateVersionError
from nightshift.manifest import VERSION as MANIFEST_VERSION
from nightshift.manifest import CompiledManifest, parse_manifest
from nightshift.state.codec import VERSION as STATE_VERSION
from nightshift_tools.aws.calls import asking, error_code
from nightshift_tools.template.dashboard import LOGICAL_ID, METADATA


def read_deployed(cloudformation: Any, stack: str) -> CompiledManifest:
    """The manifest that a stack runs.

    ConfigurationError where the stack does not say, or says it in a version that is not known here;
    StateVersionError where its state is of another version than this release reads.
    """
    with asking("cloudformation:DescribeStackResource", f"the stack {stack}"):
        try:
            answer = cloudformation.describe_stack_resource(StackName=stack, LogicalResourceId=LOGICAL_ID)
        except ClientError as error:
            if error_code(error) != "ValidationError":
                raise
            raise ConfigurationError(_of_another_kind(stack)) from None
    return parse_deployed(answer["StackResourceDetail"].get("Metadata"), stack)


def parse_deployed(metadata: str | None, stack: str) -> CompiledManifest:
    """As `read_deployed`, from the text of the metadata."""
    try:
        found = json.loads(metadata or "{}")[METADATA]
        state, manifest = str(found["state"]), json.loads(found["manifest"])
    except (json.JSONDecodeError, KeyError, TypeError):
        raise ConfigurationError(_of_another_kind(stack)) from None
    if state != str(STATE_VERSION):
        raise StateVersionError(
            f"the stack {stack} keeps its state in version {state}, and this release reads version "
            f"{STATE_VERSION}: use the release that deployed it, or deploy this one; nothing was changed"
        )
    version = manifest.get("version") if isinstance(manifest, dict) else None
    if version != MANIFEST_VERSION:
        raise ConfigurationError(
            f"the stack {stack} has a manifest of version {version}, and this release reads version "
            f"{MANIFEST_VERSION}: use the release that deployed it, or deploy this one with `make deploy`"
        )
    return parse_manifest(manifest, f"the manifest of the stack {stack}")


def _of_another_kind(stack: str) -> str:
    return (
        f"the stack {stack} does not say what it runs: it is of an older release of Nightshift, or of "
        "something else; deploy this release with `make deploy`, or name another with --stack"
    )
