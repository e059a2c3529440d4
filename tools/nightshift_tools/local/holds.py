"""Putting a legal hold on records, and what is meant by it: a job, one of its storefronts, or a run."""

from __future__ import annotations

from datetime import datetime
from itertools import islice

from nightshift.archive import Hold, LogItem, to_keep
from nightshift.errors import ConfigurationError
from nightshift.state.models import JobKey, RunId, RunRecord
from nightshift_tools.local.composition import Local
from nightshift_tools.local.history import find_runs

MOST_HOLDS, MOST_REASON = 500, 500
"""All holds are one record, which DynamoDB limits to 400 KB: no so many of so many characters exceed it."""


def put_hold(local: Local, key: JobKey, run: RunId | None, reason: str, now: datetime) -> tuple[Hold, int]:
    """Put a hold on all runs of a job, or on one, and take the expiry off what is there; how many items.

    What its runs write later loses its expiry with each purge, long before DynamoDB would come to it.
    """
    archive = local.stores.archive
    if not reason.strip() or len(reason) > MOST_REASON:
        raise ConfigurationError(
            f"--reason has {len(reason.strip())} characters: say why, in up to {MOST_REASON}"
        )
    hold = Hold(key, run, reason.strip(), now)
    others = [other for other in archive.holds() if other.name != hold.name]
    if len(others) >= MOST_HOLDS:
        raise ConfigurationError(
            f"there are {len(others)} holds, and no more can be kept: `nightshift hold remove` those "
            "that are over, or put one on a whole job"
        )
    archive.put_hold(hold)
    kept = 0
    for found in to_keep(archive, hold, local.manifest.keys):
        kept += 1
        if isinstance(found, LogItem):
            archive.keep_log(found)
        else:
            archive.keep_run(found)
    return hold, kept


def find_run(local: Local, text: str, now: datetime) -> RunRecord | None:
    """The run of that id, hidden or not, or the one visible run whose id, or its random end, begins so."""
    for key in local.manifest.keys:
        for record in islice(local.stores.archive.runs(key, None, RunId(text)), 1):
            if record.id == text:
                return record
    found = find_runs(local, local.manifest.keys, text, now)
    if len(found) > 1:
        raise ConfigurationError(f"{text!r} could be {len(found)} runs: give more of it")
    return found[0] if found else None


def drop_hold(local: Local, name: str) -> Hold:
    """Drop the hold of that name; ConfigurationError where there is none, with those there are."""
    holds = {hold.name: hold for hold in local.stores.archive.holds()}
    if name not in holds:
        known = ", ".join(sorted(holds)[:10]) or "none"
        raise ConfigurationError(f"there is no hold {name!r}; there are: {known}")
    local.stores.archive.drop_hold(name)
    return holds[name]
