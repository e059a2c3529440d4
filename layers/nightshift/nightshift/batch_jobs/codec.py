"""Batch jobs as flat attributes, the same in both adapters; see `nightshift.state.codec`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any, cast

import orjson

from nightshift.batch_jobs.model import BatchJob, BatchJobId, Result, RowError, Stat
from nightshift.batch_jobs.ports import place_of
from nightshift.state.codec import VERSION, Attributes, check_version, encode_json, well_formed
from nightshift.times import from_text, to_text

META = "META"
LISTED = "BATCH"
"""The one partition of the index of batch jobs, and of those among what is open."""

FIRST_ERROR, LAST_ERROR = "ROW_ERROR#", "ROW_ERROR#~"
_PER_ITEM = 100
_MAX_TEXT = 500
_INSTANTS = (
    "pre_processed_at",
    "confirmed_at",
    "processing_at",
    "completed_at",
    "canceled_at",
    "failed_at",
    "lease_until",
)


def batch_job_partition(batch_job: BatchJobId) -> str:
    return f"BATCH#{batch_job}"


def encode_batch_job(job: BatchJob) -> Attributes:
    """The whole record. `open` puts it among what a worker must look after, `listed` among all."""
    found: dict[str, str | int | None] = {
        "version": VERSION,
        "id": job.id,
        "type": job.type,
        "created_by": job.created_by,
        "created_at": to_text(job.created_at),
        "updated_at": to_text(job.updated_at),
        "expires_at": int(job.expires_at.timestamp()),
        "context": encode_json(dict(job.context)),
        "dry_run": 1 if job.dry_run else None,
        "batch_size": job.batch_size,
        "revision": job.revision,
        "result": encode_json(_encode_result(job.result)),
        "place": encode_json(dict(job.place)) if job.place else None,
        "fence": job.fence,
        "worker": job.worker,
        "attempts": job.attempts or None,
        "open": LISTED if job.is_open else None,
        "started_at": to_text(job.created_at) if job.is_open else None,
        "listed": LISTED,
        "listed_at": place_of(job),
    }
    for name in _INSTANTS:
        instant: datetime | None = getattr(job, name)
        found[name] = None if instant is None else to_text(instant)
    return well_formed({name: value for name, value in found.items() if value is not None})


def decode_batch_job(attributes: Mapping[str, Any]) -> BatchJob:
    """A batch job; StateVersionError where its version is unknown."""
    check_version(attributes, f"the batch job {attributes.get('id')}")
    instants = {name: from_text(attributes[name]) for name in _INSTANTS if name in attributes}
    return BatchJob(
        id=BatchJobId(attributes["id"]),
        type=attributes["type"],
        created_by=attributes["created_by"],
        created_at=from_text(attributes["created_at"]),
        updated_at=from_text(attributes["updated_at"]),
        expires_at=datetime.fromtimestamp(int(attributes["expires_at"]), UTC),
        context=orjson.loads(attributes["context"]),
        dry_run=bool(attributes.get("dry_run")),
        batch_size=int(attributes["batch_size"]),
        revision=int(attributes["revision"]),
        result=_decode_result(orjson.loads(attributes["result"])),
        place=orjson.loads(attributes.get("place", "{}")),
        fence=int(attributes["fence"]),
        worker=attributes.get("worker"),
        attempts=int(attributes.get("attempts", 0)),
        **instants,
    )


def encode_errors(
    job: BatchJob, phase: int, row: int, errors: Sequence[RowError]
) -> Iterator[tuple[str, Attributes]]:
    """The items of one batch's errors: a hundred to an item, each text cut to what a person reads."""
    for part in range(0, len(errors), _PER_ITEM):
        lines = [
            [error.line, error.column[:_MAX_TEXT], error.value[:_MAX_TEXT], error.reason[:_MAX_TEXT]]
            for error in errors[part : part + _PER_ITEM]
        ]
        # Texts of a file may hold half a character, which JSON of orjson does not.
        body = encode_json([[line, *map(_valid, texts)] for line, *texts in lines])
        item: Attributes = {
            "version": VERSION,
            "errors": body,
            "expires_at": int(job.expires_at.timestamp()),
        }
        yield f"{error_key(phase, row)}#{part:04d}", item


def decode_errors(attributes: Mapping[str, object]) -> Iterator[RowError]:
    check_version(attributes, "a row error")
    for line, column, value, reason in orjson.loads(str(attributes["errors"])):
        yield RowError(line, column, value, reason)


def error_key(phase: int, row: int) -> str:
    """The sort key that the errors of the batch at a row begin with; it sorts as rows do."""
    return f"{FIRST_ERROR}{phase}#{row:010d}"


def _encode_result(result: Result) -> dict[str, object]:
    result = replace(result, errors=tuple(map(_valid, result.errors)))
    found = {name: value for name, value in asdict(result).items() if value not in (None, 0, (), [])}
    return found | ({} if result.count is None else {"count": result.count})


def _decode_result(found: Mapping[str, Any]) -> Result:
    values = dict(found)
    values["errors"] = tuple(values.get("errors", ()))
    values["stat_descriptors"] = tuple(Stat(**stat) for stat in values.get("stat_descriptors", ()))
    return Result(**values)


def _valid(text: object) -> str:
    return cast(str, text).encode("utf-8", "backslashreplace").decode()
