"""The rules in the template are the manifest's schedules, all of them and no other."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nightshift.manifest import parse_manifest
from nightshift.schedule import Schedule
from nightshift.trigger import parse_trigger
from nightshift_tools.manifest import compile_manifest
from nightshift_tools.schedule.grammar import check_cron
from support.templates import Project, attribute, matches, resolved

TIME = "2026-11-20T22:04:00Z"


def event(rule: dict[str, Any]) -> Any:
    """What EventBridge passes on: variables in the template replaced by JSON of what is in its own event."""
    transformer = rule["Targets"][0]["InputTransformer"]
    assert transformer["InputPathsMap"] == {"time": "$.time"}
    return json.loads(transformer["InputTemplate"].replace("<time>", json.dumps(TIME)))


def test_each_schedule_has_a_rule_per_expression_and_storefront(project: Project) -> None:
    expected = [
        (job.function, entry.name, storefront, expression, job.enabled and entry.enabled)
        for job in project.manifest.jobs.values()
        for entry in job.schedules
        for storefront in (entry.storefronts or (None,))
        for expression in entry.expressions
    ]
    found = [
        (
            attribute(rule["Targets"][0]["Arn"])[0],
            event(rule)["schedule"],
            event(rule)["storefront"],
            rule["ScheduleExpression"],
            rule["State"] == {"Ref": "SchedulesState"} or rule["State"] != "DISABLED",
        )
        for rule in project.of_type("AWS::Events::Rule").values()
    ]
    assert sorted(found, key=repr) == sorted(expected, key=repr)
    assert found


def test_the_event_of_a_tick_is_these_four_things(project: Project) -> None:
    for name, rule in project.of_type("AWS::Events::Rule").items():
        found = event(rule)
        assert list(found) == ["job", "schedule", "storefront", "scheduled_time"], name
        assert found["scheduled_time"] == TIME


def test_the_function_understands_the_event_of_each_rule(project: Project) -> None:
    compiled = parse_manifest(json.loads(json.dumps(compile_manifest(project.manifest))), "manifest.json")
    functions = {job.function: job for job in compiled.jobs.values()}
    for rule in project.of_type("AWS::Events::Rule").values():
        job = functions[attribute(rule["Targets"][0]["Arn"])[0]]
        trigger = parse_trigger(event(rule), job)
        assert trigger.slot is not None
        assert (trigger.key.job, trigger.slot.schedule) == (job.name, event(rule)["schedule"])


def test_every_expression_is_one_that_eventbridge_takes(project: Project) -> None:
    for rule in project.of_type("AWS::Events::Rule").values():
        check_cron(rule["ScheduleExpression"])


def test_the_compiled_manifest_names_the_rules_as_the_template_does(project: Project) -> None:
    compiled: Any = compile_manifest(project.manifest)["jobs"]
    names = [name for job in compiled.values() for entry in job["schedules"] for name in entry["rules"]]
    rules = project.of_type("AWS::Events::Rule").values()
    assert sorted(resolved(rule["Name"]) for rule in rules) == sorted(f"shop-{name}" for name in names)


def test_the_normal_form_of_the_compiled_manifest_is_the_schedule(project: Project) -> None:
    compiled: Any = compile_manifest(project.manifest)["jobs"]
    for name, job in project.manifest.jobs.items():
        for entry, written in zip(job.schedules, compiled[name]["schedules"], strict=True):
            assert Schedule.from_json(written["normal"]) == entry.schedule


def test_rules_retry_and_keep_what_they_cannot_deliver(project: Project) -> None:
    for rule in project.of_type("AWS::Events::Rule").values():
        (target,) = rule["Targets"]
        assert 60 <= target["RetryPolicy"]["MaximumEventAgeInSeconds"] <= 86400
        assert 0 <= target["RetryPolicy"]["MaximumRetryAttempts"] <= 185
        assert attribute(target["DeadLetterConfig"]["Arn"]) == ("DeliveryFailures", "Arn")


def test_rule_names_fit_a_stack_of_the_longest_name(project: Project) -> None:
    for rule in project.of_type("AWS::Events::Rule").values():
        assert len(resolved(rule["Name"])) - len("shop") + 24 <= 64


def test_one_permission_covers_a_functions_rules_and_no_other(project: Project) -> None:
    rules = project.of_type("AWS::Events::Rule").values()
    permissions = project.of_type("AWS::Lambda::Permission").values()
    arns = {
        f"arn:aws:events:eu-central-1:123456789012:rule/{resolved(rule['Name'])}": attribute(
            rule["Targets"][0]["Arn"]
        )[0]
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
    assert schedule in [event(rule)["schedule"] for rule in many.of_type("AWS::Events::Rule").values()]
