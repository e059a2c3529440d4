"""Instants, spans and counts as people read them, and as they write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nightshift.state.models import Counts, Usage

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_SPAN = re.compile(r"([0-9]{1,6})([smhd])", re.ASCII)
_LARGE = ((86400, "d"), (3600, "h"), (60, "min"))


def ago(instant: datetime | None, now: datetime) -> str:
    """`3 min ago`; `never` for None."""
    return "never" if instant is None else f"{span((now - instant).total_seconds())} ago"


def ahead(instant: datetime | None, now: datetime) -> str:
    """`22:04, in 3 min`; with the day where it is not today's; a dash for None."""
    if instant is None:
        return "-"
    form = "%H:%M" if instant.date() == now.date() else "%Y-%m-%d %H:%M"
    return f"{instant:{form}} UTC, in {span((instant - now).total_seconds())}"


def span(seconds: float) -> str:
    """Seconds in the largest unit that gives a whole number."""
    for size, unit in _LARGE:
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return f"{max(0, int(seconds))} s"


def duration(milliseconds: int | None) -> str:
    """`41 ms`, `1.8 s`; a dash for a run that has not ended."""
    if milliseconds is None:
        return "-"
    if milliseconds < 1000:
        return f"{milliseconds} ms"
    if milliseconds < 60_000:
        return f"{milliseconds / 1000:.1f} s"
    return f"{milliseconds // 60_000} min {milliseconds % 60_000 // 1000} s"


def moment(instant: datetime | None) -> str:
    """`2026-11-20 22:04:00` in UTC, or a dash."""
    return "-" if instant is None else f"{instant.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def in_zone(instant: datetime, zone: str) -> str:
    """`2026-11-20 23:04 Fri +0100`: the wall time in a zone, with its distance from UTC."""
    from nightshift.schedule import zone_of

    return f"{instant.astimezone(zone_of(zone)):%Y-%m-%d %H:%M %a %z}"


def counts(found: Counts) -> str:
    """`read 194, created 3, …`, as in the run record."""
    names = ("read", "created", "updated", "unchanged", "quarantined", "removed")
    return ", ".join(f"{name} {getattr(found, name)}" for name in names)


def outcomes(found: Counts) -> str:
    """`40 created, 5 updated`: what is zero is left out."""
    names = ("created", "updated", "unchanged", "quarantined", "removed")
    return ", ".join(f"{getattr(found, name)} {name}" for name in names if getattr(found, name))


def usage(found: Usage | None) -> str:
    """`7 requests, 10 write units, 1.5 read units`; nothing where nothing is charged."""
    if found is None:
        return ""
    requests = sum(found.requests.values())
    return f"{requests} requests, {found.write_units:g} write units, {found.read_units:g} read units"


def parse_span(text: str) -> timedelta:
    """`30m`, `2h`, `365d`; ConfigurationError for anything else, and for no time at all."""
    from nightshift.errors import ConfigurationError

    found = _SPAN.fullmatch(text)
    length = timedelta(**{_UNITS[found[2]]: int(found[1])}) if found else timedelta()
    if not length:
        raise ConfigurationError(f"{text!r} is no span of time: write 30m, 2h or 365d")
    return length


def parse_interval(text: str) -> tuple[datetime, datetime]:
    """`2026-03-01T00:00Z/2026-03-08T00:00Z`: from one instant to before another."""
    from nightshift.errors import ConfigurationError

    first, slash, last = text.partition("/")
    if not slash:
        raise ConfigurationError(f"{text!r} is no interval: write 2026-03-01T00:00Z/2026-03-08T00:00Z")
    begin, end = parse_instant(first), parse_instant(last)
    if end <= begin:
        raise ConfigurationError(f"{text!r} ends before it begins")
    return begin, end


def parse_since(text: str, now: datetime) -> datetime:
    """`90s`, `30m`, `2h`, `7d` before now, or an instant; ConfigurationError for anything else."""
    from nightshift.errors import ConfigurationError

    found = _SPAN.fullmatch(text)
    if found:
        return now - timedelta(**{_UNITS[found[2]]: int(found[1])})
    try:
        return parse_instant(text)
    except ConfigurationError:
        raise ConfigurationError(
            f"{text!r} is no time: write 30m, 2h, 7d, or an instant as 2026-11-20T22:04:00Z"
        ) from None


def parse_instant(text: str) -> datetime:
    """An ISO 8601 instant with a zone; ConfigurationError for anything else."""
    from nightshift.errors import ConfigurationError
    from nightshift.times import from_text

    try:
        return from_text(text)
    except (ValueError, OverflowError):
        raise ConfigurationError(
            f"{text!r} is no instant: write it in UTC, as in 2026-11-20T22:04:00Z"
        ) from None
