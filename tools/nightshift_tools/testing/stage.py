"""Ticks delivered to the job of one world: each to a process of its own, with what befalls it."""

from __future__ import annotations

import logging
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from nightshift.errors import ConfigurationError, SlotHeldError
from nightshift.execution import Ended
from nightshift.manifest import CompiledManifest, ScheduleEntry
from nightshift.services import NobodyWatches, Services
from nightshift.state.models import Control, Cursor, RunRecord, Status
from nightshift.times import to_text
from nightshift_tools.testing.clock import START
from nightshift_tools.testing.gate import Fate, Gate, Killed
from nightshift_tools.testing.ports import GatedState, gated_logs
from nightshift_tools.testing.upstreams import Worker
from nightshift_tools.testing.world import JobWorld

SECONDS_LEFT = 300.0
_LEASE = SECONDS_LEFT + 21
_CLEAN_TICKS = 2
_ALL = 1_000
_MINUTE = timedelta(minutes=1)


class PlannedActions(NobodyWatches):
    """What a dry run says it would do: action and record."""

    def __init__(self) -> None:
        self.plan: list[tuple[str, str]] = []

    def planned(self, action: str, record: str, reason: str | None) -> None:
        self.plan.append((action, record))


@dataclass(frozen=True)
class Delivery:
    """What one delivery of a tick came to: how it ended, or what it raised, in seconds `took`."""

    worker: Worker
    ended: Ended | None
    error: BaseException | None
    plan: Sequence[tuple[str, str]]
    took: float

    @property
    def status(self) -> Status | None:
        """None where the process was killed, or let go of before it could write anything."""
        return self.ended.record.status if self.ended is not None else None

    @property
    def told(self) -> str:
        """What it came to, in words."""
        if self.error is not None:
            return f"{type(self.error).__name__}: {self.error}"
        reason = self.ended.record.reason if self.ended is not None else None
        return f"{self.status}" + (f" ({reason})" if reason else "")


@dataclass(frozen=True)
class Written:
    """A write to the control record, the cursor it left, and after how many seconds of its process."""

    verb: str
    cursor: Cursor
    seconds: float


class Stage:
    """A world, the ticks that its job was given, and every write to its control record."""

    def __init__(self, world: JobWorld) -> None:
        self.world = world
        self.written: list[Written] = []
        self.ticks = 0
        self._random = random.Random(11)  # noqa: S311 - a run must be repeatable
        first = world.entry.schedules[0] if world.entry.schedules else ScheduleEntry("default")
        self._schedule = replace(first, enabled=True, max_executions=None)
        self._entry = replace(world.entry, enabled=True, max_executions=None, schedules=(self._schedule,))
        if world.storefront is None and world.entry.storefronts:
            raise ConfigurationError(
                f"{world.entry.name} has the storefronts {', '.join(world.entry.storefronts)}: set "
                f"{type(world).__name__}.storefront to one of them"
            )

    def tick(self, fate: Fate | None = None, seconds_left: float = SECONDS_LEFT) -> Delivery:
        """Deliver the next tick."""
        self.ticks += 1
        return self.deliver(self.ticks, fate, seconds_left)

    def deliver(self, tick: int, fate: Fate | None = None, seconds_left: float = SECONDS_LEFT) -> Delivery:
        """Deliver a tick, by its number, at its time or later."""
        self.world.clock.instant = max(self.world.clock.instant, self._time_of(tick))
        return self._handle(self._scheduled(self._time_of(tick)), fate, seconds_left)

    def tick_beside(self) -> Delivery:
        """Deliver a tick that is due a minute after the last one, while no time passes."""
        return self._handle(self._scheduled(self._time_of(self.ticks) + _MINUTE), None, SECONDS_LEFT)

    def by_hand(self, **settings: object) -> Delivery:
        if self.world.handler.spec.needs_reason:
            settings["reason"] = "held to its contract"
        return self._handle({"job": self._entry.name, **settings}, None, SECONDS_LEFT)

    def recover(self, disturbed: Delivery) -> Iterator[str]:
        """After a disturbed tick: deliver it again until it is through, as Lambda does, then clean ticks
        until two have run. Yields what went wrong."""
        ran = 0
        if disturbed.error is not None:
            again = self.deliver(self.ticks)
            if isinstance(again.error, SlotHeldError):
                self.world.clock.advance(_LEASE)
                again = self.deliver(self.ticks)
            if again.error is not None:
                yield f"delivered again, the tick failed with {again.told}"
            ran = int(again.status is Status.SUCCEEDED)
        for _ in range(ran, _CLEAN_TICKS):
            clean = self.tick()
            if clean.status is not Status.SUCCEEDED:
                yield f"a clean tick afterwards came to {clean.told}"

    def breaches(self) -> Iterator[str]:
        """What is wrong with target and run records once the clean ticks have run."""
        for key, difference in sorted(self.world.differences().items()):
            yield f"{key}: {difference}"
        for record in self.records():
            if record.status is Status.RUNNING:
                yield f"run {record.id} is left running in its record"
        control = self.control()
        if control.run is not None:
            yield f"run {control.run} still holds the lease"

    def records(self) -> Sequence[RunRecord]:
        """All run records, newest first."""
        return self.world.state.runs.latest(self.world.key, _ALL, self.world.clock.now())

    def control(self) -> Control:
        return self.world.state.control.read(self.world.key) or Control()

    def stored(self) -> Sequence[tuple[str, str]]:
        """All that the state and the log table hold."""
        rows = self.world.state.database.rows
        return [
            row
            for table in ("state", "log")
            for row in rows(f"SELECT pk || ' ' || sk, body FROM {table} ORDER BY pk, sk")  # noqa: S608
        ]

    def _handle(self, event: dict[str, object], fate: Fate | None, seconds_left: float) -> Delivery:
        worker, before = Worker(self.world.clock, Gate(fate)), self.world.worker
        observer = PlannedActions()
        if self.world.storefront is not None:
            event["storefront"] = self.world.storefront
        self.world.worker = worker
        ended: Ended | None = None
        error: BaseException | None = None
        try:
            ended = self.world.handler.handle(event, self._services(worker, observer), seconds_left)
            error = ended.error
        except (Exception, Killed) as raised:
            error = raised
        finally:
            self.world.worker = before
        return Delivery(worker, ended, error, observer.plan, worker.seconds())

    def _services(self, worker: Worker, observer: PlannedActions) -> Services:
        logger = logging.Logger("contract")
        logger.addHandler(logging.NullHandler())
        services = Services(
            clock=worker,
            random=self._random,
            state=GatedState(self.world.state, worker.gate, self._after_write),
            logs=gated_logs(self.world.logs, worker.gate),
            manifest=CompiledManifest({self._entry.name: self._entry}),
            environment=self.world.environment,
            secrets=_Secrets(self.world.secrets),
            logger=logger,
            observer=observer,
        )
        return self.world.adapt(services)

    def _after_write(self, verb: str) -> None:
        if verb.startswith("control."):
            self.written.append(Written(verb, self.control().cursor, self.world.worker.seconds()))

    def _scheduled(self, time: datetime) -> dict[str, object]:
        return {
            "job": self._entry.name,
            "schedule": self._schedule.name,
            "scheduled_time": to_text(time),
        }

    def _time_of(self, tick: int) -> datetime:
        return START + tick * self.world.between_ticks


class _Secrets:
    def __init__(self, secrets: Mapping[str, Mapping[str, str]]) -> None:
        self._secrets = secrets

    def get(self, name: str, *, fresh: bool = False) -> Mapping[str, str]:
        if name not in self._secrets:
            raise ConfigurationError(f"the world has no secret {name!r}: put it into `secrets`")
        return self._secrets[name]
