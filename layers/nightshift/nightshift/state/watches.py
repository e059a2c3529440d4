"""What the watchdog sees at one look and what it remembers, and the form in which the state keeps that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

import orjson

from nightshift.errors import StateVersionError
from nightshift.state.codec import (
    CONTROL,
    VERSION,
    Attributes,
    check_version,
    decode_control,
    encode_json,
    partition,
    well_formed,
)
from nightshift.state.models import Control, JobKey
from nightshift.times import from_text, to_text

WATCH = ("WATCHDOG", "STATE")
"""The keys of the record of what the watchdog remembers."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A schedule as the watchdog knows it: what it means, as a digest, and since when it is watched."""

    meaning: str
    since: datetime


Watches: TypeAlias = Mapping[JobKey, Mapping[str, Watched]]
"""What the watchdog remembers, per job and storefront and per schedule name."""


@dataclass(frozen=True, slots=True)
class Look:
    """What the watchdog sees at once: control records, an empty one for a job that never ran, and its own.

    `unreadable` are the jobs whose record is of an unknown version; they are not among `controls`.
    """

    controls: Mapping[JobKey, Control]
    watches: Watches
    unreadable: tuple[JobKey, ...] = ()


def encode_watches(watches: Watches) -> Attributes:
    """The watchdog's own record. One text per schedule: a few hundred are a few dozen kilobytes."""
    found = {
        str(key): {name: f"{watched.meaning} {to_text(watched.since)}" for name, watched in schedules.items()}
        for key, schedules in watches.items()
    }
    return well_formed({"version": VERSION, "schedules": encode_json(found)})


def decode_watches(attributes: Mapping[str, object]) -> Watches:
    """What the watchdog remembers; StateVersionError where its version is unknown."""
    check_version(attributes, "the watchdog's record")
    found = orjson.loads(str(attributes.get("schedules", "{}")))
    return {
        _key(text): {name: _watched(value) for name, value in schedules.items()}
        for text, schedules in found.items()
    }


def decode_look(keys: Iterable[JobKey], found: Mapping[tuple[str, str], Mapping[str, object]]) -> Look:
    """A look from the records that there are, by `pk` and `sk`. A job's unknown version blinds it alone."""
    controls: dict[JobKey, Control] = {}
    unreadable = []
    for key in keys:
        try:
            controls[key] = decode_control(found.get((partition(key), CONTROL), {}), key)
        except StateVersionError:
            unreadable.append(key)
    return Look(controls, decode_watches(found.get(WATCH, {})), tuple(unreadable))


def _key(text: str) -> JobKey:
    job, _, storefront = text.partition("@")
    return JobKey(job, storefront or None)


def _watched(text: str) -> Watched:
    meaning, _, since = text.partition(" ")
    return Watched(meaning, from_text(since))
