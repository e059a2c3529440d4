"""The resources of one job, as text of template.yaml."""

from __future__ import annotations

from nightshift_tools.manifest import Job
from nightshift_tools.manifest.model import Entry
from nightshift_tools.manifest.rules import Rule, rules_of
from nightshift_tools.template.alarms import alarms_of, render_alarms
from nightshift_tools.template.function import render_function, render_log_group
from nightshift_tools.template.needs import Needs
from nightshift_tools.template.role import render_role
from nightshift_tools.template.rules import render_permission, render_rule
from nightshift_tools.template.scheduler import render_schedule


def render(job: Job, needs: Needs) -> str:
    """Function, log group, role and alarms, unless it is external; what wakes it. An empty line between."""
    blocks: list[str] = []
    if not job.is_external:
        blocks += [render_function(job, needs), render_log_group(job), render_role(job, needs)]
        blocks += render_alarms(job, needs.alarms)
    if has_rules(job):
        blocks.append(render_permission(job))
    for entry, rule in ticks(job):
        by_scheduler = entry.needs_scheduler
        blocks.append(render_schedule(job, entry, rule) if by_scheduler else render_rule(job, rule))
    return "\n".join(blocks)


def logical_ids(job: Job, needs: Needs) -> list[str]:
    """The resources that `render` makes, and those that SAM makes of them."""
    kinds: list[str] = []
    if not job.is_external:
        kinds += ["Function", "FunctionEventInvokeConfig", "LogGroup", "Role"]
        kinds += [f"{metric}Alarm" for metric in alarms_of(job, needs.alarms)]
    kinds += ["Permission"] if has_rules(job) else []
    return [*(f"{job.logical_id}{kind}" for kind in kinds), *(rule.logical_id for _, rule in ticks(job))]


def ticks(job: Job) -> list[tuple[Entry, Rule]]:
    """What wakes the job: rules and Scheduler schedules, each with the manifest's entry."""
    return [(entry, rule) for entry in job.schedules for rule in rules_of(job, entry)]


def has_rules(job: Job) -> bool:
    return any(not entry.needs_scheduler for entry in job.schedules)


def uses_scheduler(job: Job) -> bool:
    return any(entry.needs_scheduler for entry in job.schedules)
