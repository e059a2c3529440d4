"""What a schedule means: its normal form and its firings. Pure; reads no clock.

The dialects that people write are read on the tools' side; here there is only what they were translated to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias, cast

from nightshift.schedule.model import NormalForm, Schedule
from nightshift.schedule.other import At, Rate, from_mapping
from nightshift.schedule.zones import UTC_ZONE, zone_of

AnySchedule: TypeAlias = Schedule | Rate | At
"""All have `zone`, `firings(after)`, `previous(at)` and `to_json()`."""


def from_json(document: object, zone: str = UTC_ZONE) -> AnySchedule:
    """The schedule that `to_json` was made from; the zone stands beside it in the compiled manifest.

    ValueError where a newer version wrote it.
    """
    if isinstance(document, Mapping):
        return from_mapping(cast(Mapping[str, str], document), zone)
    return Schedule.from_json(cast(Sequence[Mapping[str, str]], document or ()), zone)


__all__ = ["UTC_ZONE", "AnySchedule", "At", "NormalForm", "Rate", "Schedule", "from_json", "zone_of"]
