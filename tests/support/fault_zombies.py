"""The zombie matrix: a run stands still at each of its requests in turn while another takes over and ends;
then it goes on, and must change nothing that is the other's."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from nightshift.errors import LostLeaseError
from nightshift.state.models import Status
from support import fault_checks as check
from support.fault_gate import STATE, Fate, stopped
from support.fault_matrix import Breach, Tally
from support.fault_situations import Situation
from support.fault_stage import Stage
from support.fault_world import Delivery, World

_THREADS = 4
"""Of a worker; each may have one request on its way, past the look at the deadline."""

SLOTS = {"of its own slot": 0, "of the next slot": 10}
"""Which tick wakes the run that takes over, in minutes after the one that stands still."""


def zombies(stage: Stage, situation: Situation, site: str, slot: str, tally: Tally) -> Iterator[Breach]:
    """A pause before every request to a site, with a run that takes over meanwhile."""
    for place in count():
        case = _Case(stage.world(situation), situation, SLOTS[slot])
        wrong = case.run(site, place)
        if not case.zombie.gate.has_fired:
            return
        if not case.has_stood:
            continue
        tally.cases += 1
        where = case.zombie.gate.fated[0]
        yield from (Breach(f"overtaken by a run {slot}", place, where, what) for what in wrong)


class _Case:
    """One pause. The source changes while the run stands, and changes back to what it saw once it has ended:
    whatever it has smuggled in is then mistaken for the truth."""

    zombie: Delivery

    def __init__(self, world: World, situation: Situation, later: int) -> None:
        self._world = world
        self._situation = situation
        self._later = later
        self._wrong: list[str] = []
        self._left: tuple[object, ...] = ()
        self._target: dict[str, str] = {}
        self._sent = 0
        self.has_stood = False

    def run(self, site: str, place: int) -> list[str]:
        world = self._world
        seen = world.source()
        minute = world.next_minute()
        self._slot = world.slot(minute)
        pause = stopped(lambda: self._overtake(minute + self._later))
        self.zombie = world.deliver(minute, Fate(site, place, pause))
        if not self.has_stood:
            return []
        self._check_zombie(site)
        for key in set(seen) & set(world.source()):
            if world.source()[key] != seen[key]:
                world.sandbox.edit(int(key), title=seen[key])
        self._converge(site)
        return [*self._wrong, *check.breaches(world)]

    def _overtake(self, minute: int) -> None:
        world = self._world
        if not world.backend.lets_others_in():
            return
        self.has_stood = True
        world.let_leases_end()
        self._situation.after(world)
        other = world.deliver(minute, beside=True)
        if other.ended is None or other.ended.record.status is not Status.SUCCEEDED:
            self._wrong.append(f"the run that took over came to {other.error or other.ended!r}")
        self._left = self._state()
        self._target = world.target()
        self._sent = world.sandbox.count()

    def _state(self) -> tuple[object, ...]:
        return self._world.control(), self._world.fingerprints()

    def _check_zombie(self, site: str) -> None:
        zombie, world = self.zombie, self._world
        for was, now, what in zip(self._left, self._state(), ("control record", "fingerprints"), strict=True):
            if was != now:
                self._wrong.append(f"it changed the other run's {what}: {was} became {now}")
        late = world.sandbox.count() - self._sent
        if late > _THREADS:
            self._wrong.append(f"it sent {late} requests to upstreams after it was overtaken")
        if site == STATE and world.target() != self._target:
            self._wrong.append("it changed the target")
        status = zombie.ended.record.status if zombie.ended else None
        of_slot = [r.status for r in world.records() if r.slot is not None and r.slot.minute == self._slot]
        if sum(each is not Status.INTERRUPTED and each is not Status.SKIPPED for each in of_slot) > (
            not self._later
        ):
            self._wrong.append(f"the records of its slot say {of_slot}")
        if not (isinstance(zombie.error, LostLeaseError) or status is Status.SKIPPED):
            self._wrong.append(f"it came to {status or zombie.error!r} and not to LostLeaseError")

    def _converge(self, site: str) -> None:
        """One clean tick; after a request that was on its way to an HTTP target, which no fence can stop, the
        full compare that comes round by itself."""
        world = self._world
        ticked = world.deliver(world.next_minute())
        if ticked.is_failure:
            self._wrong.append(f"the tick after it failed: {ticked.error!r}")
        if site == "medusa" and world.target() != world.source():
            world.time.advance(24 * 3600)
            world.deliver(world.next_minute() + 24 * 60)
