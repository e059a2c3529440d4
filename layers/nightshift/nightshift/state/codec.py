"""Records as flat attributes: text, whole numbers and bytes, the same in both adapters.

Flat, because nested paths fail on a fresh record, and because an operator can read them in a console. Each
record carries the version of this layout; a version that is not known is refused, never reset.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TypeAlias, cast

import orjson

from nightshift.errors import StateVersionError
from nightshift.state.limits import shortened
from nightshift.state.models import (
    Control,
    Counts,
    Cursor,
    Intent,
    JobKey,
    Pause,
    Quarantined,
    RunFailure,
    RunId,
    RunRecord,
    Slot,
    Status,
    Usage,
)
from nightshift.times import from_text, to_text

Attributes: TypeAlias = dict[str, "str | int | bytes"]
"""One record without its keys. An attribute that has no value is absent."""

VERSION = 1

CONTROL = "CONTROL"
STATE = "STATE"


def partition(key: JobKey) -> str:
    return f"JOB#{key}"


def intent_partition(kind: str, key: str) -> str:
    return f"INTENT#{kind}:{_valid(key)}"


def run_sort_key(run: str) -> str:
    return f"RUN#{run}"


def quarantine_sort_key(record: str) -> str:
    return f"QUARANTINE#{_valid(record)}"


def fingerprint_sort_key(name: str) -> str:
    return f"FINGERPRINT#{name}"


def check_version(attributes: Mapping[str, object], where: str) -> None:
    """StateVersionError unless the record is of this code's version."""
    version = attributes.get("version", VERSION)
    if version != VERSION:
        raise StateVersionError(
            f"{where} has version {version}, and this release reads version {VERSION}: "
            "deploy the release that wrote it; nothing was changed"
        )


def well_formed(attributes: Attributes) -> Attributes:
    """The attributes with text that any store takes: what is no Unicode, a lone surrogate, is spelled out."""
    return {name: _valid(value) if isinstance(value, str) else value for name, value in attributes.items()}


def encode_json(value: object) -> str:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def encode_progress(counts: Counts) -> str:
    """Numbers in the order of `Counts`, without names: a control record of two runs fits into a kilobyte."""
    return encode_json(list(counts.as_dict().values()))


def encode_control(control: Control) -> Attributes:
    """The whole control record."""
    found: Mapping[str, str | int | None] = {
        "version": VERSION,
        "fence": control.fence,
        "owner": control.owner,
        "lease_until": _text(control.lease_until),
        "run": control.run,
        "run_schedule": control.run_slot.schedule if control.run_slot else None,
        "run_slot": _text(control.run_slot.minute) if control.run_slot else None,
        "previous_run": control.previous_run,
        "cursor": encode_json(dict(control.cursor)) if control.cursor else None,
        "progress": encode_progress(control.progress),
        "previous_progress": encode_progress(control.previous_progress) if control.previous_run else None,
        "paused_reason": control.pause.reason if control.pause else None,
        "paused_since": _text(control.pause.since) if control.pause else None,
        "resumed_at": _text(control.resumed_at),
        "quarantined": control.quarantined,
        "rechecks": control.rechecks or None,
        "rechecked": control.rechecked or None,
        "idle_runs": control.idle_runs,
        "last_idle_at": _text(control.last_idle_at),
        "last_run": control.last_run,
        "last_status": control.last_status.value if control.last_status else None,
        "last_ended_at": _text(control.last_ended_at),
    }
    attributes: Attributes = {name: value for name, value in found.items() if value is not None}
    attributes.update({f"slot:{name}": to_text(minute) for name, minute in control.slots.items()})
    attributes.update({f"done:{name}": to_text(minute) for name, minute in control.done.items()})
    attributes.update({f"executions:{name}": count for name, count in control.executions.items()})
    attributes.update({f"set:{name}": value for name, value in control.overrides.items()})
    return well_formed(attributes)


def decode_control(attributes: Mapping[str, object], key: JobKey) -> Control:
    """The control record; StateVersionError where its version is unknown."""
    check_version(attributes, f"the control record of {key}")
    schedule, minute = _optional(attributes, "run_schedule"), _instant(attributes, "run_slot")
    reason, since = _optional(attributes, "paused_reason"), _instant(attributes, "paused_since")
    status = _optional(attributes, "last_status")
    previous = _run(attributes, "previous_run")
    return Control(
        fence=_number(attributes, "fence"),
        owner=_run(attributes, "owner"),
        lease_until=_instant(attributes, "lease_until"),
        run=_run(attributes, "run"),
        run_slot=Slot(schedule, minute) if schedule is not None and minute is not None else None,
        previous_run=previous,
        cursor=_cursor(attributes, "cursor"),
        slots={name: from_text(str(value)) for name, value in _prefixed(attributes, "slot:")},
        done={name: from_text(str(value)) for name, value in _prefixed(attributes, "done:")},
        executions={name: int(cast(int, value)) for name, value in _prefixed(attributes, "executions:")},
        pause=Pause(reason, since) if reason is not None and since is not None else None,
        resumed_at=_instant(attributes, "resumed_at"),
        overrides={name: str(value) for name, value in _prefixed(attributes, "set:")},
        progress=_progress(attributes, "progress"),
        previous_progress=_progress(attributes, "previous_progress") if previous else Counts(),
        quarantined=_number(attributes, "quarantined"),
        rechecks=_number(attributes, "rechecks"),
        rechecked=_number(attributes, "rechecked"),
        idle_runs=_number(attributes, "idle_runs"),
        last_idle_at=_instant(attributes, "last_idle_at"),
        last_run=_run(attributes, "last_run"),
        last_status=Status(status) if status else None,
        last_ended_at=_instant(attributes, "last_ended_at"),
    )


def encode_run(record: RunRecord) -> Attributes:
    """A run record. `open` is the partition of the sparse index of what is running or failed."""
    found: Mapping[str, str | int | None] = {
        "version": VERSION,
        "run": record.id,
        "trigger": record.trigger,
        "trigger_reason": record.trigger_reason,
        "status": record.status.value,
        "started_at": to_text(record.started_at),
        "schedule": record.slot.schedule if record.slot else None,
        "slot": _text(record.slot.minute) if record.slot else None,
        "fence": record.fence,
        "ended_at": _text(record.ended_at),
        "reason": record.reason,
        "blocked_by": record.blocked_by,
        "counts": encode_json(record.counts.as_dict()),
        "cursor_before": encode_json(dict(record.cursor_before)) if record.cursor_before else None,
        "cursor_after": encode_json(dict(record.cursor_after)) if record.cursor_after else None,
        "batch_size": record.batch_size,
        "full": 1 if record.full else None,
        "idle": 1 if record.idle else None,
        "requests": encode_json(dict(record.requests)) if record.requests else None,
        "results": encode_json(dict(record.results)) if record.results else None,
        "state": encode_json(record.state.as_dict()) if record.state else None,
        "failure_kind": record.failure.kind if record.failure else None,
        "failure_message": record.failure.message if record.failure else None,
        "invocation": record.invocation,
        "open": _open_partition(record),
        "expires_at": int(record.expires_at.timestamp()) if record.expires_at else None,
    }
    attributes = well_formed({name: value for name, value in found.items() if value is not None})
    return shortened(attributes, ("reason", "failure_message"))


def decode_run(attributes: Mapping[str, object], key: JobKey) -> RunRecord:
    """A run record; StateVersionError where its version is unknown."""
    check_version(attributes, f"run {attributes.get('run')} of {key}")
    schedule, minute = _optional(attributes, "schedule"), _instant(attributes, "slot")
    kind, message = _optional(attributes, "failure_kind"), _optional(attributes, "failure_message")
    return RunRecord(
        id=RunId(str(attributes["run"])),
        key=key,
        trigger=str(attributes["trigger"]),
        trigger_reason=_optional(attributes, "trigger_reason"),
        status=Status(str(attributes["status"])),
        started_at=from_text(str(attributes["started_at"])),
        slot=Slot(schedule, minute) if schedule is not None and minute is not None else None,
        fence=_number(attributes, "fence"),
        ended_at=_instant(attributes, "ended_at"),
        reason=_optional(attributes, "reason"),
        blocked_by=_run(attributes, "blocked_by"),
        counts=_counts(attributes, "counts"),
        cursor_before=_cursor(attributes, "cursor_before"),
        cursor_after=_cursor(attributes, "cursor_after"),
        batch_size=_number(attributes, "batch_size"),
        full=bool(attributes.get("full")),
        idle=bool(attributes.get("idle")),
        requests=orjson.loads(str(attributes.get("requests", "{}"))),
        results=orjson.loads(str(attributes.get("results", "{}"))),
        state=Usage(**orjson.loads(str(attributes["state"]))) if "state" in attributes else None,
        failure=RunFailure(kind, message) if kind is not None and message is not None else None,
        invocation=_optional(attributes, "invocation"),
        expires_at=_epoch(attributes, "expires_at"),
    )


def encode_quarantined(record: Quarantined) -> Attributes:
    attributes = well_formed(
        {
            "version": VERSION,
            "record": record.record,
            "reason": record.reason,
            "attempts": record.attempts,
            "first_seen": to_text(record.first_seen),
            "last_seen": to_text(record.last_seen),
            "digest": record.digest,
            "run": record.run,
        }
    )
    return shortened(attributes, ("reason",))


def decode_quarantined(attributes: Mapping[str, object], key: JobKey) -> Quarantined:
    check_version(attributes, f"quarantined record {attributes.get('record')} of {key}")
    return Quarantined(
        record=str(attributes["record"]),
        reason=str(attributes["reason"]),
        attempts=_number(attributes, "attempts"),
        first_seen=from_text(str(attributes["first_seen"])),
        last_seen=from_text(str(attributes["last_seen"])),
        digest=str(attributes["digest"]),
        run=RunId(str(attributes["run"])),
    )


def encode_intent(intent: Intent) -> Attributes:
    found: Attributes = {
        "version": VERSION,
        "kind": intent.kind,
        "key": intent.key,
        "revision": intent.revision,
        "state": intent.state,
        "run": intent.run,
        "at": to_text(intent.at),
        "body": encode_json(dict(intent.body)),
    }
    if intent.expires_at is not None:
        found["expires_at"] = int(intent.expires_at.timestamp())
    return well_formed(found)


def decode_intent(attributes: Mapping[str, object]) -> Intent:
    """An intent; StateVersionError where its version is unknown."""
    check_version(attributes, f"the intent {attributes.get('kind')}:{attributes.get('key')}")
    return Intent(
        kind=str(attributes["kind"]),
        key=str(attributes["key"]),
        revision=_number(attributes, "revision"),
        state=str(attributes["state"]),
        run=RunId(str(attributes["run"])),
        at=from_text(str(attributes["at"])),
        body=orjson.loads(str(attributes["body"])),
        expires_at=_epoch(attributes, "expires_at"),
    )


def _valid(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()


def _open_partition(record: RunRecord) -> str | None:
    if record.status is Status.RUNNING:
        return "RUNNING"
    if record.status is Status.FAILED:
        return f"FAILED#{record.started_at:%Y-%m-%d}"
    return None


def _text(instant: datetime | None) -> str | None:
    return None if instant is None else to_text(instant)


def _progress(attributes: Mapping[str, object], name: str) -> Counts:
    known = len(Counts().as_dict())
    return Counts(*orjson.loads(str(attributes.get(name, "[]")))[:known])


def _optional(attributes: Mapping[str, object], name: str) -> str | None:
    value = attributes.get(name)
    return None if value is None else str(value)


def _run(attributes: Mapping[str, object], name: str) -> RunId | None:
    value = attributes.get(name)
    return None if value is None or value == "none" else RunId(str(value))


def _number(attributes: Mapping[str, object], name: str) -> int:
    return int(cast(int, attributes.get(name, 0)))


def _instant(attributes: Mapping[str, object], name: str) -> datetime | None:
    value = attributes.get(name)
    return None if value is None else from_text(str(value))


def _epoch(attributes: Mapping[str, object], name: str) -> datetime | None:
    value = attributes.get(name)
    return None if value is None else datetime.fromtimestamp(int(cast(int, value)), UTC)


def _cursor(attributes: Mapping[str, object], name: str) -> Cursor:
    return cast(Cursor, orjson.loads(str(attributes.get(name, "{}"))))


def _counts(attributes: Mapping[str, object], name: str) -> Counts:
    known = Counts().as_dict()
    found = orjson.loads(str(attributes.get(name, "{}")))
    return Counts(**{count: int(value) for count, value in found.items() if count in known})


def _prefixed(attributes: Mapping[str, object], prefix: str) -> list[tuple[str, object]]:
    return [(name[len(prefix) :], value) for name, value in attributes.items() if name.startswith(prefix)]
