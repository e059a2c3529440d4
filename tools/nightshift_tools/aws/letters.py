"""Messages in a stack's queues of failures, understood: which event of which job, when and why it failed.

EventBridge and Scheduler leave what they could not deliver, with the reason in attributes. Lambda leaves, of
an event whose tries have failed, a record with the error in one queue and the bare event in the other.
Whatever else lies there is foreign.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from nightshift.errors import ConfigurationError
from nightshift.manifest import CompiledManifest, JobEntry
from nightshift.state.models import JobKey, Slot
from nightshift.times import from_text, to_minute
from nightshift.trigger import Trigger, parse_trigger, scheduled_event

_WATCHDOG = re.compile(r"-watchdog(\.every-5-minutes)?$")


class Queue(StrEnum):
    """A queue of failures, by the output that has its address."""

    DELIVERY = "DeliveryFailuresUrl"
    EXECUTION = "ExecutionFailuresUrl"
    BARE = "DeadLettersUrl"


@dataclass(frozen=True, slots=True)
class Message:
    """A message as SQS gives it. `receipt` stands for it until somebody else receives it."""

    queue: Queue
    id: str
    receipt: str
    sent: datetime
    body: str
    attributes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Letter:
    """An event that failed, in one message or in the two that Lambda leaves of it.

    `trigger` is None for a look of the watchdog, and for what is foreign; `why` says what is wrong with that.
    """

    messages: tuple[Message, ...]
    at: datetime
    why: str
    entry: JobEntry | None = None
    trigger: Trigger | None = None
    event: Mapping[str, Any] | None = None
    invocation: str | None = None
    is_look: bool = False

    @property
    def id(self) -> str:
        return self.messages[0].id

    @property
    def is_foreign(self) -> bool:
        return self.trigger is None and not self.is_look

    @property
    def kind(self) -> str:
        """`delivery`: it never reached its function; `execution`: every try failed; `foreign`."""
        if self.is_foreign:
            return "foreign"
        return "delivery" if self.messages[0].queue is Queue.DELIVERY else "execution"


def read_letters(messages: Sequence[Message], manifest: CompiledManifest) -> list[Letter]:
    """What the messages stand for, oldest first; the two that Lambda leaves of one event are one letter."""
    found: dict[tuple[str, str], Letter] = {}
    for message in sorted(messages, key=lambda message: message.queue is Queue.BARE):
        letter = _read(message, manifest)
        # Of one request and one event: a foreign message that only bears its id stays by itself.
        pair = (letter.invocation or message.id, json.dumps(letter.event, sort_keys=True))
        first = found.get(pair)
        found[pair] = replace(first, messages=(*first.messages, message)) if first else letter
    return sorted(found.values(), key=lambda letter: (letter.at, letter.id))


def _read(message: Message, manifest: CompiledManifest) -> Letter:
    try:
        body = json.loads(message.body)
    except json.JSONDecodeError:
        return Letter((message,), message.sent, "its body is no JSON")
    if not isinstance(body, dict):
        return Letter((message,), message.sent, "its body is no event")
    if message.queue is Queue.EXECUTION:
        return _record(message, body, manifest)
    attributes = message.attributes
    if message.queue is Queue.BARE:
        why = attributes.get("ErrorMessage") or "Lambda has not said why"
        letter = Letter((message,), message.sent, why, event=body, invocation=attributes.get("RequestID"))
        return _addressed(letter, manifest, ())
    why = ": ".join(filter(None, (attributes.get("ERROR_CODE"), attributes.get("ERROR_MESSAGE"))))
    letter = Letter((message,), message.sent, why or "EventBridge has not said why", event=body)
    return _addressed(letter, manifest, (attributes.get("RULE_ARN"), attributes.get("TARGET_ARN")))


def _record(message: Message, body: Mapping[str, Any], manifest: CompiledManifest) -> Letter:
    """Lambda's record of an event whose tries have failed."""
    context, event = body.get("requestContext"), body.get("requestPayload")
    if not isinstance(context, dict) or not isinstance(event, dict) or "requestId" not in context:
        return Letter((message,), message.sent, "it is no record of a call of Lambda")
    answer = body.get("responsePayload")
    said = answer if isinstance(answer, dict) else {}
    why = ": ".join(str(said[name]) for name in ("errorType", "errorMessage") if said.get(name))
    try:
        at = from_text(str(body.get("timestamp")))
    except ValueError:
        at = message.sent
    why = why or str(context.get("condition") or "Lambda has not said why")
    letter = Letter((message,), at, why, event=event, invocation=str(context["requestId"]))
    return _addressed(letter, manifest, (str(context.get("functionArn")).removesuffix(":$LATEST"),))


def _addressed(letter: Letter, manifest: CompiledManifest, arns: Sequence[str | None]) -> Letter:
    """The letter with the job that it is for; foreign where that is none of the stack's."""
    event: Mapping[str, Any] = letter.event or {}
    resources = event.get("resources")
    known = [*filter(None, arns), *(resources if isinstance(resources, list) else [])]
    if "job" not in event and any(_WATCHDOG.search(str(arn)) for arn in known):
        return replace(letter, is_look=True)
    try:
        return _for_a_job(letter, event, manifest, [str(arn) for arn in known])
    except (ConfigurationError, ValueError) as error:
        return replace(letter, why=str(error))


def _for_a_job(
    letter: Letter, event: Mapping[str, Any], manifest: CompiledManifest, arns: Sequence[str]
) -> Letter:
    if "job" not in event:
        event = _of_rule(event, manifest, arns)
    elif str(event.get("scheduled_time", "")).startswith("<"):
        # Scheduler, which puts the time in when it calls, may leave the event as it was before.
        event = {**event, "scheduled_time": letter.messages[0].attributes.get("SCHEDULED_TIME")}
    entry = manifest.job(str(event["job"]))
    return replace(letter, entry=entry, trigger=parse_trigger(event, entry), event=event)


def _of_rule(event: Mapping[str, Any], manifest: CompiledManifest, arns: Sequence[str]) -> dict[str, object]:
    """EventBridge's own event, as its rule would have passed it on; ConfigurationError where that is unknown.

    A schedule's rules are listed storefront by storefront, for each in the order of its expressions.
    """
    for entry in manifest.jobs.values():
        for schedule in entry.schedules:
            for number, rule in enumerate(schedule.rules):
                if any(arn.endswith(f"-{rule}") for arn in arns):
                    storefronts = schedule.storefronts or entry.storefronts or (None,)
                    key = JobKey(entry.name, storefronts[number // (len(schedule.rules) // len(storefronts))])
                    minute = to_minute(from_text(str(event.get("time"))))
                    return scheduled_event(key, Slot(schedule.name, minute))
    raise ConfigurationError("it is no event of a job of this stack")


def sent_at(attributes: Mapping[str, str]) -> datetime:
    """When SQS took a message."""
    return datetime.fromtimestamp(int(attributes["SentTimestamp"]) / 1000, UTC)
