"""The kill matrix: one fault at each place of a run in turn, then two clean ticks, then the invariants."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import count

from nightshift.errors import SlotHeldError
from nightshift.state.models import Status
from nightshift_tools.sandbox.server import Sandbox
from support import fault_checks as check
from support.fault_gate import STATE, Act, Fate, kill_after, kill_before
from support.fault_situations import Situation
from support.fault_sqlite import SqliteBackend
from support.fault_stage import Stage
from support.fault_world import PRODUCTS, Delivery, World

UPSTREAMS = ("dummyjson", "medusa")
KILLS: dict[str, Act] = {"ended before": kill_before, "ended after": kill_after}
FAULTS: dict[str, dict[str, object]] = {
    "503": {"kind": "status", "status": 503},
    "429": {"kind": "status", "status": 429, "retry_after": 1},
    "500 after its effect": {"kind": "status_after", "status": 500},
    "dropped before": {"kind": "drop_before"},
    "dropped after": {"kind": "drop_after"},
    "cut": {"kind": "cut"},
}
_OFTEN: dict[str, int | None] = {"once": 1, "from then on": None}
ABSORBED = "once"
"""In the name of a mode that the retries of a run make good: the disturbed run itself must do its work."""

UPSTREAM_MODES = [*KILLS, *(f"{name}, {often}" for name in FAULTS for often in _OFTEN)]

Disturb = Callable[[World, int], Fate | None]
"""Prepares a fault at a place: a fate of the gate, or one of the sandbox's faults and no fate."""


@dataclass(frozen=True)
class Breach:
    """An invariant that did not hold, and the place and kind of the fault after which it did not."""

    mode: str
    place: int
    request: str
    what: str

    def __str__(self) -> str:
        return f"{self.mode} at {self.place} ({self.request}): {self.what}"


@dataclass
class Tally:
    """How many places a matrix has disturbed, and how many disturbed runs failed."""

    cases: int = 0
    failed: int = 0


def undisturbed(stage: Stage, situation: Situation) -> tuple[int, list[str]]:
    """Products written by the ticks of a case to which nothing happens, and what is wrong after them."""
    world = stage.world(situation)
    wrong = [*run_ticks(world, situation, None).wrong, *check.breaches(world)]
    return world.writes.total(), wrong


@cache
def undisturbed_writes(situation: Situation) -> int:
    """How much a case writes to which nothing happens; it must be without fault."""
    backend = SqliteBackend()
    with Sandbox(products=PRODUCTS) as sandbox:
        writes, wrong = undisturbed(Stage(sandbox, backend), situation)
    backend.close()
    if wrong:
        raise AssertionError(f"undisturbed, {situation.name}: {wrong}")
    return writes


def state_faults(stage: Stage, situation: Situation, mode: str, tally: Tally) -> Iterator[Breach]:
    """A fault at every request to the state."""
    act, times = stage.backend.modes[mode]
    return _matrix(stage, situation, mode, lambda _, at: Fate(STATE, at, act, times), tally)


def upstream_faults(
    stage: Stage, situation: Situation, site: str, mode: str, tally: Tally
) -> Iterator[Breach]:
    """A fault at every request to one upstream."""
    if mode in KILLS:
        return _matrix(stage, situation, mode, lambda _, at: Fate(site, at, KILLS[mode]), tally)
    name, often = mode.split(", ")

    def disturb(world: World, at: int) -> None:
        world.sandbox.fault(site, **FAULTS[name], nth=at + 1, times=_OFTEN[often])  # type: ignore[arg-type]

    return _matrix(stage, situation, mode, disturb, tally)


def deadlines(stage: Stage, situation: Situation, tally: Tally) -> Iterator[Breach]:
    """A time limit that comes at every second of a run, which sends one request a second."""
    writes = undisturbed_writes(situation)
    for seconds in count(1):
        world = stage.world(situation)
        first = run_ticks(world, replace(situation, seconds_left=float(seconds)), None)
        ended = first.delivery.ended
        if ended is not None and ended.record.status is Status.SUCCEEDED:
            return
        tally.cases += 1
        wrong = [*first.wrong, *check.breaches(world), *check.of_writes(world, writes)]
        wrong += check.of_time_limit(first.delivery, seconds)
        yield from (Breach("time limit", seconds, "after so many seconds", what) for what in wrong)


def _matrix(
    stage: Stage, situation: Situation, mode: str, disturb: Disturb, tally: Tally
) -> Iterator[Breach]:
    writes = undisturbed_writes(situation)
    for place in count():
        world = stage.world(situation)
        first = run_ticks(world, situation, disturb(world, place))
        if not first.request:
            return
        tally.cases += 1
        tally.failed += first.delivery.is_failure
        wrong = [*first.wrong, *check.breaches(world), *check.of_writes(world, writes)]
        wrong += check.of_process(first.delivery)
        if mode.endswith(ABSORBED) and situation.has_time and first.delivery.is_failure:
            wrong.append(f"the run failed: {first.delivery.error}")
        yield from (Breach(mode, place, first.request, what) for what in wrong)


@dataclass(frozen=True)
class Disturbed:
    """The disturbed delivery, the request that met the fault (empty where none did), and what was wrong."""

    delivery: Delivery
    request: str
    wrong: list[str]


def run_ticks(world: World, situation: Situation, fate: Fate | None) -> Disturbed:
    """The disturbed tick, delivered again where Lambda would, and clean ticks until two have run."""
    places = [check.place_of(world.control())]
    visible = world.source()
    minute = world.next_minute()
    first = world.deliver(minute, fate, seconds_left=situation.seconds_left)
    fired = [f"{armed.fault.surface}" for armed in world.sandbox.shop.faults() if armed.fired]
    world.sandbox.clear_faults()
    situation.after(world)
    places.append(check.place_of(world.control()))
    clean, wrong = 0, []
    if first.ended is not None and first.ended.record.status is Status.SKIPPED:
        wrong.append(f"the disturbed tick was skipped: {first.ended.record.reason}")
    if first.is_failure:
        clean, again_wrong = _deliver_again(world, minute, visible)
        wrong += again_wrong
        places.append(check.place_of(world.control()))
    for _ in range(clean, 2):
        last, lost = _deliver_clean(world, world.next_minute(), visible)
        wrong += [f"a clean tick failed: {last.error!r}", *lost] if last.is_failure else lost
        places.append(check.place_of(world.control()))
    if places != sorted(places):
        wrong.append(f"the cursor went back: {places}")
    return Disturbed(first, ", ".join([*first.gate.fated[:1], *fired]), wrong)


def _deliver_clean(world: World, minute: int, visible: Mapping[str, str]) -> tuple[Delivery, list[str]]:
    """A delivery that nothing disturbs, and what it has lost: of a scan that it resumes, only what was
    `visible` when that began is promised."""
    resumes = bool(world.control().cursor.get("resumes"))
    delivery = world.deliver(minute)
    if delivery.ended is None or delivery.ended.record.status is not Status.SUCCEEDED:
        return delivery, []
    return delivery, list(check.of_promise(world, visible if resumes else world.source()))


def _deliver_again(world: World, minute: int, visible: Mapping[str, str]) -> tuple[int, list[str]]:
    """A failed delivery is repeated until it returns; the slot must be done then. How many of them ran."""
    again, wrong = _deliver_clean(world, minute, visible)
    if isinstance(again.error, SlotHeldError):
        world.let_leases_end()
        again, wrong = _deliver_clean(world, minute, visible)
    if again.is_failure:
        wrong.append(f"delivered again, it failed: {again.error!r}")
    done = world.control().done.get("default")
    if done is None or done < world.slot(minute):
        wrong.append(f"Lambda was told that all is well, and slot {world.slot(minute):%H:%M} is not done")
    has_run = again.ended is not None and again.ended.record.status is Status.SUCCEEDED
    return int(has_run), wrong
