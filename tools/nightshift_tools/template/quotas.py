"""What AWS would refuse, refused before anything is written, with the job that goes too far."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from nightshift_tools.manifest import Job, Manifest
from nightshift_tools.manifest.rules import MAX_RULE_NAME, rule_prefix, rules_of
from nightshift_tools.template.errors import TemplateError
from nightshift_tools.template.job import logical_ids

MAX_RULES = 300
MAX_RESOURCES = 500


def check_quotas(manifest: Manifest, by_hand: Sequence[str]) -> None:
    """TemplateError where the jobs, with the resources written by hand, exceed a quota or share a name.

    The quotas are those of AWS's documents of EventBridge, CloudFormation and IAM. Expressions are checked
    where they are printed.
    """
    owners = dict.fromkeys(by_hand, "a resource written by hand")
    prefixes: dict[str, str] = {}
    rules = 0
    for job in manifest.jobs.values():
        _check_names(job, owners, prefixes)
        rules += _rules(job)
        if rules > MAX_RULES:
            _refuse(job, f"with it there are {rules} rules, and an event bus takes {MAX_RULES}")
        if len(owners) > MAX_RESOURCES:
            _refuse(job, f"with it there are {len(owners)} resources, and a stack takes {MAX_RESOURCES}")


def _check_names(job: Job, owners: dict[str, str], prefixes: dict[str, str]) -> None:
    for logical_id in logical_ids(job):
        if logical_id in owners:
            _refuse(
                job, f"its resource {logical_id} is there already, of {owners[logical_id]}; name it otherwise"
            )
        owners[logical_id] = f"job {job.name}"
    other = prefixes.setdefault(rule_prefix(job.name), job.name)
    if other != job.name:
        _refuse(job, f"its rules would be named as those of {other}; name it otherwise")
    for entry in job.schedules:
        for rule in rules_of(job, entry):
            if len(rule.name) > MAX_RULE_NAME:
                _refuse(job, f"the rule {rule.name} has more than {MAX_RULE_NAME} characters")


def _rules(job: Job) -> int:
    return sum(1 for entry in job.schedules for _ in rules_of(job, entry))


def _refuse(job: Job, reason: str) -> NoReturn:
    raise TemplateError(f"jobs.{job.name}: {reason}")
