"""The cases that checks play: a world in a situation, and what the same world comes to undisturbed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass

from nightshift.state.models import Status
from nightshift_tools.testing.contract.findings import Findings
from nightshift_tools.testing.stage import Stage
from nightshift_tools.testing.upstreams import watched_upstreams
from nightshift_tools.testing.world import JobWorld, offers


@dataclass(frozen=True, slots=True)
class Situation:
    """What stands when the tick comes that a check looks at."""

    name: str
    has_changed: bool


FIRST = Situation("on the first run", has_changed=False)
CHANGED = Situation("on a run after a change", has_changed=True)


@dataclass(frozen=True, slots=True)
class Undisturbed:
    """What a world comes to when nothing happens.

    Effects by key, how often the run passes each site, the seconds it takes, and those until its first
    commit.
    """

    effects: Mapping[str, int]
    seen: Mapping[str, int]
    took: float
    first_commit: float


class Cases:
    """Worlds of one kind, as many as are asked for."""

    def __init__(self, make: Callable[[], JobWorld]) -> None:
        self._make = make
        self._undisturbed: dict[str, Undisturbed] = {}

    @contextmanager
    def stage(self, situation: Situation) -> Iterator[Stage]:
        """A fresh world in a situation; its job has a tick coming."""
        self.undisturbed(situation)  # now: two worlds at once would not be seen apart
        with self._open(situation) as stage:
            yield stage

    def situations(self, found: Findings) -> Sequence[Situation]:
        """Those that this world can be brought to."""
        with closing(self._make()) as world:
            if offers(world, "change"):
                return (FIRST, CHANGED)
        found.skipped.append(f"{CHANGED.name}: write JobWorld.change")
        return (FIRST,)

    def undisturbed(self, situation: Situation) -> Undisturbed:
        """The tick of a situation, a change after it, and two more."""
        if situation.name not in self._undisturbed:
            with self._open(situation) as stage:
                before = len(stage.written)
                tick = stage.tick()
                commits = (each for each in stage.written[before:] if each.verb == "control.commit")
                first_commit = next((each.seconds for each in commits), 0.0)
                if situation.has_changed:
                    stage.world.change()
                for _ in range(2):
                    stage.tick()
                effects, seen = dict(stage.world.effects()), dict(tick.worker.gate.seen)
                done = Undisturbed(effects, seen, tick.took, first_commit)
                self._undisturbed[situation.name] = done
        return self._undisturbed[situation.name]

    def excess(self, situation: Situation, stage: Stage) -> Iterator[str]:
        """What was done at the target more often than it may: one thing twice, or more than one batch."""
        effects, allowed = stage.world.effects(), self.undisturbed(situation).effects
        if stage.world.sends_once:
            for key, times in sorted(effects.items()):
                if times > allowed.get(key, 0):
                    yield f"{key}: done {times} times at the target, undisturbed {allowed.get(key, 0)}"
            return
        written, most = sum(effects.values()), sum(allowed.values())
        if written > most + stage.world.entry.batch_size:
            yield f"{written} writes to the target, undisturbed {most}: a crash may repeat one batch"

    @contextmanager
    def _open(self, situation: Situation) -> Iterator[Stage]:
        with closing(self._make()) as world, watched_upstreams():
            stage = Stage(world)
            if situation.has_changed:
                before = stage.tick()
                if before.status is not Status.SUCCEEDED:
                    raise AssertionError(f"the run before the change came to {before.told}")
                world.change()
            yield stage
