"""What woke a job, whichever way: one Trigger from a generated rule, a raw EventBridge event, or by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from nightshift.errors import TriggerError
from nightshift.manifest import JobEntry, ScheduleEntry
from nightshift.state.models import JobKey, Slot
from nightshift.times import from_text, to_minute, to_text

_SCHEDULED_KEYS = ("job", "schedule", "storefront", "scheduled_time", "resumed")
_SETTING_KEYS = ("batch_size", "max_retries", "dry_run", "full", "params")
_BY_HAND_KEYS = ("job", "storefront", "reason", *_SETTING_KEYS)
MAX_REASON = 500
"""Characters of a person's reason."""


class Kind(StrEnum):
    SCHEDULE = "schedule"
    BY_HAND = "by hand"


@dataclass(frozen=True, slots=True)
class Trigger:
    """One reason to run: a slot of a schedule, or a person with settings of their own.

    A `resumed` slot has begun before, and the watchdog asks for it again. `reason` is the person's.
    `invocation` is Lambda's id of the request, the same in each try of one event.
    """

    kind: Kind
    key: JobKey
    slot: Slot | None = None
    settings: Mapping[str, object] = field(default_factory=dict)
    resumed: bool = False
    reason: str | None = None
    invocation: str | None = None


def scheduled_event(key: JobKey, slot: Slot, *, resumed: bool = False) -> dict[str, object]:
    """The event of a slot, as the generated rule passes it; `resumed` as the watchdog does."""
    event: dict[str, object] = {
        "job": key.job,
        "schedule": slot.schedule,
        "storefront": key.storefront,
        "scheduled_time": to_text(slot.minute),
    }
    return event | {"resumed": True} if resumed else event


def parse_trigger(event: object, job: JobEntry) -> Trigger:
    """The trigger an event stands for; TriggerError where it is none of this job's."""
    if not isinstance(event, Mapping):
        raise TriggerError(f"the event is a {type(event).__name__}, expected an object like {_example(job)}")
    if event.get("source") == "aws.events" and "detail-type" in event:
        return _raw(event, job)
    named = event.get("job")
    if named != job.name:
        raise TriggerError(f"the event names job {named!r}, and this is {job.name}; send {_example(job)}")
    return _scheduled(event, job) if "scheduled_time" in event else _by_hand(event, job)


def _scheduled(event: Mapping[str, object], job: JobEntry) -> Trigger:
    """The input that generated rules, Scheduler schedules and the watchdog pass. It carries no settings."""
    _refuse_unknown(event, _SCHEDULED_KEYS, "an event of a schedule")
    name = event.get("schedule", "default")
    schedule = job.schedule(name) if isinstance(name, str) else None
    if schedule is None:
        known = ", ".join(entry.name for entry in job.schedules) or "none"
        raise TriggerError(f"{job.name} has no schedule {name!r}; it has: {known}")
    resumed = event.get("resumed", False)
    if not isinstance(resumed, bool):
        raise TriggerError(f"resumed = {resumed!r} is neither true nor false")
    trigger = _trigger(job, schedule, event.get("storefront"), event["scheduled_time"])
    return replace(trigger, resumed=resumed)


def _raw(event: Mapping[str, object], job: JobEntry) -> Trigger:
    """EventBridge's own scheduled event: the rule's name, in its ARN, tells the schedule."""
    resources = event.get("resources")
    rule = str(resources[0]).rpartition("/")[2] if isinstance(resources, list) and resources else ""
    named = [entry for entry in job.schedules if any(rule.endswith(name) for name in entry.rules)]
    candidates = named or list(job.schedules)
    if len(candidates) != 1:
        raise TriggerError(
            f"the raw event of rule {rule!r} could be any of {job.name}'s {len(candidates)} schedules: "
            f"pass {_example(job)} through an InputTransformer, as `nightshift generate` does"
        )
    return _trigger(job, candidates[0], None, event.get("time"))


def _trigger(job: JobEntry, schedule: ScheduleEntry, storefront: object, time: object) -> Trigger:
    key = JobKey(job.name, _storefront(job, storefront))
    try:
        minute = to_minute(from_text(str(time)))
    except ValueError as error:
        raise TriggerError(
            f"the scheduled time {time!r} is none; write it as 2026-11-20T22:04:00Z"
        ) from error
    return Trigger(Kind.SCHEDULE, key, Slot(schedule.name, minute))


def _by_hand(event: Mapping[str, object], job: JobEntry) -> Trigger:
    _refuse_unknown(event, _BY_HAND_KEYS, "an event by hand")
    settings = {name: event[name] for name in _SETTING_KEYS if name in event}
    key = JobKey(job.name, _storefront(job, event.get("storefront")))
    return Trigger(Kind.BY_HAND, key, None, settings, reason=_reason(event.get("reason")))


def _reason(given: object) -> str | None:
    if given is None:
        return None
    if not isinstance(given, str) or not given.strip() or len(given) > MAX_REASON:
        raise TriggerError(f"reason = {given!r:.60}: say why, in 1 to {MAX_REASON} characters")
    return given.strip()


def _storefront(job: JobEntry, storefront: object) -> str | None:
    if not job.storefronts:
        if storefront is not None:
            raise TriggerError(
                f"{job.name} has no storefronts, and the event names {storefront!r}: leave it out"
            )
        return None
    if storefront not in job.storefronts:
        raise TriggerError(
            f"{job.name} runs for {', '.join(job.storefronts)}; the event names {storefront!r}"
        )
    return str(storefront)


def _refuse_unknown(event: Mapping[str, object], known: tuple[str, ...], what: str) -> None:
    for name in event:
        if name in known:
            continue
        if name in _SETTING_KEYS:
            raise TriggerError(
                f"{what} carries {name!r}: settings do not travel with a schedule; put it into the manifest, "
                f"or set it at run time with `nightshift set`"
            )
        from difflib import get_close_matches

        near = get_close_matches(str(name), known, 1)
        hint = f"did you mean {near[0]!r}?" if near else f"it may have: {', '.join(known)}"
        raise TriggerError(f"{what} has the unknown key {name!r}; {hint}")


def _example(job: JobEntry) -> str:
    return f'{{"job": "{job.name}"}}'
