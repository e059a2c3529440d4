"""Who is let in: run ids, the claim that is asked for, and the record of a tick that was refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from nightshift.errors import SlotHeldError
from nightshift.journal import LEASE_WITHOUT_DEADLINE
from nightshift.logs.retention import run_expiry
from nightshift.manifest import JobEntry
from nightshift.services import Services
from nightshift.settings import Settings, resolve_settings
from nightshift.state.models import ClaimRequest, Control, Refusal, Refused, RunId, RunRecord, Status
from nightshift.trigger import Kind, Trigger

LEASE_MARGIN = timedelta(seconds=20)
"""How long a lease outlives the process that holds it: an answer on its way, and clocks that differ."""

DISABLED = "disabled in the manifest"
"""Why a slot of a schedule that is switched off is skipped; it leaves no record."""

_UNRECORDED = (Refusal.DUPLICATE, Refusal.TOO_LATE)
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def new_run_id(services: Services) -> RunId:
    """`20261120T220400123Z-4f7x2k9q`: sorts by time, and is never given twice."""
    now = services.clock.now()
    token = "".join(services.random.choices(_ALPHABET, k=8))
    return RunId(f"{now:%Y%m%dT%H%M%S}{now.microsecond // 1000:03d}Z-{token}")


def first_record(trigger: Trigger, services: Services) -> RunRecord:
    return RunRecord(
        id=new_run_id(services),
        key=trigger.key,
        trigger=trigger.kind.value,
        status=Status.RUNNING,
        started_at=services.clock.now(),
        slot=trigger.slot,
        trigger_reason=trigger.reason,
        invocation=trigger.invocation,
    )


def settings_of(entry: JobEntry, trigger: Trigger, services: Services, control: Control) -> Settings:
    schedule = entry.schedule(trigger.slot.schedule) if trigger.slot else None
    return resolve_settings(
        entry,
        schedule,
        by_hand=trigger.settings,
        overrides=control.overrides,
        environment=services.environment,
    )


def claim_request(
    record: RunRecord, settings: Settings, services: Services, seconds_left: float | None
) -> ClaimRequest:
    now = services.clock.now()
    length = (
        LEASE_WITHOUT_DEADLINE if seconds_left is None else timedelta(seconds=seconds_left) + LEASE_MARGIN
    )
    limit = settings.max_executions if record.slot else None
    return ClaimRequest(record.key, record.id, now, now + length, record.slot, limit)


def is_enabled(entry: JobEntry, trigger: Trigger) -> bool:
    if trigger.kind is Kind.BY_HAND or trigger.slot is None:
        return True
    schedule = entry.schedule(trigger.slot.schedule)
    return entry.enabled and (schedule is None or schedule.enabled)


def refused_record(refused: Refused, trigger: Trigger, record: RunRecord, services: Services) -> RunRecord:
    """The record of a tick that was not admitted. One that another run has dealt with leaves no trace.

    Nor does a slot that was to be resumed: somebody is on it, or it may not run now, and the watchdog looks
    again. Only Lambda's own retry of a slot that is held must not be swallowed.
    """
    if refused.refusal is Refusal.SLOT_HELD and not trigger.resumed:
        raise SlotHeldError(
            f"run {refused.blocker} of {record.key} is working on this very slot; trying again later "
            "finds it done, or takes it over if that run has died"
        )
    record = replace(record, blocked_by=refused.blocker)
    if refused.refusal in _UNRECORDED or trigger.resumed:
        return skipped_record(record, services, refused.refusal.value)
    reason = {
        Refusal.OVERLAP: f"overlap: run {refused.blocker} is still at work",
        Refusal.PAUSED: f"paused: {refused.control.pause.reason if refused.control.pause else ''}",
        Refusal.EXHAUSTED: "exhausted: max_executions is used up",
    }[refused.refusal]
    expires = run_expiry(record.started_at, services.manifest.job(record.key.job))
    skipped = skipped_record(replace(record, expires_at=expires), services, reason)
    services.state.runs.put(skipped)
    return skipped


def skipped_record(record: RunRecord, services: Services, reason: str) -> RunRecord:
    skipped = replace(record, status=Status.SKIPPED, ended_at=services.clock.now(), reason=reason)
    services.logger.info(f"{record.key} skipped: {reason}", extra={"run": record.id})
    services.observer.ended(skipped)
    return skipped
