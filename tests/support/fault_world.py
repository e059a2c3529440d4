"""sync-products against a sandbox, one disturbed tick in its middle, and all that is seen afterwards."""

from __future__ import annotations

import logging
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any, Protocol

from nightshift.errors import NightshiftError
from nightshift.execution import Ended
from nightshift.logs.records import LogStore
from nightshift.manifest import CompiledManifest, JobEntry, ScheduleEntry
from nightshift.services import NobodyWatches, Services
from nightshift.state.models import Control, JobKey, RunRecord
from nightshift.state.ports import State
from nightshift.times import to_text
from nightshift_tools.sandbox.exact_json import loads
from nightshift_tools.sandbox.message import Request, Response
from nightshift_tools.sandbox.server import Sandbox
from support.fault_gate import Act, Fate, Gate, Witness
from support.fault_upstream import WorkerClock
from support.faults import Killed
from support.shop import START, FakeClock, NoSecrets
from support.sync import read_event
from sync_products.app import lambda_handler

PRODUCTS = 12
BATCH = 3
POISON = 4
SECONDS_LEFT = 300.0
LEASE = SECONDS_LEFT + 20
_WORLDS = count(1)


class Backend(Protocol):
    """Where the state is, as processes see it that come and go."""

    @property
    def name(self) -> str: ...
    @property
    def modes(self) -> dict[str, tuple[Act, int]]: ...

    def fresh(self) -> None: ...
    def save(self, key: JobKey) -> object: ...
    def restore(self, saved: object, key: JobKey) -> None: ...
    def open(self, gate: Gate, *, beside: bool = False) -> tuple[State, LogStore]: ...
    def lets_others_in(self) -> bool: ...
    def close(self) -> None: ...


@dataclass(frozen=True)
class Delivery:
    """What one delivery of a tick came to: how it ended, or what it raised."""

    gate: Gate
    ended: Ended | None
    error: BaseException | None

    @property
    def is_failure(self) -> bool:
        """Lambda would deliver it again."""
        return self.error is not None


@dataclass(frozen=True)
class Saved:
    """A world as it stood once: shop, state, time, chance, and the minute of its last tick."""

    shop: Mapping[str, object]
    state: object
    instant: datetime
    random: tuple[object, ...]
    minute: int


@dataclass
class World:
    """One shop, one state, and the ticks that are delivered. Every delivery is a process of its own."""

    sandbox: Sandbox
    backend: Backend
    time: FakeClock = field(default_factory=FakeClock)
    random: random.Random = field(default_factory=lambda: random.Random(11))
    minute: int = 0
    writes: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.key = JobKey("sync-products", f"w{next(_WORLDS)}")
        self.entry = JobEntry(
            name="sync-products",
            handler="sync_products.app.lambda_handler",
            batch_size=BATCH,
            storefronts=(str(self.key.storefront),),
            params={"on_missing": "delete", "page_size": 5, "min_seen_ratio": 0.8},
            schedules=(ScheduleEntry("default"),),
        )

    @classmethod
    def fresh(cls, sandbox: Sandbox, backend: Backend) -> World:
        """A shop in which nothing was done yet, with one product that the target refuses."""
        backend.fresh()
        sandbox.reset()
        sandbox.refuse(title="Refused")
        sandbox.edit(POISON, title="Refused")
        return cls(sandbox, backend)

    @classmethod
    def restored(cls, sandbox: Sandbox, backend: Backend, saved: Saved) -> World:
        """The same world once more, as a job of its own; from here on, writes to the target are counted."""
        world = cls(sandbox, backend, FakeClock(saved.instant), minute=saved.minute)
        world.random.setstate(saved.random)
        sandbox.shop.restore(saved.shop)
        backend.restore(saved.state, world.key)
        world._count_writes()
        return world

    def save(self) -> Saved:
        """The world as it stands."""
        shop, state = self.sandbox.shop.save(), self.backend.save(self.key)
        return Saved(shop, state, self.time.now(), self.random.getstate(), self.minute)

    def deliver(
        self,
        minute: int,
        fate: Fate | None = None,
        *,
        seconds_left: float = SECONDS_LEFT,
        witness: Witness | None = None,
        beside: bool = False,
        full: bool = False,
    ) -> Delivery:
        """Deliver the tick of a minute to a new process; `full` runs by hand instead, comparing all."""
        gate = Gate(fate, witness)
        self.minute = max(self.minute, minute)
        self.time.instant = max(self.time.instant, self.slot(minute))
        services = self._services(gate, beside=beside)
        event: dict[str, object] = {"storefront": self.key.storefront}
        if full:
            event |= {"job": "sync-products", "full": True}
        else:
            scheduled = {"scheduled_time": to_text(self.slot(minute))}
            event = {**read_event("sync-products-scheduled"), **event, **scheduled}
        try:
            ended = lambda_handler.handle(event, services, seconds_left)
        except (NightshiftError, Killed) as error:
            return Delivery(gate, None, error)
        except Exception as error:  # a bug in the engine, for the checks to report
            return Delivery(gate, None, error)
        return Delivery(gate, ended, ended.error)

    def next_minute(self) -> int:
        self.minute += 10
        return self.minute

    def slot(self, minute: int) -> datetime:
        return START + timedelta(minutes=minute)

    def let_leases_end(self) -> None:
        self.time.advance(LEASE + 1)

    def state(self) -> State:
        """The state as nobody's process: what is asked through it meets no fate."""
        return self.backend.open(Gate(), beside=True)[0]

    def control(self) -> Control:
        return self.state().control.read(self.key) or Control()

    def fingerprints(self) -> dict[str, bytes]:
        """What decides whether a record is looked at; what a suspended scan has seen counts only beside a
        cursor that resumes it."""
        found = self.state().fingerprints.read(self.key, "", "~")
        return {item.range: item.body for item in found if not item.range.startswith("seen:")}

    def records(self) -> Sequence[RunRecord]:
        """All run records, newest first."""
        return self.state().runs.latest(self.key, 99, self.time.now())

    def quarantine(self) -> dict[str, int]:
        """Tries by key."""
        return {record.record: record.attempts for record in self.state().quarantine.all(self.key)}

    def source(self) -> dict[str, str]:
        """Titles by id, without those that Medusa refuses."""
        catalogue = self.sandbox.shop.catalogue
        titles = {str(number): str(catalogue.document(number)["title"]) for number in catalogue.ids}
        return {key: title for key, title in titles.items() if title != "Refused"}

    def target(self) -> dict[str, str]:
        return {key: product.title for key, product in self.sandbox.target().items()}

    def _services(self, gate: Gate, *, beside: bool) -> Services:
        state, logs = self.backend.open(gate, beside=beside)
        return Services(
            clock=WorkerClock(self.time, gate, self.sandbox),
            random=self.random,
            state=state,
            logs=logs,
            manifest=CompiledManifest({self.entry.name: self.entry}),
            environment=self.sandbox.environment(),
            secrets=NoSecrets(),
            logger=logging.Logger("test"),
            observer=NobodyWatches(),
        )

    def _count_writes(self) -> None:
        """Count what Medusa does to products, whether or not its answer arrives."""
        medusa: Any = self.sandbox.shop.medusa
        answer = medusa.answer

        def counting(request: Request) -> Response:
            response: Response = answer(request)
            if request.path == "/admin/products/batch" and response.status == 200:
                for kind, items in loads(request.body).items():
                    self.writes[kind] += len(items)
            return response

        medusa.answer = counting
