"""The events that a run on this machine is given: the same that Lambda would get."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import orjson

from nightshift.errors import ConfigurationError
from nightshift.manifest import JobEntry
from nightshift.state.models import JobKey, Slot
from nightshift.trigger import scheduled_event
from nightshift_tools.cli.session import parse_assignments
from nightshift_tools.cli.texts import parse_instant


def event_by_hand(
    key: JobKey,
    *,
    dry_run: bool,
    full: bool,
    batch_size: str | None,
    params: list[str],
    reason: str | None = None,
) -> dict[str, object]:
    """A run by hand, with the settings that were given and no others."""
    event: dict[str, object] = {"job": key.job}
    if key.storefront is not None:
        event["storefront"] = key.storefront
    settings = {
        "dry_run": dry_run or None,
        "full": full or None,
        "batch_size": batch_size,
        "params": parse_assignments(params) or None,
        "reason": reason,
    }
    return event | {name: value for name, value in settings.items() if value is not None}


def event_of_slot(entry: JobEntry, key: JobKey, schedule: str | None, slot: str | None) -> dict[str, object]:
    """What the rule of a schedule passes for one slot."""
    if slot is None:
        raise ConfigurationError("--schedule needs --slot: write the slot's time, as 2026-11-20T22:04:00Z")
    name = schedule or (entry.schedules[0].name if len(entry.schedules) == 1 else "default")
    return scheduled_event(key, Slot(name, parse_instant(slot)))


def read_event(path: Path) -> object:
    """The event in a file; ConfigurationError where it cannot be read or is no JSON."""
    try:
        return orjson.loads(path.read_bytes())
    except OSError as error:
        raise ConfigurationError(f"the event file {path} cannot be read: {error.strerror}") from error
    except orjson.JSONDecodeError as error:
        raise ConfigurationError(f"the event file {path} is no JSON: {error}") from error


def refuse_together(option: str, others: Mapping[str, bool]) -> None:
    """ConfigurationError where one of the others is given beside an option that leaves no room for it."""
    given = [name for name, is_given in others.items() if is_given]
    if given:
        raise ConfigurationError(
            f"{option} and {given[0]} do not go together: the event says all there is to say; "
            "leave one of the two out"
        )
