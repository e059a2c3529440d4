"""Time zones by their IANA names, and what a wall time is in UTC by EventBridge's rules at clock changes."""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

UTC_ZONE = "UTC"

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*", re.ASCII)
_LONGEST = 50
"""As EventBridge Scheduler has it."""
_OF_ONE_MACHINE = ("posix/", "right/", "localtime", "posixrules", "Factory", "leapseconds")


@cache
def zone_of(name: str) -> tzinfo:
    """The zone of an IANA name. ValueError where there is none, or where this machine has no zone data.

    UTC needs no data.
    """
    if name == UTC_ZONE:
        return UTC
    if len(name) > _LONGEST or not _NAME.fullmatch(name) or name.startswith(_OF_ONE_MACHINE):
        raise ValueError(f"{name[:_LONGEST]!a} is no time zone; write an IANA name as in Europe/Berlin")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        pass
    if not available_timezones():
        raise ValueError(
            f"this machine has no time zone data, so {name} is not known; install the package tzdata"
        )
    raise ValueError(f"there is no time zone {name!r}; write an IANA name as in Europe/Berlin")


def to_utc(wall: datetime, zone: tzinfo) -> datetime | None:
    """The instant of a naive wall time; None where the clock skips it, the first where it comes twice."""
    if zone is UTC:
        return wall.replace(tzinfo=UTC)
    instant = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    return instant if instant.astimezone(zone).replace(tzinfo=None, fold=0) == wall else None
