"""Weeks of a deployed stack in seconds: ticks dropped, doubled and late, runs that die, operators, deploys.

The watchdog, the claim, the refusals and the state are the real ones. A run is made of its claim and its
release, with time in between; Lambda tries a failed one twice more.
"""

from __future__ import annotations

import logging
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count, takewhile

from nightshift.admission import claim_request, first_record, is_enabled, refused_record, settings_of
from nightshift.errors import ConfigurationError, SlotHeldError
from nightshift.manifest import CompiledManifest, JobEntry, parse_manifest
from nightshift.services import NobodyWatches, Services
from nightshift.state.models import Control, JobKey, Lease, Pause, Refused, Release, RunRecord, Slot, Status
from nightshift.trigger import Kind, parse_trigger
from nightshift.watch import Watchdog
from nightshift_tools.embedded import SqliteLogs, SqliteState
from nightshift_tools.local.firings import Due, firings
from nightshift_tools.manifest import compile_manifest, parse
from support.shop import FakeClock, NoSecrets

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
EVERY = 5 * MINUTE
SECONDS_LEFT = 300.0
RETRIES = (MINUTE, 2 * MINUTE)

Watched = tuple[JobKey, str]
"""A schedule of a job and storefront."""


@dataclass(frozen=True)
class Chances:
    """How often what befalls a tick, a run and a look."""

    dropped: float = 0.03
    late: float = 0.05
    doubled: float = 0.05
    failed: float = 0.06
    killed: float = 0.03
    incomplete: float = 0.03
    slow: float = 0.05
    look_dropped: float = 0.05


CALM = Chances(0, 0, 0, 0, 0, 0, 0, 0)


@dataclass(frozen=True)
class Try:
    """One run of a slot: when it was admitted, when it ended or died, how, and until when its lease was."""

    began: datetime
    ended: datetime
    status: Status
    lease_until: datetime


@dataclass
class Truth:
    """What really happened, written down by the world and never by what is tested."""

    fired: dict[Watched, list[datetime]] = field(default_factory=lambda: defaultdict(list))
    arrived: dict[Watched, list[tuple[datetime, datetime]]] = field(default_factory=lambda: defaultdict(list))
    tries: dict[Watched, dict[datetime, list[Try]]] = field(default_factory=lambda: defaultdict(dict))
    first_claims: dict[Watched, list[datetime]] = field(default_factory=lambda: defaultdict(list))
    succeeded: Counter[tuple[Watched, datetime]] = field(default_factory=Counter)
    by_hand: dict[JobKey, list[tuple[datetime, datetime]]] = field(default_factory=lambda: defaultdict(list))
    worked: dict[JobKey, list[tuple[datetime, datetime]]] = field(default_factory=lambda: defaultdict(list))
    paused: dict[JobKey, list[tuple[datetime, datetime]]] = field(default_factory=lambda: defaultdict(list))
    deployed: list[tuple[datetime, CompiledManifest]] = field(default_factory=list)
    looked: list[datetime] = field(default_factory=list)
    reported: list[tuple[datetime, Watched, datetime]] = field(default_factory=list)
    told: list[tuple[datetime, str, int]] = field(default_factory=list)
    resumed: int = 0
    dead_letters: list[Mapping[str, object]] = field(default_factory=list)


def compiled(manifest: str) -> CompiledManifest:
    return parse_manifest(compile_manifest(parse(manifest, {}, "schedules.yaml")), "schedules.yaml")


class World:
    """One stack from `start` on. Plans are made first, then time is `run`.

    `outages` of a job's schedule keep its ticks from being delivered; while an upstream is `down`, runs fail.
    """

    def __init__(self, start: datetime, seed: int) -> None:
        self.clock = FakeClock(start)
        self.random = random.Random(seed)
        self.chances = Chances()
        self.state = SqliteState.in_memory()
        self.truth = Truth()
        self.outages: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
        self.down: list[tuple[datetime, datetime]] = []
        self.manifest = CompiledManifest({})
        self._logs = SqliteLogs(self.state.database)
        self._logger = logging.Logger("world")
        self._logger.addHandler(logging.NullHandler())
        self._order = count()
        self._events: list[tuple[datetime, int, Callable[[], object]]] = []

    def at(self, when: datetime, act: Callable[[], object]) -> None:
        heappush(self._events, (when, next(self._order), act))

    def run(self, until: datetime) -> None:
        while self._events and self._events[0][0] < until:
            when, _, act = heappop(self._events)
            self.clock.instant = max(self.clock.instant, when)
            act()
        self.clock.instant = until

    def deploy(self, when: datetime, until: datetime, manifest: str) -> None:
        """A manifest in force from one deploy to the next, its firings and the looks at it."""
        new = compiled(manifest)

        def put() -> None:
            self.manifest = new
            self.truth.deployed.append((when, new))

        self.at(when, put)
        for due in takewhile(lambda due: due.minute < until, firings(new, list(new.jobs), when)):
            self.at(due.minute, lambda due=due: self._fire(due))  # type: ignore[misc]

    def watch(self, since: datetime, until: datetime) -> None:
        when = since
        while when < until:
            self.at(when + self._seconds(0, 40), self._look)
            when += EVERY

    def pause(self, key: JobKey, since: datetime, until: datetime) -> None:
        self.truth.paused[key].append((since, until))
        control = self.state.control
        self.at(since, lambda: control.pause(key, Pause("stocktaking", since)))
        self.at(until, lambda: control.resume(key, until))

    def by_hand(self, key: JobKey, when: datetime) -> None:
        self.at(when, lambda: self._begin({"job": key.job, "storefront": key.storefront}, ()))

    def _fire(self, due: Due) -> None:
        now, chances = self.clock.now(), self.chances
        self.truth.fired[due.key, due.schedule].append(due.minute)
        is_out = any(since <= now < until for since, until in self.outages[f"{due.key} {due.schedule}"])
        if is_out or self.random.random() < chances.dropped:
            return
        delay = self._seconds(0, 20)
        if self.random.random() < chances.late:
            delay = self._seconds(30, self.random.choice([120, 600, 7200]))
        for _ in range(1 + (self.random.random() < chances.doubled)):
            self.at(now + delay, lambda: self._begin(due.event(), RETRIES))
            delay += self._seconds(0, 900)

    def _begin(self, event: Mapping[str, object], retries: tuple[timedelta, ...]) -> None:
        """One invocation; where it raises, Lambda tries the event again."""
        try:
            entry = self.manifest.job(str(event["job"]))
            trigger = parse_trigger(event, entry)
        except ConfigurationError:
            return  # of a rule that has just been removed
        services = self._services()
        record, key, slot = first_record(trigger, services), trigger.key, trigger.slot
        watched = (key, slot.schedule) if slot else None
        if slot and watched and not trigger.resumed:
            self.truth.arrived[watched].append((self.clock.now(), slot.minute))
        if not is_enabled(entry, trigger):
            return
        settings = settings_of(entry, trigger, services, Control())
        verdict = self.state.control.claim(claim_request(record, settings, services, SECONDS_LEFT))
        if isinstance(verdict, Refused):
            try:
                refused_record(verdict, trigger, record, services)
            except SlotHeldError:
                self._retry(event, retries)
            return
        if slot and watched:
            if slot.minute not in self.truth.tries[watched]:
                self.truth.first_claims[watched].append(self.clock.now())
            self.truth.tries[watched].setdefault(slot.minute, [])
        self._work(entry, event, verdict.lease, record, retries)

    def _work(
        self,
        entry: JobEntry,
        event: Mapping[str, object],
        lease: Lease,
        record: RunRecord,
        retries: tuple[timedelta, ...],
    ) -> None:
        chances = self.chances
        fates = [(chances.failed, Status.FAILED), (chances.incomplete, Status.INCOMPLETE)]
        fates.append((chances.killed, Status.INTERRUPTED))
        chance, status = self.random.random(), Status.SUCCEEDED
        for share, fate in fates:
            if 0 <= chance < share:
                status = fate
            chance -= share
        if any(since <= self.clock.now() < until for since, until in self.down):
            status = Status.FAILED
        is_slow = self.random.random() < chances.slow
        took = self._seconds(100, 299) if is_slow else self._seconds(1, 30)
        self.at(self.clock.now() + took, lambda: self._end(event, lease, record, status, retries))

    def _end(
        self,
        event: Mapping[str, object],
        lease: Lease,
        record: RunRecord,
        status: Status,
        retries: tuple[timedelta, ...],
    ) -> None:
        now, key, slot = self.clock.now(), lease.key, lease.slot
        self.truth.worked[key].append((record.started_at, now))
        if slot:
            ended = Try(record.started_at, now, status, lease.until)
            self.truth.tries[key, slot.schedule][slot.minute].append(ended)
        if status is Status.INTERRUPTED:
            self._retry(event, retries)
            return
        is_done = status is Status.SUCCEEDED
        self.state.control.release(lease, Release(status, now, {}, 0, is_done))
        if slot and is_done:
            self.truth.succeeded[(key, slot.schedule), slot.minute] += 1
        if record.trigger == Kind.BY_HAND and is_done:
            self.truth.by_hand[key].append((record.started_at, now))
        if record.trigger == Kind.BY_HAND:
            self.state.runs.put(replace(record, status=status, ended_at=now))
        if status is Status.FAILED:
            self._retry(event, retries)

    def _retry(self, event: Mapping[str, object], retries: tuple[timedelta, ...]) -> None:
        if retries:
            self.at(self.clock.now() + retries[0], lambda: self._begin(event, retries[1:]))
        else:
            self.truth.dead_letters.append(event)

    def _look(self) -> None:
        if self.random.random() < self.chances.look_dropped:
            return
        now = self.clock.now()
        self.truth.looked.append(now)
        watchdog = Watchdog(self.manifest, self.state, self, self, self._logger, self.clock)
        for key, slot in watchdog.look().missing:
            self.truth.reported.append((now, (key, slot.schedule), slot.minute))

    def resume(self, entry: JobEntry, event: Mapping[str, object]) -> None:
        """As the watchdog's resumer: an asynchronous invocation."""
        self.truth.resumed += 1
        self.at(self.clock.now() + self._seconds(0, 3), lambda: self._begin(event, RETRIES))

    def missing_runs(self, job: str, count: int) -> None:
        """As the watchdog's gauge."""
        self.truth.told.append((self.clock.now(), job, count))

    def _seconds(self, least: float, most: float) -> timedelta:
        return timedelta(seconds=round(self.random.uniform(least, most), 3))

    def _services(self) -> Services:
        return Services(
            clock=self.clock,
            random=self.random,
            state=self.state,
            logs=self._logs,
            manifest=self.manifest,
            environment={},
            secrets=NoSecrets(),
            logger=self._logger,
            observer=NobodyWatches(),
        )


def open_now(world: World) -> list[tuple[JobKey, Slot]]:
    """The slots that began and neither succeeded nor were followed, of schedules that still fire."""
    found = []
    for key, schedule in world.truth.fired:
        entry = world.manifest.jobs.get(key.job)
        known = entry and entry.enabled and entry.schedule(schedule)
        control = world.state.control.read(key)
        if not known or not known.enabled or control is None or schedule not in control.slots:
            continue
        if control.done.get(schedule) != control.slots[schedule]:
            found.append((key, Slot(schedule, control.slots[schedule])))
    return found
