"""Log items without their bodies, and legal holds, as flat attributes: the same in both adapters."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import cast

import orjson

from nightshift.archive.model import Hold, LogItem
from nightshift.logs.codec import instant_of, key_of
from nightshift.logs.records import Level
from nightshift.state.codec import VERSION, check_version, encode_json
from nightshift.state.models import JobKey, RunId, RunRecord
from nightshift.times import from_text, to_text

SETTINGS, GLOBAL = "SETTINGS", "GLOBAL"
"""The key of the record that holds for all jobs."""

HOLD = "hold:"
"""An attribute of it so named, and then the hold's own name, is a legal hold."""

OF_AN_ITEM = ("sk", "version", "run", "job", "storefront", "level", "at", "last_at", "count", "expires_at")
"""What is read of a log item that is not unpacked."""


def first_run(start: RunId | None) -> str:
    return f"RUN#{start or ''}"


def last_run(before: datetime | None) -> str:
    """The last sort key that a run which began before an instant may have: ids begin with their time."""
    return "RUN#~" if before is None else f"RUN#{before.astimezone(UTC):%Y%m%dT%H%M%S}~"


def decode_item(sort_key: str, found: Mapping[str, object]) -> LogItem:
    """A log item; StateVersionError where its version is unknown."""
    check_version(found, f"a log record of run {found.get('run')}")
    first = instant_of(found, "at")
    return LogItem(
        run=RunId(str(found["run"])),
        sort_key=sort_key,
        key=key_of(found),
        level=Level[str(found["level"])],
        first=first,
        last=instant_of(found, "last_at") if "last_at" in found else first,
        count=int(cast(int, found.get("count", 1))),
        expires="expires_at" in found,
    )


def as_seen(record: RunRecord) -> dict[str, str | int]:
    """What tells that a record is this run's, as it was seen; no control record beside it has all of it."""
    return {
        "run": record.id,
        "status": record.status.value,
        "started_at": to_text(record.started_at),
        "version": VERSION,
    }


def encode_hold(hold: Hold) -> str:
    named = {"job": hold.key.job, "storefront": hold.key.storefront, "run": hold.run}
    return encode_json(named | {"reason": hold.reason, "since": to_text(hold.since)})


def decode_holds(settings: Mapping[str, object]) -> list[Hold]:
    """The holds of the settings of all jobs; StateVersionError where their version is unknown."""
    check_version(settings, "the settings of all jobs")
    return [_hold(str(settings[name])) for name in sorted(settings) if name.startswith(HOLD)]


def _hold(text: str) -> Hold:
    found = orjson.loads(text)
    run = found["run"]
    key = JobKey(found["job"], found["storefront"])
    return Hold(key, RunId(run) if run else None, found["reason"], from_text(found["since"]))
