"""Log items as a purge sees them, and what may not be purged."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from nightshift.logs.records import Level
from nightshift.state.models import JobKey, RunId


@dataclass(frozen=True, slots=True)
class LogItem:
    """One item of the Log table, not unpacked: `count` records of one level, from `first` to `last`.

    `expires`: DynamoDB removes it by itself one day.
    """

    run: RunId
    sort_key: str
    key: JobKey
    level: Level
    first: datetime
    last: datetime
    count: int
    expires: bool


@dataclass(frozen=True, slots=True)
class Hold:
    """A legal hold: what may be neither purged nor left to expire, and why.

    With a run it is that run; without, all runs of the job, and where the key has no storefront, of all its
    storefronts.
    """

    key: JobKey
    run: RunId | None
    reason: str
    since: datetime

    @property
    def name(self) -> str:
        """What it is called: the run, or the job."""
        return self.run or str(self.key)

    def covers(self, key: JobKey, run: RunId) -> bool:
        if self.run is not None:
            return run == self.run
        return key == self.key or JobKey(key.job) == self.key


def holding(holds: Iterable[Hold], key: JobKey, run: RunId) -> Hold | None:
    """The first hold on a run, or None."""
    return next((hold for hold in holds if hold.covers(key, run)), None)
