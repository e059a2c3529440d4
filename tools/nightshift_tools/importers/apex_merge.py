"""Many hourly jobs as the one schedule that they stand for: Salesforce takes no list of minutes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nightshift_tools.importers.model import Found
from nightshift_tools.manifest.values import Plain


def merged(found: Sequence[Found]) -> list[Found]:
    """Hourly schedules of one job become one with all their minutes; everything else stays as it is."""
    groups: dict[tuple[str, str], list[Found]] = {}
    for each in found:
        key = _rest(each)
        if key is not None:
            groups.setdefault((each.job, key), []).append(each)
    one_of = {id(each): group for group in groups.values() if len(group) > 1 for each in group}
    kept = [each for each in found if id(each) not in one_of or one_of[id(each)][0] is each]
    return [_merge(one_of[id(each)]) if id(each) in one_of else each for each in kept]


def _fields(found: Found) -> list[str]:
    return str(found.schedule.get("quartz", "")).split()


def _rest(found: Found) -> str | None:
    """All but the minute of an hourly expression; None where it is none."""
    fields = _fields(found)
    if len(fields) not in (6, 7) or fields[2] != "*" or fields[0] != "0" or len(found.schedule) > 1:
        return None
    is_minute = fields[1].isascii() and fields[1].isdigit() and int(fields[1][:4]) < 60
    return " ".join(fields[2:]) if is_minute else None


def _common(names: Sequence[str]) -> str:
    """What all names begin with."""
    first, last = min(names), max(names)
    length = next((n for n, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))
    return first[:length]


def _merge(group: Sequence[Found]) -> Found:
    minutes = sorted({int(_fields(found)[1]) for found in group})
    rest = _fields(group[0])[2:]
    names = [found.name or "" for found in group]
    common = _common(names).rstrip(" 0123456789-_:'(#")
    schedule: dict[str, Plain] = {"quartz": f"0 {','.join(map(str, minutes))} {' '.join(rest)}"}
    step = minutes[1] - minutes[0] if len(minutes) > 1 else 60
    is_every_day = set(rest) <= {"*", "?"} and rest[1:4] in (["*", "*", "?"], ["?", "*", "*"])
    if is_every_day and 60 % step == 0 and minutes == list(range(0, 60, step)):
        schedule = {"every_minutes": step}
    note = f"{len(group)} scheduled jobs there are this one schedule here"
    return replace(group[0], name=common or None, schedule=schedule, notes=(*group[0].notes, note))
