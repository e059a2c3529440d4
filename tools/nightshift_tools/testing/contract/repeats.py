"""Runs that must do nothing more, or nothing at all: repeated, dry and overlapping ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from nightshift.errors import SlotHeldError
from nightshift.state.models import Status
from nightshift_tools.testing.contract.cases import FIRST, Cases
from nightshift_tools.testing.contract.findings import Findings
from nightshift_tools.testing.contract.places import place_of, spread
from nightshift_tools.testing.contract.promises import DRY_RUNS, FAIR_WORLD, OVERLAPS, REPEATING
from nightshift_tools.testing.gate import STATE, UPSTREAM, Act, Fate, stopped
from nightshift_tools.testing.stage import Delivery, Stage

_ACTIONS = ("created", "updated", "removed", "quarantined")


def check_world(cases: Cases) -> Findings:
    """The world is one in which the other checks can find something."""
    found = Findings(FAIR_WORLD)
    with cases.stage(FIRST) as stage:
        wrong = [] if stage.world.differences() else ["nothing is to be done: `differences` is empty before"]
        tick = stage.tick()
        if tick.status is not Status.SUCCEEDED:
            wrong.append(f"the run came to {tick.told}")
        if not stage.world.effects():
            wrong.append("`effects` is empty after it")
        found.case("undisturbed, on the first run", [*wrong, *stage.breaches()])
    return found


def check_repeating(cases: Cases) -> Findings:
    """The next tick, and a run by hand that trusts nothing it knows, do nothing at the target."""
    found = Findings(REPEATING)
    for situation in cases.situations(found):
        with cases.stage(situation) as stage:
            stage.tick()
            effects = dict(stage.world.effects())
            runs: dict[str, Callable[[], Delivery]] = {
                "the next tick": stage.tick,
                "a full run": partial(stage.by_hand, full=True),
            }
            for name, run in runs.items():
                again = run()
                wrong = list(_more_than(effects, stage.world.effects()))
                if again.status is not Status.SUCCEEDED:
                    wrong.append(f"it came to {again.told}")
                found.case(f"{name}, after one {situation.name}", [*wrong, *stage.breaches()])
    return found


def check_dry_runs(cases: Cases) -> Findings:
    """A dry run leaves state, logs and target as they are, and says what the next tick then does."""
    found = Findings(DRY_RUNS)
    for situation in cases.situations(found):
        with cases.stage(situation) as stage:
            effects, stored = dict(stage.world.effects()), stage.stored()
            missing = dict(stage.world.differences())
            dry = stage.by_hand(dry_run=True)
            wrong = list(_more_than(effects, stage.world.effects()))
            if stage.world.differences() != missing:
                wrong.append("it changed the target")
            changed = sorted({name for name, _ in set(stage.stored()) ^ set(stored)})
            if changed:
                wrong.append(f"it wrote to the state or the log: {', '.join(changed[:3])}")
            found.case(f"a dry run, {situation.name}", [*wrong, *_untold(stage, dry)])
    return found


def check_overlaps(cases: Cases) -> Findings:
    """A tick that comes while another one runs is skipped; one that comes twice is a duplicate."""
    found = Findings(OVERLAPS)
    for situation in cases.situations(found):
        seen = cases.undisturbed(situation).seen
        for site, first in {UPSTREAM: 0, STATE: 1}.items():  # the first write to the state is the claim
            for place in spread(first, seen.get(site, 0)):
                with cases.stage(situation) as stage:
                    wrong: list[str] = []
                    tick = stage.tick(Fate(site, place, _overtaken(stage, wrong)))
                    if not tick.worker.gate.has_fired:
                        continue  # of what threads do at once, another run may do less
                    if tick.status is not Status.SUCCEEDED:
                        wrong.append(f"the run that was first came to {tick.told}")
                    after = f"another tick before {place_of(tick)}, {situation.name}"
                    found.case(after, [*wrong, *_twice(stage), *cases.excess(situation, stage)])
    return found


def _more_than(before: Mapping[str, int], now: Mapping[str, int]) -> Iterator[str]:
    for key in sorted(now):
        if now[key] != before.get(key, 0):
            yield f"it did {key} at the target"


def _untold(stage: Stage, dry: Delivery) -> Iterator[str]:
    """What the dry run said beside what the next tick does."""
    if dry.ended is None or dry.error is not None:
        yield f"it came to {dry.told}"
        return
    real = stage.tick()
    if real.ended is None:
        yield f"the tick after it came to {real.told}"
        return
    said = Counter(action for action, _ in dry.plan)
    done = real.ended.record.counts.as_dict()
    for action in _ACTIONS:
        if said[action] != done[action]:
            yield f"it named {said[action]} records as {action}, and the run after it has {done[action]}"


def _overtaken(stage: Stage, wrong: list[str]) -> Act:
    """While a run stands still: the next tick, and its own once more."""

    def meanwhile() -> None:
        effects = dict(stage.world.effects())
        again = stage.deliver(stage.ticks)
        if not isinstance(again.error, SlotHeldError):
            wrong.append(f"delivered again while it runs, the tick came to {again.told}")
        other = stage.tick_beside()
        if other.status is not Status.SKIPPED:
            wrong.append(f"a tick beside it came to {other.told}")
        wrong.extend(_more_than(effects, stage.world.effects()))

    return stopped(meanwhile)


def _twice(stage: Stage) -> Iterator[str]:
    effects = dict(stage.world.effects())
    again = stage.deliver(stage.ticks)
    if again.status is not Status.SKIPPED:
        yield f"delivered again after it had succeeded, the tick came to {again.told}"
    yield from _more_than(effects, stage.world.effects())
