"""A deployed stack, as the environment that looks at it: its outputs name tables, bucket and queue."""

from __future__ import annotations

import os
from collections.abc import Mapping

from nightshift.errors import ConfigurationError

_OUTPUTS = {"STATE_TABLE": "StateTable", "LOG_TABLE": "LogTable", "FILES_BUCKET": "FilesBucket"}


def stack_environment(
    environment: Mapping[str, str], stack: str, *, profile: str | None, region: str | None
) -> dict[str, str]:
    """The environment with what a stack's outputs say; ConfigurationError where it cannot be asked."""
    import boto3  # AWS's clients take as long to import as all else
    from botocore.exceptions import BotoCoreError, ClientError

    # Every client of this process is of that profile, and in that Region.
    os.environ |= {name: value for name, value in (("AWS_PROFILE", profile), ("AWS_REGION", region)) if value}
    try:
        found = boto3.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
    except (BotoCoreError, ClientError) as error:
        raise ConfigurationError(
            f"the stack {stack!r} cannot be looked at ({error}): name it with --stack, and its account with "
            "--profile or AWS_PROFILE"
        ) from error
    outputs = {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", ())}
    missing = [output for output in _OUTPUTS.values() if output not in outputs]
    if missing:
        raise ConfigurationError(
            f"the stack {stack!r} has no output {missing[0]}: is it one of Nightshift's?"
        )
    return {**environment, **{variable: outputs[output] for variable, output in _OUTPUTS.items()}}
