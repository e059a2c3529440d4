"""A long time in a short one: every tick is claimed, and released as a run that found nothing to do.

No job's code is called, and nothing outside is read or written. What decides is what decides on AWS: the
firings of the manifest, the admission, the claim. Each control record is played by itself, from its first
tick to its last, because no job knows of another.
"""

from __future__ import annotations

import logging
import random
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from heapq import merge
from itertools import chain
from operator import itemgetter

from nightshift.admission import claim_request, first_record, refused_record, settings_of
from nightshift.manifest import JobEntry, ScheduleEntry
from nightshift.settings import Settings
from nightshift.state.models import Control, JobKey, Pause, Refused, Release, RunId, RunRecord, Slot, Status
from nightshift.trigger import Kind, Trigger
from nightshift_tools.local.clocks import StandingClock
from nightshift_tools.local.composition import Local
from nightshift_tools.local.delivery import was_overtaken
from nightshift_tools.local.firings import Due, minutes_of
from nightshift_tools.local.stores import simulated
from nightshift_tools.local.timeline import fresh_folder

ASLEEP = "asleep"

_JUST_BEFORE = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Span:
    """From an instant to before another."""

    begin: datetime
    end: datetime

    def __contains__(self, instant: datetime) -> bool:
        return self.begin <= instant < self.end


@dataclass(frozen=True, slots=True)
class Script:
    """What is simulated. Jobs are paused as by `nightshift pause` and `nightshift resume`.

    While the machine sleeps no tick is delivered: as with `nightshift dev`, of those that came due then, the
    last of each schedule is made up for.
    """

    span: Span
    pauses: Sequence[tuple[JobKey, Span]] = ()
    asleep: Sequence[Span] = ()


@dataclass(slots=True)
class Row:
    """What became of the ticks of one schedule: how many ran, and why others did not.

    A disabled one has none. `first` and `last` are slots that ran.
    """

    key: JobKey
    schedule: ScheduleEntry
    is_enabled: bool
    ran: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    first: datetime | None = None
    last: datetime | None = None

    @property
    def ticks(self) -> int:
        return self.ran + self.skipped.total()


@contextmanager
def open_simulated(local: Local) -> Iterator[Local]:
    """The project with a state for simulated time, begun anew; ConfigurationError where that is DynamoDB."""
    stores = simulated(fresh_folder(local) / "state.db")
    try:
        yield replace(local, stores=stores)
    finally:
        stores.close()


def simulate(
    local: Local, jobs: Collection[str], script: Script, progressed: Callable[[JobKey, int], None]
) -> list[Row]:
    """What became of every tick of these jobs; `progressed` hears of each control record and its ticks.

    `local` is one that `open_simulated` gave. ConfigurationError where the settings of a job are wrong.
    """
    found: list[Row] = []
    for entry in map(local.manifest.job, sorted(jobs)):
        for key in entry.keys:
            rows = _Player(local, entry, key, script).play()
            progressed(key, sum(row.ticks for row in rows))
            found += rows
    return found


class _Player:
    """One control record, from the first tick to the last."""

    def __init__(self, local: Local, entry: JobEntry, key: JobKey, script: Script) -> None:
        self._clock = StandingClock(script.span.begin)
        self._local = replace(local, clock=self._clock)
        # Ids may be guessed here, and asking the system for chance takes longer than a claim.
        self._services = replace(self._local.services(), random=random.Random(0))  # noqa: S311
        self._services.logger.setLevel(logging.CRITICAL)  # of each skip it would make a record for nobody
        self._control = self._services.state.control
        self._entry = entry
        self._key = key
        self._script = script
        self._operations = self._planned()
        self._settings: dict[str, Settings] = {}
        self._claims = 0

    def play(self) -> list[Row]:
        own = (self._key.storefront,)
        rows = [
            Row(self._key, schedule, self._entry.enabled and schedule.enabled)
            for schedule in self._entry.schedules
            if self._key.storefront in (schedule.storefronts or own)
        ]
        lines = [self._line(row) for row in rows if row.is_enabled]
        for minute, row in merge(*lines, key=itemgetter(0)) if len(lines) > 1 else chain(*lines):
            self._deliver(row, minute)
        return rows

    def _line(self, row: Row) -> Iterator[tuple[datetime, Row]]:
        end = self._script.span.end
        for minute in minutes_of(row.schedule, self._script.span.begin - _JUST_BEFORE):
            if minute >= end:
                return
            yield minute, row

    def _deliver(self, row: Row, minute: datetime) -> None:
        now = self._clock.instant = self._awake(minute)
        while self._operations and self._operations[-1][0] <= now:
            at, operate = self._operations.pop()
            operate(at)
        reason = ASLEEP if now > minute and self._is_lost(row, minute) else self._run(row, minute)
        if reason is not None:
            row.skipped[reason] += 1
            return
        row.ran += 1
        row.first = row.first or minute
        row.last = minute

    def _run(self, row: Row, minute: datetime) -> str | None:
        """Run a tick that finds nothing to do; why it was skipped, or None."""
        slot, now = Slot(row.schedule.name, minute), self._clock.instant
        trigger = Trigger(Kind.SCHEDULE, self._key, slot)
        self._claims += 1
        run = RunId(f"{self._claims:09}")  # seen by nobody: of a run that is idle there is no record
        record = RunRecord(run, self._key, trigger.kind, Status.RUNNING, now, slot)
        verdict = self._control.claim(claim_request(record, self._settings_of(trigger), self._services, None))
        if isinstance(verdict, Refused):
            record = refused_record(verdict, trigger, first_record(trigger, self._services), self._services)
            return (record.reason or "").partition(":")[0]
        before = verdict.control
        idle = Release(
            Status.SUCCEEDED,
            now,
            before.cursor,
            before.quarantined,
            done=True,
            idle_runs=before.idle_runs + 1,
        )
        self._control.release(verdict.lease, idle)
        return None

    def _settings_of(self, trigger: Trigger) -> Settings:
        """Of a schedule, worked out once: nothing changes them while time is simulated."""
        schedule = trigger.slot.schedule if trigger.slot else ""
        if schedule not in self._settings:
            self._settings[schedule] = settings_of(self._entry, trigger, self._services, Control())
        return self._settings[schedule]

    def _awake(self, minute: datetime) -> datetime:
        """When a tick of this minute can be delivered."""
        return max((span.end for span in self._script.asleep if minute in span), default=minute)

    def _is_lost(self, row: Row, minute: datetime) -> bool:
        """A tick that came due while the machine slept is not made up for."""
        due = Due(minute, self._key.job, row.schedule.name, self._key.storefront or "")
        return self._clock.instant >= self._script.span.end or was_overtaken(self._local, due)

    def _planned(self) -> list[tuple[datetime, Callable[[datetime], None]]]:
        """What an operator does with this job, the last first."""
        spans = [span for key, span in self._script.pauses if key == self._key]
        begun = [(span.begin, self._pause) for span in spans]
        ended = [(span.end, partial(self._control.resume, self._key)) for span in spans]
        return sorted([*begun, *ended], key=itemgetter(0), reverse=True)

    def _pause(self, at: datetime) -> None:
        self._control.pause(self._key, Pause("simulated", at))
