"""What AWS would refuse, refused before anything is written, with the job that goes too far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NoReturn

from nightshift_tools.manifest import Job, Manifest
from nightshift_tools.manifest.rules import MAX_RULE_NAME, rule_prefix
from nightshift_tools.template.errors import TemplateError
from nightshift_tools.template.job import logical_ids, ticks, uses_scheduler
from nightshift_tools.template.needs import Needs
from nightshift_tools.template.render import shared_ids
from nightshift_tools.template.watchdog import is_resumed

MAX_RULES = 300
MAX_RESOURCES = 500
MAX_WOKEN_BY_SCHEDULER = 75
"""Functions in the one role of Scheduler's schedules: 10,240 characters hold so many ARNs of full length."""
MAX_RESUMED = 75
"""Functions that the watchdog's role may invoke, by the same measure."""


def check_quotas(manifest: Manifest, needs: Mapping[str, Needs], by_hand: Sequence[str]) -> None:
    """TemplateError where the jobs, with the resources written by hand, exceed a quota or share a name.

    The quotas are those of AWS's documents of EventBridge, CloudFormation and IAM. Expressions are checked
    where they are printed.
    """
    owners = dict.fromkeys(by_hand, "a resource written by hand")
    for logical_id in shared_ids(manifest):
        if logical_id in owners:
            raise TemplateError(
                f"template.yaml has a resource {logical_id} outside the markers, and one is generated; "
                "name yours otherwise"
            )
        owners[logical_id] = "all jobs"
    prefixes: dict[str, str] = {}
    rules = by_scheduler = resumed = 0
    for job in manifest.jobs.values():
        _check_names(job, needs[job.name], owners, prefixes)
        rules += _rules(job)
        if rules > MAX_RULES:
            _refuse(job, f"with it there are {rules} rules, and an event bus takes {MAX_RULES}")
        by_scheduler += uses_scheduler(job)
        if by_scheduler > MAX_WOKEN_BY_SCHEDULER:
            most = f"the role that they share names up to {MAX_WOKEN_BY_SCHEDULER}"
            _refuse(job, f"with it there are {by_scheduler} jobs with a zone, a window or dates, and {most}")
        resumed += is_resumed(job)
        if resumed > MAX_RESUMED:
            most = f"the watchdog's role names up to {MAX_RESUMED}"
            _refuse(job, f"with it there are {resumed} jobs with schedules that are switched on, and {most}")
        if len(owners) > MAX_RESOURCES:
            _refuse(job, f"with it there are {len(owners)} resources, and a stack takes {MAX_RESOURCES}")


def _check_names(job: Job, needs: Needs, owners: dict[str, str], prefixes: dict[str, str]) -> None:
    for logical_id in logical_ids(job, needs):
        if logical_id in owners:
            _refuse(
                job, f"its resource {logical_id} is there already, of {owners[logical_id]}; name it otherwise"
            )
        owners[logical_id] = f"job {job.name}"
    other = prefixes.setdefault(rule_prefix(job.name), job.name)
    if other != job.name:
        _refuse(job, f"its rules would be named as those of {other}; name it otherwise")
    for _, rule in ticks(job):
        if len(rule.name) > MAX_RULE_NAME:
            _refuse(job, f"the rule {rule.name} has more than {MAX_RULE_NAME} characters")


def _rules(job: Job) -> int:
    """Of EventBridge's rules; of Scheduler's schedules an account takes more than a stack could hold."""
    return sum(1 for entry, _ in ticks(job) if not entry.needs_scheduler)


def _refuse(job: Job, reason: str) -> NoReturn:
    raise TemplateError(f"jobs.{job.name}: {reason}")
