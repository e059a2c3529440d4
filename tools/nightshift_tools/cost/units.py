"""DynamoDB's units of runs, by the model that meters are tested against, over records of usual size."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from nightshift.fingerprints.keys import SPAN, range_of
from nightshift.fingerprints.records import pack
from nightshift.logs.codec import log_partition
from nightshift.logs.packing import to_items
from nightshift.logs.records import Level, LogRecord
from nightshift.state.capacity import OPEN, Item, read_units, write_units
from nightshift.state.codec import (
    CONTROL,
    VERSION,
    encode_control,
    encode_run,
    fingerprint_sort_key,
    partition,
    run_sort_key,
)
from nightshift.state.models import Control, Counts, Cursor, JobKey, RunId, RunRecord, Slot, Status

_KEY = JobKey("sync-products")
_RUN = RunId("20261120T220400123Z-4f7x2k9q")
_AT = datetime(2026, 11, 20, 22, 4, tzinfo=UTC)
_SLOT = Slot("default", _AT)
_CURSOR: Cursor = {"scan": 51_840, "known": 100_000, "full_at": "2026-11-20T22:04:00.000Z"}


def idle_writes() -> int:
    """Claim and release."""
    return 2 * _control()


def run_writes() -> int:
    """Of a run that finds something, beside its batches: claim, its record twice with the index, a group of
    page digests, its log in two items, release."""
    running, ended = _record(Status.RUNNING), _record(Status.SUCCEEDED)
    records = write_units({}, running, OPEN) + write_units(running, ended, OPEN)
    return 2 * _control() + records + _fingerprints() + 2 * _log()


def batch_writes() -> int:
    """Of a batch: a range of fingerprints where its records are neighbours, commit."""
    return _fingerprints() + _control()


def reads() -> float:
    """Of a run, and of each batch: a Query of fingerprints, up to 4 KB."""
    return read_units(0, consistent=True)


def _control() -> int:
    control = Control(
        fence=10_000,
        owner=_RUN,
        lease_until=_AT,
        run=_RUN,
        run_slot=_SLOT,
        cursor=_CURSOR,
        slots={"default": _AT},
        done={"default": _AT},
        progress=Counts(100_000, 10, 10, 100_000),
        idle_runs=10_000,
        last_idle_at=_AT,
        last_run=_RUN,
        last_status=Status.SUCCEEDED,
        last_ended_at=_AT,
    )
    return write_units({}, {"pk": partition(_KEY), "sk": CONTROL, **encode_control(control)})


def _record(status: Status) -> Item:
    record = RunRecord(
        _RUN,
        _KEY,
        "schedule",
        status,
        _AT,
        _SLOT,
        cursor_before=_CURSOR,
        cursor_after=_CURSOR,
        counts=Counts(100_000, 10, 10, 100_000),
        requests={"dummyjson": 10, "medusa": 10},
    )
    return {"pk": partition(_KEY), "sk": run_sort_key(_RUN), **encode_run(record)}


def _log() -> int:
    """An item of what is logged below WARNING: of the first batch, then of all that ran in some seconds."""
    line = LogRecord(_RUN, _KEY, _AT, 1, Level.INFO, "batch 1 committed", batch=1)
    ((sort_key, logged),) = to_items([line], _AT + timedelta(days=30))
    return write_units({}, {"pk": log_partition(_RUN), "sk": sort_key, **logged})


def _fingerprints() -> int:
    """A range of record fingerprints; a group of page digests is made to be no larger."""
    name = range_of(str(10**9))
    body = pack(name, {str(10**9 + place): bytes(8) for place in range(SPAN)})
    sk = fingerprint_sort_key(name)
    return write_units(
        {}, {"pk": partition(_KEY), "sk": sk, "version": VERSION, "fence": 10_000, "body": body}
    )
