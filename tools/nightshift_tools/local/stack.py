"""A deployed stack, as the environment that looks at it: its outputs name tables, bucket and queue."""

from __future__ import annotations

import os
from collections.abc import Mapping

from nightshift.errors import ConfigurationError

DEFAULT_STACK = "nightshift"
_OUTPUTS = {"STATE_TABLE": "StateTable", "LOG_TABLE": "LogTable", "FILES_BUCKET": "FilesBucket"}


def stack_environment(
    environment: Mapping[str, str], stack: str | None, profile: str | None
) -> dict[str, str]:
    """The environment with what a stack's outputs say; ConfigurationError where it cannot be asked."""
    import boto3  # AWS's clients take as long to import as all else
    from botocore.exceptions import BotoCoreError, ClientError

    name = stack or DEFAULT_STACK
    if profile:
        os.environ["AWS_PROFILE"] = profile  # every client of this process is that profile's
    try:
        found = boto3.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]
    except (BotoCoreError, ClientError) as error:
        raise ConfigurationError(
            f"the stack {name!r} cannot be looked at ({error}): name it with --stack, and its account with "
            "--profile or AWS_PROFILE"
        ) from error
    outputs = {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", ())}
    missing = [output for output in _OUTPUTS.values() if output not in outputs]
    if missing:
        raise ConfigurationError(f"the stack {name!r} has no output {missing[0]}: is it one of Nightshift's?")
    return {**environment, **{variable: outputs[output] for variable, output in _OUTPUTS.items()}}
