"""Which time zone is meant where one is written that is none."""

from __future__ import annotations

from difflib import get_close_matches
from zoneinfo import available_timezones

from nightshift.schedule import zone_of

_LONGEST = 50


def check_zone(name: str) -> None:
    """ValueError with the nearest known name where there is no such zone."""
    try:
        zone_of(name)
    except ValueError as error:
        near = _nearest(name[:_LONGEST])
        raise ValueError(
            f"there is no such time zone; did you mean {near}?" if near else str(error)
        ) from None


def _nearest(name: str) -> str | None:
    known = {zone.lower(): zone for zone in available_timezones()}
    found = get_close_matches(name.lower(), known, 1, 0.7)
    return known[found[0]] if found else None
