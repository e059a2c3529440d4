"""The control record in DynamoDB: claim, commit and release are one conditional UpdateItem each.

The condition of the claim says the rules of `nightshift.state.claiming` once more, because DynamoDB must
decide them; the contract suite holds both to the same table of cases.
"""

from __future__ import annotations

from datetime import datetime

from nightshift.errors import LostLeaseError, TryLaterError
from nightshift.state.claiming import Form, granted, is_own, judge
from nightshift.state.codec import (
    CONTROL,
    VERSION,
    Attributes,
    check_version,
    decode_control,
    encode_json,
    encode_progress,
    partition,
)
from nightshift.state.dynamodb.table import ConditionFailedError, Table, Update, Value
from nightshift.state.models import (
    ClaimRequest,
    Commit,
    Control,
    Counts,
    Cursor,
    Granted,
    JobKey,
    Lease,
    Pause,
    Refused,
    Release,
)
from nightshift.times import to_text

_CLAIM_TRIES = 4
_OF_THE_RUN = ("lease_until", "owner", "run", "run_schedule", "run_slot", "previous_run", "previous_progress")
_KNOWN_VERSION = "(attribute_not_exists(#version) OR #version = :version)"
_NOT_LEASED = "(attribute_not_exists(#lease_until) OR #lease_until < :now)"
_NOT_PAUSED = "attribute_not_exists(#paused_since)"


class DynamoControl:
    """The `ControlStore` port over the State table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def claim(self, request: ClaimRequest) -> Granted | Refused:
        form = Form.FIRST
        for _ in range(_CLAIM_TRIES):
            try:
                update = _claim(request, form)
                after = self._table.update_and_read(partition(request.key), CONTROL, update)
            except ConditionFailedError as refusal:
                old = decode_control(refusal.old, request.key)
            else:
                return granted(decode_control(after, request.key), request)
            if is_own(old, request):
                return granted(old, request)
            verdict = judge(old, request)
            if isinstance(verdict, Refused):
                return verdict
            form = verdict
        raise TryLaterError(
            f"the control record of {request.key} changed {_CLAIM_TRIES} times during one claim"
        )

    def commit(self, lease: Lease, commit: Commit) -> Lease:
        changes: dict[str, Value] = {
            "progress": encode_progress(commit.progress),
            "quarantined": commit.quarantined,
            "lease_until": to_text(commit.lease_until),
            "cursor": encode_json(dict(commit.cursor)),
        }
        try:
            self._update(lease.key, _fenced(lease, changes))
        except ConditionFailedError as refusal:
            raise _lost(lease, refusal.old) from None
        return Lease(lease.key, lease.run, lease.fence, commit.lease_until, lease.slot)

    def release(self, lease: Lease, release: Release) -> None:
        changes: dict[str, Value] = {
            "last_run": lease.run,
            "last_status": release.status.value,
            "last_ended_at": to_text(release.ended_at),
            "quarantined": release.quarantined,
            "cursor": encode_json(dict(release.cursor)),
        }
        if release.done and lease.slot is not None:
            changes[f"done:{lease.slot.schedule}"] = to_text(lease.slot.minute)
        if release.idle_runs is not None:
            changes["idle_runs"] = release.idle_runs
            changes["last_idle_at"] = to_text(release.ended_at)
        if release.rechecked is not None:
            changes["rechecked"] = release.rechecked
        try:
            self._update(lease.key, _fenced(lease, changes, _OF_THE_RUN))
        except ConditionFailedError as refusal:
            # The answer to our own release may have been lost, and another run may have claimed since.
            if refusal.old.get("last_run") != lease.run:
                raise _lost(lease, refusal.old) from None

    def read(self, key: JobKey) -> Control | None:
        found = self._table.get(partition(key), CONTROL)
        return None if found is None else decode_control(found, key)

    def pause(self, key: JobKey, pause: Pause) -> None:
        self._operate(key, {"paused_reason": pause.reason, "paused_since": to_text(pause.since)})

    def resume(self, key: JobKey, at: datetime) -> None:
        self._operate(key, {"resumed_at": to_text(at)}, remove=("paused_reason", "paused_since"))

    def override(self, key: JobKey, name: str, value: str | None) -> None:
        if value is None:
            self._operate(key, remove=(f"set:{name}",))
        else:
            self._operate(key, {f"set:{name}": value})

    def reset_cursor(self, key: JobKey, cursor: Cursor, now: datetime) -> bool:
        update = Update(
            condition=f"{_KNOWN_VERSION} AND {_NOT_LEASED}",
            set={"cursor": encode_json(dict(cursor)), "version": VERSION, "reset_at": to_text(now)},
            # The fence keeps a run whose lease ran out from committing its own cursor over this one.
            expressions=["#fence = if_not_exists(#fence, :zero) + :one"],
            names={"version": "version", "lease_until": "lease_until", "fence": "fence"},
            values={"version": VERSION, "now": to_text(now), "zero": 0, "one": 1},
        )
        try:
            self._update(key, update)
        except ConditionFailedError as refusal:
            check_version(refusal.old, f"the control record of {key}")
            # The answer to our own reset may have been lost, and a run may have claimed since.
            return refusal.was_repeated and refusal.old.get("reset_at") == to_text(now)
        return True

    def request_recheck(self, key: JobKey) -> None:
        # Where an answer is lost it may be counted twice, and still asks for one recheck.
        self._operate(key, raised="rechecks")

    def _operate(
        self,
        key: JobKey,
        changes: dict[str, Value] | None = None,
        remove: tuple[str, ...] = (),
        raised: str | None = None,
    ) -> None:
        """What an operator sets holds from the next tick; it needs no lease and touches nothing of a run.

        `raised` names a count that goes up by one.
        """
        raises = raised is not None
        update = Update(
            condition=_KNOWN_VERSION,
            set={**(changes or {}), "version": VERSION},
            remove=remove,
            expressions=["#raised = if_not_exists(#raised, :zero) + :one"] if raises else (),
            names={"version": "version", **({"raised": raised} if raised else {})},
            values={"version": VERSION, **({"zero": 0, "one": 1} if raises else {})},
        )
        try:
            self._update(key, update)
        except ConditionFailedError as refusal:
            check_version(refusal.old, f"the control record of {key}")

    def _update(self, key: JobKey, update: Update) -> None:
        self._table.update(partition(key), CONTROL, update)


def _claim(request: ClaimRequest, form: Form) -> Update:
    conditions = [_KNOWN_VERSION, _NOT_LEASED, _NOT_PAUSED]
    names = {
        name: name
        for name in (
            "version",
            "lease_until",
            "paused_since",
            "fence",
            "run",
            "previous_run",
            "progress",
            "previous_progress",
        )
    }
    values: dict[str, Value] = {
        "version": VERSION,
        "now": to_text(request.now),
        "zero": 0,
        "one": 1,
        "none": "none",
        "nothing": encode_progress(Counts()),
    }
    expressions = [
        "#fence = if_not_exists(#fence, :zero) + :one",
        "#previous_run = if_not_exists(#run, :none)",
        "#previous_progress = if_not_exists(#progress, :nothing)",
    ]
    changes: dict[str, Value] = {
        "version": VERSION,
        "owner": request.run,
        "run": request.run,
        "lease_until": to_text(request.lease_until),
        "progress": encode_progress(Counts()),
    }
    remove: tuple[str, ...] = ("run_schedule", "run_slot")
    if request.slot is not None:
        schedule, slot = request.slot.schedule, to_text(request.slot.minute)
        remove = ()
        changes |= {f"slot:{schedule}": slot, "run_schedule": schedule, "run_slot": slot}
        names |= {"slot": f"slot:{schedule}", "done": f"done:{schedule}"}
        values["slot"] = slot
        begun = "#slot = :slot" if form is Form.AGAIN else "(attribute_not_exists(#slot) OR #slot < :slot)"
        conditions += [begun, "(attribute_not_exists(#done) OR #done < :slot)"]
        if request.max_executions is not None and form is Form.FIRST:
            names["executions"] = f"executions:{schedule}"
            values["most"] = request.max_executions
            conditions.append(
                "(:most > :zero AND (attribute_not_exists(#executions) OR #executions < :most))"
            )
            expressions.append("#executions = if_not_exists(#executions, :zero) + :one")
    return Update(" AND ".join(conditions), changes, remove, expressions, names, values)


def _fenced(lease: Lease, changes: dict[str, Value], remove: tuple[str, ...] = ()) -> Update:
    return Update(
        "#fence = :fence AND #run = :run",
        changes,
        remove,
        names={"fence": "fence", "run": "run"},
        values={"fence": lease.fence, "run": lease.run},
    )


def _lost(lease: Lease, old: Attributes) -> LostLeaseError:
    owner, fence = old.get("run", "unknown"), old.get("fence", "none")
    return LostLeaseError(
        f"run {lease.run} of {lease.key} has lost its lease (fence {lease.fence}) to run {owner!s} "
        f"(fence {fence!s}); what it had committed stays, and the other run goes on from there"
    )
