"""The rules in the template are the manifest's schedules, all of them and no other."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nightshift.manifest import parse_manifest
from nightshift.schedule import from_json
from nightshift.times import to_text
from nightshift.trigger import parse_trigger
from nightshift_tools.manifest import Job, compile_manifest, parse
from nightshift_tools.manifest.model import Entry
from nightshift_tools.manifest.rules import rules_of
from nightshift_tools.schedule.grammar import check_expression
from support.templates import (
    TIME,
    Project,
    attribute,
    event_of,
    matches,
    resolved,
    statements,
    target_of,
)

UTC_FOREVER = ("UTC", {"Mode": "OFF"}, None, None)


def terms(tick: dict[str, Any]) -> tuple[object, ...]:
    """Zone, window, first and last instant."""
    if "Target" not in tick:
        return UTC_FOREVER
    dates = (tick.get("StartDate"), tick.get("EndDate"))
    return (tick["ScheduleExpressionTimezone"], tick["FlexibleTimeWindow"], *dates)


def wanted(entry: Entry) -> tuple[object, ...]:
    minutes = entry.window_minutes
    window = {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": minutes} if minutes else {"Mode": "OFF"}
    return (
        entry.zone,
        window,
        to_text(entry.start) if entry.start else None,
        to_text(entry.end) if entry.end else None,
    )


def function_of(job: Job) -> str:
    return f"{job.function}Arn" if job.is_external else job.function


def test_each_schedule_has_a_rule_per_expression_and_storefront(project: Project) -> None:
    expected = [
        (
            function_of(job),
            entry.name,
            storefront,
            expression,
            job.enabled and entry.enabled,
            *wanted(entry),
        )
        for job in project.manifest.jobs.values()
        for entry in job.schedules
        for storefront in (entry.storefronts or (None,))
        for expression in entry.expressions
    ]
    found = [
        (
            target_of(tick),
            event_of(tick)["schedule"],
            event_of(tick)["storefront"],
            tick["ScheduleExpression"],
            tick["State"] == {"Ref": "SchedulesState"} or tick["State"] != "DISABLED",
            *terms(tick),
        )
        for tick in project.ticks.values()
    ]
    assert sorted(found, key=repr) == sorted(expected, key=repr)
    assert found


def test_the_event_of_a_tick_is_these_four_things(project: Project) -> None:
    for name, tick in project.ticks.items():
        found = event_of(tick)
        assert list(found) == ["job", "schedule", "storefront", "scheduled_time"], name
        assert found["scheduled_time"] == TIME


def test_the_function_understands_the_event_of_each_rule(project: Project) -> None:
    compiled = parse_manifest(json.loads(json.dumps(compile_manifest(project.manifest))), "manifest.json")
    functions = {function_of(job): compiled.jobs[job.name] for job in project.manifest.jobs.values()}
    for tick in project.ticks.values():
        job = functions[target_of(tick)]
        trigger = parse_trigger(event_of(tick), job)
        assert trigger.slot is not None
        assert (trigger.key.job, trigger.slot.schedule) == (job.name, event_of(tick)["schedule"])


def test_every_expression_is_one_that_eventbridge_takes(project: Project) -> None:
    for tick in project.ticks.values():
        check_expression(tick["ScheduleExpression"])


def test_the_compiled_manifest_names_the_rules_as_the_template_does(project: Project) -> None:
    compiled: Any = compile_manifest(project.manifest)["jobs"]
    names = [name for job in compiled.values() for entry in job["schedules"] for name in entry["rules"]]
    ticks = project.ticks.values()
    assert sorted(resolved(tick["Name"]) for tick in ticks) == sorted(f"shop-{name}" for name in names)


def test_the_normal_form_of_the_compiled_manifest_is_the_schedule(project: Project) -> None:
    compiled: Any = compile_manifest(project.manifest)["jobs"]
    for name, job in project.manifest.jobs.items():
        for entry, written in zip(job.schedules, compiled[name]["schedules"], strict=True):
            assert from_json(written["normal"], written["timezone"]) == entry.schedule


def test_rules_retry_and_keep_what_they_cannot_deliver(project: Project) -> None:
    for tick in project.ticks.values():
        (target,) = tick.get("Targets") or [tick["Target"]]
        assert 60 <= target["RetryPolicy"]["MaximumEventAgeInSeconds"] <= 86400
        assert 0 <= target["RetryPolicy"]["MaximumRetryAttempts"] <= 185
        assert attribute(target["DeadLetterConfig"]["Arn"]) == ("DeliveryFailures", "Arn")


def test_rule_names_fit_a_stack_of_the_longest_name(project: Project) -> None:
    for tick in project.ticks.values():
        assert len(resolved(tick["Name"])) - len("shop") + 24 <= 64


def test_one_permission_covers_a_functions_rules_and_no_other(project: Project) -> None:
    rules = project.of_type("AWS::Events::Rule").values()
    permissions = [
        permission
        for name, permission in project.of_type("AWS::Lambda::Permission").items()
        if name != "BatchApiPermission"
    ]
    arns = {
        f"arn:aws:events:eu-central-1:123456789012:rule/{resolved(rule['Name'])}": target_of(rule)
        for rule in rules
    }
    assert len(arns) == len(rules)
    for permission in permissions:
        assert permission["Principal"] == "events.amazonaws.com"
        assert permission["Action"] == "lambda:InvokeFunction"
        pattern = resolved(permission["SourceArn"])
        covered = {arn for arn in arns if matches(pattern, arn)}
        assert covered == {arn for arn, target in arns.items() if target == permission["FunctionName"]["Ref"]}
        assert covered
    assert len({permission["FunctionName"]["Ref"] for permission in permissions}) == len(permissions)
    assert {permission["FunctionName"]["Ref"] for permission in permissions} == set(arns.values())


def test_the_queue_for_lost_ticks_takes_them_from_this_stacks_rules_only(project: Project) -> None:
    (policy,) = project.of_type("AWS::SQS::QueuePolicy").values()
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "events.amazonaws.com"}
    assert statement["Action"] == "sqs:SendMessage"
    pattern = resolved(statement["Condition"]["ArnLike"]["aws:SourceArn"])
    for rule in project.of_type("AWS::Events::Rule").values():
        assert matches(pattern, f"arn:aws:events:eu-central-1:123456789012:rule/{resolved(rule['Name'])}")
    assert not matches(pattern, "arn:aws:events:eu-central-1:123456789012:rule/other-sync.default-12345678")
    assert not matches(pattern, "arn:aws:events:eu-central-1:999999999999:rule/shop-sync.default-12345678")


@pytest.mark.parametrize("schedule", ["often", "Friday's, the 13th"])
def test_a_schedules_name_arrives_as_it_was_written(many: Project, schedule: str) -> None:
    assert schedule in [event_of(tick)["schedule"] for tick in many.ticks.values()]


def test_schedulers_role_wakes_the_functions_of_its_schedules_and_no_other(many: Project) -> None:
    schedules = many.of_type("AWS::Scheduler::Schedule").values()
    assert {attribute(schedule["Target"]["RoleArn"]) for schedule in schedules} == {("SchedulerRole", "Arn")}
    role = many.of_type("AWS::IAM::Role")["SchedulerRole"]
    (wakes,) = [each for each in statements(role) if each["Action"] == "lambda:InvokeFunction"]
    found = [arn["Ref"] if "Ref" in arn else attribute(arn)[0] for arn in wakes["Resource"]]
    assert sorted(found) == sorted({target_of(schedule) for schedule in schedules})
    assert found


def test_schedulers_role_is_for_scheduler_in_this_account_and_group_alone(many: Project) -> None:
    role = many.of_type("AWS::IAM::Role")["SchedulerRole"]
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "scheduler.amazonaws.com"}
    condition = trust["Condition"]["StringEquals"]
    assert condition["aws:SourceAccount"] == {"Ref": "AWS::AccountId"}
    group = "arn:aws:scheduler:eu-central-1:123456789012:schedule-group/default"
    assert resolved(condition["aws:SourceArn"]) == group


def test_what_no_schedule_needs_is_not_there(shipped: Project) -> None:
    assert "SchedulerRole" not in shipped.resources


def test_a_rule_that_is_given_a_zone_gets_another_logical_id() -> None:
    """CloudFormation cannot turn a resource into one of another type."""
    found = []
    for zone in ("UTC", "Asia/Kolkata"):
        text = f"version: 1\njobs: {{sync: {{schedule: {{daily: '02:00', timezone: {zone}}}}}}}"
        job = parse(text, {}, "schedules.yaml").jobs["sync"]
        found += [rule.logical_id for rule in rules_of(job, job.schedules[0])]
    assert len(set(found)) == 2


def test_an_external_function_has_what_wakes_it_and_nothing_else(many: Project) -> None:
    own = {name: body["Type"] for name, body in many.resources.items() if name.startswith("Report")}
    assert sorted(own.values()) == [
        "AWS::Events::Rule",
        "AWS::Lambda::Permission",
        "AWS::Scheduler::Schedule",
    ]
    assert many.resources["ReportPermission"]["Properties"]["FunctionName"] == {"Ref": "ReportFunctionArn"}
