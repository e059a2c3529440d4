"""What a job's function and its EventBridge rules are called: one rule per expression and storefront."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from nightshift_tools.manifest.model import Entry, Job

MAX_STACK_NAME = 24
"""Characters a stack's name may have: what is left of EventBridge's 64 is the rules' own."""

MAX_RULE_NAME = 64 - MAX_STACK_NAME - len("-")
_HASH = 8
_JOB = 24


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. Its name lacks the stack's, which CloudFormation puts before it with a '-'."""

    name: str
    logical_id: str
    schedule: str
    storefront: str | None
    expression: str
    enabled: bool


def rules_of(job: Job, entry: Entry) -> Iterator[Rule]:
    """The rules of one schedule, storefronts in their order, expressions in theirs."""
    kind = "Schedule" if entry.needs_scheduler else "Rule"
    storefronts: tuple[str | None, ...] = entry.storefronts if job.storefronts else (None,)
    for storefront in storefronts:
        for number, expression in enumerate(entry.expressions):
            digest = _digest(job.name, entry.name, storefront or "", str(number))
            yield Rule(
                name=_name(job.name, entry.name, storefront, digest),
                # A stack cannot turn a rule into a schedule of the same logical id.
                logical_id=f"{job.logical_id}{kind}{digest.upper()}",
                schedule=entry.name,
                storefront=storefront,
                expression=expression,
                enabled=job.enabled and entry.enabled,
            )


def function_name(job: str) -> str:
    """The name of a job's function, after the stack's and a '-': the job's own, or a short form of it."""
    return job if len(job) <= _JOB else f"{job[: _JOB - 7].rstrip('-')}-{_digest(job)[:6]}"


def rule_prefix(job: str) -> str:
    """What the names of a job's rules begin with, and of no other job's: '.' is in no job's name."""
    return f"{function_name(job)}."


def _name(job: str, schedule: str, storefront: str | None, digest: str) -> str:
    prefix = rule_prefix(job)
    label = "-".join(re.findall(r"[a-z0-9]+", f"{schedule} {storefront or ''}".lower()))
    room = MAX_RULE_NAME - len(prefix) - _HASH - 1
    return f"{prefix}{label[:room].rstrip('-')}-{digest}".replace(".-", ".")


def _digest(*parts: str) -> str:
    """Of the names alone, so that a rule stays the same one when its expression changes."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:_HASH]
