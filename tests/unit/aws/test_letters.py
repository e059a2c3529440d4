"""What the messages in the queues of failures are taken for."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from nightshift.manifest import CompiledManifest, parse_manifest
from nightshift.state.models import JobKey, Slot
from nightshift_tools.aws.letters import Message, Queue, read_letters
from nightshift_tools.manifest import compile_manifest, parse
from nightshift_tools.testing.deployed.letters import failure_record, letter_attributes

SENT = datetime(2026, 11, 20, 23, 0, tzinfo=UTC)
SLOT = datetime(2026, 11, 20, 22, 0, tzinfo=UTC)
TEXT = """
version: 1
jobs:
  bill:
    storefronts: [main, outlet]
    schedules: [{name: hourly, hourly: 0}, {name: odd, cron: "0 22 20 * 5"}]
  sync: {schedule: {every_minutes: 2}}
"""
EVENT = {"job": "sync", "schedule": "default", "storefront": None, "scheduled_time": "2026-11-20T22:00:00Z"}
ERROR = {"errorType": "UpstreamError", "errorMessage": "Medusa refused"}


@pytest.fixture(scope="module")
def manifest() -> CompiledManifest:
    return parse_manifest(compile_manifest(parse(TEXT, {}, "schedules.yaml")), "schedules.yaml")


def message(queue: Queue, body: object, number: int = 1, **attributes: str) -> Message:
    text = body if isinstance(body, str) else json.dumps(body)
    return Message(queue, f"id-{number}", f"receipt-{number}", SENT, text, attributes)


def raw(rule: str) -> dict[str, object]:
    return {
        "source": "aws.events",
        "detail-type": "Scheduled Event",
        "time": "2026-11-20T22:00:00Z",
        "resources": [f"arn:aws:events:eu-central-1:123456789012:rule/shop-{rule}"],
    }


def test_lambdas_two_messages_of_one_event_are_one_letter_with_the_error(manifest: CompiledManifest) -> None:
    record = failure_record("shop-sync", "request-1", EVENT, ERROR, 3)
    attributes = {name: value["StringValue"] for name, value in letter_attributes("request-1", ERROR).items()}
    bare = message(Queue.BARE, EVENT, 2, **attributes)
    (letter,) = read_letters([bare, message(Queue.EXECUTION, record)], manifest)
    assert [each.id for each in letter.messages] == ["id-1", "id-2"]
    assert (letter.kind, letter.why) == ("execution", "UpstreamError: Medusa refused")
    assert letter.trigger is not None
    assert (letter.trigger.key, letter.trigger.slot) == (JobKey("sync"), Slot("default", SLOT))


def test_each_of_the_two_is_a_letter_by_itself(manifest: CompiledManifest) -> None:
    attributes = {name: value["StringValue"] for name, value in letter_attributes("request-1", ERROR).items()}
    (letter,) = read_letters([message(Queue.BARE, EVENT, **attributes)], manifest)
    assert (letter.kind, letter.why, letter.event) == ("execution", "Medusa refused", EVENT)


def test_a_message_that_only_bears_the_id_of_another_is_kept_apart(manifest: CompiledManifest) -> None:
    record = failure_record("shop-sync", "request-1", EVENT, ERROR, 3)
    other = message(Queue.BARE, {"order": 5}, 2, RequestID="request-1")
    letters = read_letters([message(Queue.EXECUTION, record), other], manifest)
    assert [len(letter.messages) for letter in letters] == [1, 1]
    assert [letter.is_foreign for letter in letters].count(True) == 1


@pytest.mark.parametrize("with_attribute", [True, False])
def test_a_tick_that_was_not_delivered_has_the_storefront_of_its_rule(
    manifest: CompiledManifest, with_attribute: bool
) -> None:
    job = manifest.job("bill")
    rules = [rule for schedule in job.schedules for rule in schedule.rules]
    assert len(rules) == 6  # the second schedule has both day fields: two expressions for each storefront
    found = []
    for rule in rules:
        event = raw(rule)
        attributes = {"ERROR_CODE": "NO_PERMISSIONS", "ERROR_MESSAGE": "not allowed"}
        if with_attribute:
            attributes["RULE_ARN"] = str(event.pop("resources")[0])  # type: ignore[index]
        (letter,) = read_letters([message(Queue.DELIVERY, event, **attributes)], manifest)
        assert (letter.kind, letter.why) == ("delivery", "NO_PERMISSIONS: not allowed")
        assert letter.event is not None
        found.append((letter.event["schedule"], letter.event["storefront"]))
    assert found == [
        ("hourly", "main"),
        ("hourly", "outlet"),
        *[("odd", "main")] * 2,
        *[("odd", "outlet")] * 2,
    ]


def test_schedulers_event_gets_its_time_from_where_it_stands(manifest: CompiledManifest) -> None:
    event = {**EVENT, "scheduled_time": "<aws.scheduler.scheduled-time>"}
    attributes = {"SCHEDULED_TIME": "2026-11-20T22:00:00Z", "ERROR_CODE": "X"}
    (letter,) = read_letters([message(Queue.DELIVERY, event, **attributes)], manifest)
    assert letter.trigger is not None
    assert letter.trigger.slot == Slot("default", SLOT)


def test_a_look_of_the_watchdog_is_known_as_one(manifest: CompiledManifest) -> None:
    (tick,) = read_letters([message(Queue.DELIVERY, raw("watchdog.every-5-minutes"))], manifest)
    record = failure_record("shop-watchdog", "request-1", {}, ERROR, 3)
    (look,) = read_letters([message(Queue.EXECUTION, record)], manifest)
    assert [(each.is_look, each.is_foreign) for each in (tick, look)] == [(True, False)] * 2


FOREIGN: list[tuple[Queue, Any, str]] = [
    (Queue.BARE, "not JSON", "no JSON"),
    (Queue.BARE, [1, 2], "no event"),
    (Queue.BARE, {"order": 5}, "no event of a job"),
    (Queue.BARE, {"job": "other"}, "no job 'other'"),
    (Queue.BARE, {**EVENT, "storefront": "main"}, "no storefronts"),
    (Queue.DELIVERY, {**EVENT, "scheduled_time": "soon"}, "'soon'"),
    (Queue.DELIVERY, {**raw("nobody.hourly-12345678")}, "no event of a job"),
    (Queue.EXECUTION, EVENT, "no record of a call"),
    (Queue.EXECUTION, {"requestContext": {}, "requestPayload": EVENT}, "no record of a call"),
    (Queue.EXECUTION, failure_record("other", "request-1", {"Records": []}, ERROR, 3), "no event of a job"),
]


@pytest.mark.parametrize(("queue", "body", "why"), FOREIGN)
def test_what_is_no_event_of_a_job_is_foreign(
    manifest: CompiledManifest, queue: Queue, body: object, why: str
) -> None:
    (letter,) = read_letters([message(queue, body)], manifest)
    assert letter.kind == "foreign"
    assert why in letter.why
