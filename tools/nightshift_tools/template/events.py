"""What rules and schedules have in common: the function they wake, and text inside YAML."""

from __future__ import annotations

from nightshift_tools.manifest import Job


def external_parameter(job: Job) -> str:
    """The template's parameter that has the ARN of an external job's function."""
    return f"{job.function}Arn"


def target_arn(job: Job) -> str:
    return f"!Ref {external_parameter(job)}" if job.is_external else f"!GetAtt {job.function}.Arn"


def quoted(text: str) -> str:
    """A text as a YAML scalar in which nothing but the quote itself means anything."""
    return "'" + text.replace("'", "''") + "'"
