"""Log records as flat attributes, the same in both adapters."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import cast

from nightshift.logs.records import Level, LogRecord
from nightshift.state.codec import VERSION, Attributes, check_version, well_formed
from nightshift.state.limits import shortened
from nightshift.state.models import JobKey, RunId
from nightshift.times import from_text, to_text

AFTER_ALL = "~"
"""Sorts after every log record of a run."""

_TEXTS = ("record", "error_kind", "error_message", "error_stack")
_NUMBERS = ("batch", "status")


def log_partition(run: RunId) -> str:
    return f"RUN#{run}"


def log_sort_key(record: LogRecord) -> str:
    """Orders the records of a run by time, then by sequence."""
    return f"{to_text(record.at)}#{record.sequence:08d}"


def encode_log(record: LogRecord, expires_at: datetime) -> Attributes:
    found: Attributes = {
        "version": VERSION,
        "run": record.run,
        "job": record.key.job,
        "at": to_text(record.at),
        "sequence": record.sequence,
        "level": record.level.name,
        "message": record.message,
        "expires_at": int(expires_at.timestamp()),
    }
    if record.key.storefront is not None:
        found["storefront"] = record.key.storefront
    for name in (*_TEXTS, *_NUMBERS):
        value: str | int | None = getattr(record, name)
        if value is not None:
            found[name] = value
    return shortened(well_formed(found), ("message", *_TEXTS))


def decode_log(attributes: Mapping[str, object]) -> LogRecord:
    """A log record; StateVersionError where its version is unknown."""
    check_version(attributes, f"a log record of run {attributes.get('run')}")
    storefront = attributes.get("storefront")
    texts = {name: str(attributes[name]) for name in _TEXTS if name in attributes}
    numbers = {name: int(cast(int, attributes[name])) for name in _NUMBERS if name in attributes}
    return LogRecord(
        run=RunId(str(attributes["run"])),
        key=JobKey(str(attributes["job"]), None if storefront is None else str(storefront)),
        at=from_text(str(attributes["at"])),
        sequence=int(cast(int, attributes["sequence"])),
        level=Level[str(attributes["level"])],
        message=str(attributes["message"]),
        **texts,  # type: ignore[arg-type]
        **numbers,  # type: ignore[arg-type]
    )
