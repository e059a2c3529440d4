"""The watchdog on this machine: what it resumes on AWS, `nightshift dev` resumes here, by the same rules."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from nightshift.watch import due_slots, watched_keys
from nightshift_tools.local.composition import Local
from nightshift_tools.local.firings import Due
from nightshift_tools.local.standing import is_alive

EVERY = timedelta(minutes=5)
"""As the rule of the watchdog has it."""


@dataclass(frozen=True, slots=True)
class Look:
    """The moment of one look."""

    minute: datetime


def looks(after: datetime) -> Iterator[Look]:
    """A look at every fifth minute of the hour, strictly after an instant, for ever."""
    minute = after.replace(minute=after.minute // 5 * 5, second=0, microsecond=0)
    while True:
        minute += EVERY
        yield Look(minute)


def resumable(local: Local, jobs: Collection[str]) -> list[Due]:
    """The open slots of these jobs that are to be resumed now. Errors: as the state's."""
    state = local.stores.state
    seen = state.watch.look([key for key in watched_keys(local.manifest) if key.job in jobs])
    found = due_slots(local.manifest, seen, local.clock.now(), partial(is_alive, state))
    return [
        Due(slot.minute, key.job, slot.schedule, key.storefront or "", resumed=True) for key, slot in found
    ]
