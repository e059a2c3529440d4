"""Records as JSON documents: the same names wherever a record is printed."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from nightshift.times import to_text

if TYPE_CHECKING:
    from nightshift.logs.records import LogRecord
    from nightshift.state.models import JobKey, Quarantined, RunRecord


def run_document(record: RunRecord) -> dict[str, object]:
    """A run record; instants as text in UTC, what there is none of as null."""
    failure = record.failure
    return {
        "id": record.id,
        "job": record.key.job,
        "storefront": record.key.storefront,
        "status": record.status.value,
        "reason": record.reason,
        "blocked_by": record.blocked_by,
        "trigger": record.trigger,
        "trigger_reason": record.trigger_reason,
        "schedule": record.slot.schedule if record.slot else None,
        "slot": text(record.slot.minute) if record.slot else None,
        "started_at": to_text(record.started_at),
        "ended_at": text(record.ended_at),
        "duration_ms": record.duration_ms,
        "counts": record.counts.as_dict(),
        "requests": dict(record.requests),
        "results": dict(record.results),
        "state": record.state.as_dict() if record.state else None,
        "failure": {"kind": failure.kind, "message": failure.message} if failure else None,
        "cursor_before": dict(record.cursor_before),
        "cursor_after": dict(record.cursor_after),
        "batch_size": record.batch_size,
        "full": record.full,
        "dry_run": record.dry_run,
        "idle": record.idle,
        "invocation": record.invocation,
    }


def log_document(record: LogRecord) -> dict[str, object]:
    """A log record, without the fields it has no value for."""
    found: dict[str, object] = {
        "at": to_text(record.at),
        "level": record.level.name,
        "job": record.key.job,
        "storefront": record.key.storefront,
        "run": record.run,
        "message": record.message,
    }
    for name in ("batch", "record", "status", "error_kind", "error_message", "error_stack"):
        value = getattr(record, name)
        if value is not None:
            found[name] = value
    return found


def quarantined_document(key: JobKey, record: Quarantined) -> dict[str, object]:
    return {
        "job": key.job,
        "storefront": key.storefront,
        "record": record.record,
        "reason": record.reason,
        "attempts": record.attempts,
        "first_seen": to_text(record.first_seen),
        "last_seen": to_text(record.last_seen),
        "run": record.run,
    }


def text(instant: datetime | None) -> str | None:
    """An instant as text, null for none."""
    return None if instant is None else to_text(instant)
