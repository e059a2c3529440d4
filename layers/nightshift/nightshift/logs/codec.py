"""One log record as flat attributes, and the keys of log items, the same in both adapters.

Texts are cut to a number of bytes, so that no record is too large for an item: a record is cut, never lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import cast

from nightshift.logs.records import Level, LogRecord
from nightshift.state.codec import VERSION, Attributes, check_version, well_formed
from nightshift.state.models import JobKey, RunId
from nightshift.times import from_text, to_text

BEFORE_ALL, AFTER_ALL = "0", "~"
"""Sort before and after every log record of a run."""

TEXT_BYTES = 8_000
STACK_BYTES = 32_000
"""The most of a text, and of a stack, that is kept: UTF-8 bytes."""

_TEXTS = ("record", "error_kind", "error_message", "error_stack")
_NUMBERS = ("batch", "status")


def log_partition(run: RunId) -> str:
    return f"RUN#{run}"


def log_sort_key(record: LogRecord) -> str:
    """Orders the records of a run by time, then by sequence."""
    return f"{to_text(record.at)}#{record.sequence:08d}"


def encode_head(record: LogRecord) -> Attributes:
    """What all records of an item share: whose they are, and their level."""
    found: Attributes = {
        "version": VERSION,
        "run": record.run,
        "job": record.key.job,
        "level": record.level.name,
    }
    if record.key.storefront is not None:
        found["storefront"] = record.key.storefront
    return found


def encode_body(record: LogRecord) -> Attributes:
    """What is a record's own."""
    found: Attributes = {
        "at": to_text(record.at),
        "sequence": record.sequence,
        "message": record.message,
    }
    for name in (*_TEXTS, *_NUMBERS):
        value: str | int | None = getattr(record, name)
        if value is not None:
            found[name] = value
    return {name: _cut(name, value) for name, value in well_formed(found).items()}


def decode_log(head: Mapping[str, object], body: Mapping[str, object]) -> LogRecord:
    """A log record; StateVersionError where its version is unknown."""
    check_version(head, f"a log record of run {head.get('run')}")
    texts = {name: str(body[name]) for name in _TEXTS if name in body}
    numbers = {name: int(cast(int, body[name])) for name in _NUMBERS if name in body}
    return LogRecord(
        run=RunId(str(head["run"])),
        key=key_of(head),
        at=instant_of(body, "at"),
        sequence=int(cast(int, body["sequence"])),
        level=Level[str(head["level"])],
        message=str(body["message"]),
        **texts,  # type: ignore[arg-type]
        **numbers,  # type: ignore[arg-type]
    )


def key_of(head: Mapping[str, object]) -> JobKey:
    storefront = head.get("storefront")
    return JobKey(str(head["job"]), None if storefront is None else str(storefront))


def instant_of(attributes: Mapping[str, object], name: str) -> datetime:
    return from_text(str(attributes[name]))


def _cut(name: str, value: str | int | bytes) -> str | int | bytes:
    if not isinstance(value, str):
        return value
    most = STACK_BYTES if name == "error_stack" else TEXT_BYTES
    text = value.encode()
    return value if len(text) <= most else text[:most].decode(errors="ignore")
