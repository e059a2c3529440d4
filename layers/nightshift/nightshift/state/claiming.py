"""The rules of the claim, pure: what is granted, what is refused, and what the grant leaves behind.

The DynamoDB adapter puts the same rules into one conditional write and asks here only to explain a refusal.
"""

from __future__ import annotations

from dataclasses import replace
from enum import Enum

from nightshift.state.models import ClaimRequest, Control, Counts, Granted, Lease, Refusal, Refused


class Form(Enum):
    """How a claim is granted: for the first time, or again for a slot that began and did not succeed."""

    FIRST = "first"
    AGAIN = "again"


def judge(control: Control, request: ClaimRequest) -> Form | Refused:
    """Decide a claim against the record as it stands. Nothing is changed.

    Order matters: a slot that is over is over, whoever works now; a slot that is being worked on is never
    skipped, because the skip would swallow it if that run were killed.
    """
    again = False
    if request.slot is not None:
        schedule, minute = request.slot.schedule, request.slot.minute
        begun, done = control.slots.get(schedule), control.done.get(schedule)
        if done is not None and minute <= done:
            refusal = Refusal.DUPLICATE if minute == done else Refusal.TOO_LATE
            return Refused(refusal, control)
        if begun is not None and minute < begun:
            return Refused(Refusal.TOO_LATE, control)
        again = minute == begun
    if control.is_leased(request.now):
        held = request.slot is not None and request.slot == control.run_slot
        return Refused(Refusal.SLOT_HELD if held else Refusal.OVERLAP, control, control.run)
    if control.pause is not None:
        return Refused(Refusal.PAUSED, control)
    if not again and _is_exhausted(control, request):
        return Refused(Refusal.EXHAUSTED, control)
    return Form.AGAIN if again else Form.FIRST


def grant(control: Control, request: ClaimRequest, form: Form) -> Granted:
    """The record as a granted claim leaves it, and the lease."""
    slots, executions = dict(control.slots), dict(control.executions)
    if request.slot is not None:
        schedule = request.slot.schedule
        slots[schedule] = request.slot.minute
        if request.max_executions is not None and form is Form.FIRST:
            executions[schedule] = executions.get(schedule, 0) + 1
    after = replace(
        control,
        fence=control.fence + 1,
        owner=request.run,
        lease_until=request.lease_until,
        run=request.run,
        run_slot=request.slot,
        previous_run=control.run,
        previous_progress=control.progress if control.run is not None else Counts(),
        slots=slots,
        executions=executions,
        progress=Counts(),
    )
    return granted(after, request)


def granted(control: Control, request: ClaimRequest) -> Granted:
    """The grant that a record shows once the claim took effect."""
    lease = Lease(request.key, request.run, control.fence, request.lease_until, request.slot)
    return Granted(lease, control)


def is_own(control: Control, request: ClaimRequest) -> bool:
    """The claim took effect and only its answer was lost: run ids are never given twice."""
    return control.owner == request.run


def _is_exhausted(control: Control, request: ClaimRequest) -> bool:
    if request.slot is None or request.max_executions is None:
        return False
    return control.executions.get(request.slot.schedule, 0) >= request.max_executions
