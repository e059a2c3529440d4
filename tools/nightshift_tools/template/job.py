"""The resources of one job, as text of template.yaml."""

from __future__ import annotations

from nightshift_tools.manifest import Job
from nightshift_tools.manifest.rules import Rule, rules_of
from nightshift_tools.template.function import render_function, render_log_group
from nightshift_tools.template.needs import Needs
from nightshift_tools.template.role import render_role
from nightshift_tools.template.rules import render_permission, render_rule


def render(job: Job, needs: Needs) -> str:
    """Function, log group and role; where it has schedules, permission and rules. An empty line between."""
    blocks = [render_function(job, needs), render_log_group(job), render_role(job, needs)]
    rules = _rules(job)
    if rules:
        blocks.append(render_permission(job))
    blocks += [render_rule(job, rule) for rule in rules]
    return "\n".join(blocks)


def logical_ids(job: Job) -> list[str]:
    """The resources that `render` makes, and those that SAM makes of them."""
    rules = _rules(job)
    kinds = ["Function", "FunctionEventInvokeConfig", "LogGroup", "Role"]
    kinds += ["Permission"] if rules else []
    return [*(f"{job.logical_id}{kind}" for kind in kinds), *(rule.logical_id for rule in rules)]


def _rules(job: Job) -> list[Rule]:
    return [rule for entry in job.schedules for rule in rules_of(job, entry)]
