"""One run on a deployed stack, as `nightshift run` shows one of this machine.

A run is handed over and then looked for among the run records, by Lambda's id of its request. A dry run
leaves no record, so its answer is waited for.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from nightshift.admission import DISABLED, is_enabled
from nightshift.answer import read_dry_run
from nightshift.errors import SlotHeldError, TryLaterError
from nightshift.execution import Ended, check_reason
from nightshift.manifest import JobEntry
from nightshift.services import Observer
from nightshift.settings import resolve_settings, type_params
from nightshift.state.claiming import judge
from nightshift.state.models import ClaimRequest, Control, Refusal, Refused, RunId, RunRecord, Status
from nightshift.trigger import Trigger, parse_trigger
from nightshift_tools.aws.invoking import call, error_of, hand_over
from nightshift_tools.aws.stack import Stack
from nightshift_tools.local.composition import Local

PATIENCE = timedelta(seconds=90)
"""How long a run that nobody sees at work is waited for."""
_LOOK_EVERY, _FIRST_LOOKS = 2.0, 10
_LATEST = 20
NOBODY = RunId("")
"""The id of a run of which there is no record."""


def run_on(local: Local, stack: Stack, entry: JobEntry, event: object, watcher: Observer) -> Ended:
    """Run a job on its stack for an event, and follow it to its end.

    ConfigurationError or TriggerError, and nothing is sent, where the function would refuse the event;
    SlotHeldError where a live run holds its slot; TryLaterError where the end does not come in time.
    """
    trigger = parse_trigger(event, entry)
    dry_run = _check(local, entry, trigger)
    if dry_run:
        return Ended(_dry_run(stack, entry, trigger, event, watcher))
    refused = _refused(local, entry, trigger)
    if refused is not None:
        return Ended(refused)
    begun = local.clock.now()
    record = _Follower(local, stack, entry, trigger, begun, watcher).follow(hand_over(stack, entry, event))
    return Ended(record, _error(record))


def _error(record: RunRecord) -> Exception | None:
    """What the function has raised, as the run record keeps it."""
    if record.failure is not None and record.status in (Status.FAILED, Status.INTERRUPTED):
        return error_of(record.failure.kind, record.failure.message)
    return TryLaterError(record.reason or "") if record.status is Status.INTERRUPTED else None


def _check(local: Local, entry: JobEntry, trigger: Trigger) -> bool:
    """Refuse what the function would refuse before it could leave a record; whether it is a dry run."""
    schedule = entry.schedule(trigger.slot.schedule) if trigger.slot else None
    settings = resolve_settings(
        entry, schedule, by_hand=trigger.settings, overrides={}, environment=local.environment
    )
    spec = local.handler(entry).spec
    type_params(entry.name, spec.params, settings.params)
    check_reason(spec, trigger, dry_run=settings.dry_run)
    return settings.dry_run


def _dry_run(stack: Stack, entry: JobEntry, trigger: Trigger, event: object, watcher: Observer) -> RunRecord:
    record, plan, left_out = read_dry_run(call(stack, entry, event), trigger.key)
    for action, key, reason in plan:
        watcher.planned(str(action), str(key), reason)
    if left_out:
        reason = f"{left_out} more records are not shown: the answer had no room for them"
        record = replace(record, reason=reason)
    return record


def _refused(local: Local, entry: JobEntry, trigger: Trigger) -> RunRecord | None:
    """The record of a slot that is over or switched off, which leaves none on AWS: nothing is sent for it."""
    now = local.clock.now()
    if not is_enabled(entry, trigger):
        return _skipped(trigger, now, DISABLED)
    if trigger.slot is None:
        return None
    control = local.stores.state.control.read(trigger.key) or Control()
    verdict = judge(control, ClaimRequest(trigger.key, NOBODY, now, now, trigger.slot))
    if not isinstance(verdict, Refused):
        return None
    if verdict.refusal is Refusal.SLOT_HELD:
        raise SlotHeldError(f"run {verdict.blocker} of {trigger.key} is working on this very slot")
    if verdict.refusal not in (Refusal.DUPLICATE, Refusal.TOO_LATE):
        return None
    return _skipped(trigger, now, verdict.refusal.value)


def _skipped(trigger: Trigger, now: datetime, reason: str) -> RunRecord:
    kind, skipped = trigger.kind.value, Status.SKIPPED
    return RunRecord(NOBODY, trigger.key, kind, skipped, now, slot=trigger.slot, ended_at=now, reason=reason)


class _Follower:
    """Looks at the run records until the run has ended."""

    def __init__(
        self,
        local: Local,
        stack: Stack,
        entry: JobEntry,
        trigger: Trigger,
        begun: datetime,
        watcher: Observer,
    ) -> None:
        self._local = local
        self._stack = stack
        self._entry = entry
        self._trigger = trigger
        self._key = trigger.key
        self._begun = begun
        self._watcher = watcher
        self._shown: RunId | None = None

    def follow(self, invocation: str) -> RunRecord:
        """The record of the run's first try, once that has ended."""
        looks = 0
        while True:
            now = self._local.clock.now()
            record = self._find(invocation, now)
            if record is not None and record.status is not Status.RUNNING:
                return record
            control = self._local.stores.state.control.read(self._key) or Control()
            if record is None and self._slot_is_done(control):
                return self._idle(control, now)
            self._show(record, control)
            self._give_up(record, control, now)
            looks += 1
            self._local.clock.sleep(_LOOK_EVERY if looks > _FIRST_LOOKS else _LOOK_EVERY / 4)

    def _find(self, invocation: str, now: datetime) -> RunRecord | None:
        """Of several tries of one request, the first: the newest records come first."""
        latest = self._local.stores.state.runs.latest(self._key, _LATEST, now)
        own = [record for record in latest if record.invocation == invocation]
        return own[-1] if own else None

    def _slot_is_done(self, control: Control) -> bool:
        slot = self._trigger.slot
        return slot is not None and control.done.get(slot.schedule) == slot.minute

    def _idle(self, control: Control, now: datetime) -> RunRecord:
        """A tick that finds nothing to do leaves no record, only a heartbeat."""
        return RunRecord(
            control.last_run or NOBODY,
            self._key,
            self._trigger.kind.value,
            Status.SUCCEEDED,
            self._begun,
            slot=self._trigger.slot,
            ended_at=control.last_ended_at or now,
            reason="it found nothing to do, and so left no record",
            idle=True,
        )

    def _show(self, record: RunRecord | None, control: Control) -> None:
        if record is None or control.run != record.id:
            return
        if self._shown is None:
            self._watcher.started(self._key, record.id)
            self._shown = record.id
        self._watcher.progressed(control.progress, None)

    def _give_up(self, record: RunRecord | None, control: Control, now: datetime) -> None:
        """TryLaterError where no end is to be expected any more."""
        is_working = record is not None or control.is_leased(now)
        patience = PATIENCE + timedelta(seconds=self._entry.timeout if is_working else 0)
        if now - self._begun < patience:
            return
        if record is not None:
            raise TryLaterError(
                f"run {record.id} of {self._key} has not ended in the {self._entry.timeout} s of its "
                "function, so its process is gone; the next run takes over, and says so in its record"
            )
        group = f"/aws/lambda/{self._stack.function_of(self._entry)}"
        raise TryLaterError(
            f"no run of {self._key} came of the request within {patience.total_seconds():.0f} s: its "
            f"function is throttled, or fails before it leaves a record; look at the log group {group}, "
            "and later at `nightshift dead-letters list --aws`"
        )
