"""Matrices over both payment jobs: one fault at each place of a tick, then clean ticks, then both books.

Cases share one org, one account and one state, as the months of a shop do; each has subscriptions of its own.
Lists of the provider show an order some minutes after it was made, as they may.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from charge_installments.app import lambda_handler as charge_installments
from nightshift.errors import NightshiftError
from nightshift.execution import Ended
from nightshift.handler import Handler
from nightshift.state.models import Status
from nightshift_tools.sandbox.server import Sandbox
from process_subscriptions.app import lambda_handler as process_subscriptions
from support.fault_gate import STATE, Act, Fate, Gate, stopped
from support.fault_upstream import WorkerClock, watched_upstreams
from support.fault_world import Backend
from support.faults import Killed
from support.jobs import JobWorker
from support.payments import CHARGE, RAISE, Till
from support.shop import FakeClock

RIVER, ORG = "digital-river", "salesforce"
HANDLERS: Mapping[str, Handler[Any]] = {CHARGE: charge_installments, RAISE: process_subscriptions}
"""Imported, and so those of the package that is found: of a copy, where a trial runs in one."""

LEASE = 400
LONG = 25 * 60
"""Seconds: longer than a lease, and longer than an outcome may stay unknown."""

SEARCH_DELAY = 300
FAULTS: dict[str, dict[str, object]] = {
    "503": {"kind": "status", "status": 503},
    "429": {"kind": "status", "status": 429, "retry_after": 1},
    "500 after its effect": {"kind": "status_after", "status": 500},
    "answer lost": {"kind": "drop_after"},
    "dropped": {"kind": "drop_before"},
    "cut": {"kind": "cut"},
    "late": {"kind": "late_commit", "status": 504, "seconds": 600},
}
TIMES: dict[str, int | None] = {"once": 1, "from then on": None}
PAUSES = {"past its lease": LEASE, "for long": LONG}


@dataclass
class Counted:
    """How many places were disturbed."""

    cases: int = 0


class SkewedClock(WorkerClock):
    """The clock of a machine that is some seconds ahead of the others."""

    skew = 0

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=self.skew)


class Months(Till):
    """A till whose workers' requests pass gates, with the state where the backend has it."""

    def __init__(self, sandbox: Sandbox, clock: FakeClock, backend: Backend) -> None:
        backend.fresh()
        super().__init__(sandbox, clock)
        self.ledger = backend.open(Gate(), beside=True)[0].ledger
        sandbox.digital_river.turn(search_delay=SEARCH_DELAY)
        self.backend = backend
        self.job = CHARGE
        self.skew = 0

    def worker(self, job: str, gate: Gate | None = None, *, beside: bool = False) -> JobWorker:
        worker, gate = super().worker(job), gate or Gate()
        worker.handler = HANDLERS[job]
        worker.state, worker.logs = self.backend.open(gate, beside=beside)
        worker.clock = SkewedClock(self.clock, gate, self.sandbox)
        worker.clock.skew = self.skew
        return worker

    def begin(self, job: str, count: int = 2) -> None:
        """Subscriptions of this case alone, due for the job; they are due again in a year."""
        self.subscriptions, self.job = [], job
        self.seed(count, Interval="year")
        if job == CHARGE:
            self.clean(RAISE)
        self.clock.advance(60)

    def recovered(self) -> list[str]:
        """What is wrong two clean ticks later; what is only then in the ledger is charged after them."""
        self.clock.advance(LEASE)
        self.settle(jobs=[self.job])
        if self.job == RAISE:
            self.clean(CHARGE)
        return [*self.breaches(), *self.unpaid()]


def deliver(
    till: Months, job: str, fate: Fate | None = None, seconds_left: float | None = 300
) -> tuple[Ended | None, Gate]:
    """A tick in a process of its own, which may not live to see its end."""
    gate = Gate(fate)
    try:
        return till.tick(job, till.worker(job, gate), seconds_left), gate
    except (Killed, NightshiftError):
        return None, gate


def undisturbed(till: Months, job: str) -> list[str]:
    """What is wrong after ticks to which nothing happened."""
    till.begin(job)
    ended, _ = deliver(till, job)
    failed = [] if ended and ended.record.status is Status.SUCCEEDED else [f"the tick came to {ended}"]
    return [*failed, *till.recovered()]


def faults(till: Months, job: str, site: str, name: str, times: str, counted: Counted) -> Iterator[str]:
    """A fault of an upstream at each request to it."""
    for place in count(1):
        till.begin(job)
        till.sandbox.fault(site, nth=place, times=TIMES[times], **FAULTS[name])  # type: ignore[arg-type]
        deliver(till, job)
        if not any(armed.fired for armed in till.sandbox.shop.faults()):
            till.recovered()
            return
        counted.cases += 1
        yield from (f"{name} {times}, at {site} {place}: {what}" for what in till.recovered())


def ends(till: Months, job: str, site: str, act: Act, times: int, counted: Counted) -> Iterator[str]:
    """The process ends, or its state fails it, at each request to a site."""
    for place in count():
        till.begin(job, _enough(site))
        _, gate = deliver(till, job, Fate(site, place, act, times))
        if not gate.has_fired:
            till.recovered()
            return
        counted.cases += 1
        wrong = till.recovered() + [f"it went on to {request}" for request in gate.went_on]
        yield from (f"ended at {gate.fated[0]}: {what}" for what in wrong)


def overtaken(
    till: Months, job: str, site: str, pause: int, counted: Counted, by: str | None = None
) -> Iterator[str]:
    """A process stands still at each of its requests while another takes over and ends; then it goes on.

    One that is held for long is on a laptop, where no deadline ends it. A request that is on its way for
    longer than an outcome may stay unknown cannot be told from one that never came: so none is held for long
    that charges.
    """
    for place in count():
        till.begin(job, _enough(site))
        others = other_tick(till, by or job, pause)
        seconds_left = None if pause == LONG else 300
        _, gate = deliver(till, job, Fate(site, place, held_up(others, pause)), seconds_left)
        if not gate.has_fired:
            till.recovered()
            return
        counted.cases += 1
        wrong = [*till.twice(), *till.recovered()]
        yield from (f"overtaken at {gate.fated[0]}: {what}" for what in wrong)


def asked_to_wait(till: Months, counted: Counted) -> Iterator[str]:
    """The provider asks to wait before an order is captured, and does not list it at the next tick."""
    till.begin(CHARGE)
    till.sandbox.fault(RIVER, "status", status=429, method="POST", path="/fulfillments", times=None)
    deliver(till, CHARGE)
    counted.cases += 1
    till.sandbox.clear_faults()
    till.clean(CHARGE)
    yield from [*till.twice(), *till.recovered()]


def _enough(site: str) -> int:
    """Of the many statements of a state, those for a second subscription are the same once more."""
    return 1 if site == STATE else 2


def other_tick(till: Months, job: str, pause: int) -> Callable[[], None]:
    """Time passes, and a tick of a job comes to another worker."""

    def meanwhile() -> None:
        if not till.backend.lets_others_in():
            return  # a transaction is open, and keeps everybody out
        till.clock.advance(pause)
        till.tick(job, till.worker(job, beside=True))

    return meanwhile


def held_up(meanwhile: Callable[[], None], pause: int) -> Act:
    """A request that waits while something else happens; one that charges does not wait for long."""
    pausing = stopped(meanwhile)

    def act(passage: object) -> object:
        is_charge = getattr(passage, "name", "").endswith("POST /digital-river/orders")
        return passage.send() if is_charge and pause == LONG else pausing(passage)  # type: ignore[attr-defined,arg-type]

    return act


@contextmanager
def opened(backend: Backend) -> Iterator[Months]:
    """Months on a backend, in a shop of their own."""
    clock = FakeClock()
    with watched_upstreams(), Sandbox(products=1, clock=lambda: clock.instant.timestamp()) as sandbox:
        yield Months(sandbox, clock, backend)
