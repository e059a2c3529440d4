"""Single records that cannot be written, and the others beside them."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from nightshift.state.models import Status
from nightshift_tools.testing.contract.cases import FIRST, Cases
from nightshift_tools.testing.contract.findings import Findings
from nightshift_tools.testing.contract.promises import CURES, POISON
from nightshift_tools.testing.stage import Delivery, Stage
from nightshift_tools.testing.world import offers

_MORE_TICKS = 3


def check_poison(cases: Cases) -> Findings:
    """Poisoned records are set aside with a reason, tried a bounded number of times, and hold up nobody."""
    found = Findings(POISON)
    with cases.stage(FIRST) as stage:
        if not offers(stage.world, "poison"):
            found.skipped.append("the world poisons nothing: write JobWorld.poison")
            return found
        keys = set(stage.world.poison())
        tick = stage.tick()
        found.case(f"with {', '.join(sorted(keys))} poisoned", _poisoned(stage, keys, tick))
        for _ in range(stage.world.entry.max_retries + _MORE_TICKS):
            tick = stage.tick()
        found.case("some ticks later", [*_poisoned(stage, keys, tick), *_tried_on(stage)])
    return found


def check_cures(cases: Cases) -> Findings:
    """A record whose tries are used up goes through once its payload has changed."""
    found = Findings(CURES)
    with cases.stage(FIRST) as stage:
        if not (offers(stage.world, "poison") and offers(stage.world, "cure")):
            found.skipped.append("the world cures nothing: write JobWorld.poison and JobWorld.cure")
            return found
        stage.world.poison()
        for _ in range(stage.world.entry.max_retries + _MORE_TICKS):
            stage.tick()
        stage.world.cure()
        tick = stage.tick()
        wrong = [] if tick.status is Status.SUCCEEDED else [f"the tick came to {tick.told}"]
        wrong += [f"{key} is still set aside: {why}" for key, why in sorted(stage.world.set_aside().items())]
        found.case("after the poisoned records were made good", [*wrong, *stage.breaches()])
    return found


def _poisoned(stage: Stage, keys: Collection[str], tick: Delivery) -> Iterator[str]:
    if tick.status is not Status.SUCCEEDED:
        yield f"the run came to {tick.told}"
    aside = stage.world.set_aside()
    for key in sorted(keys):
        if key not in aside:
            yield f"{key} is not set aside"
        elif not aside[key].strip():
            yield f"{key} is set aside without a reason"
    for key in sorted(aside.keys() - keys):
        yield f"{key} is set aside as well: {aside[key]}"
    for key, difference in sorted(stage.world.differences().items()):
        if key not in keys:
            yield f"{key} was held up: {difference}"


def _tried_on(stage: Stage) -> Iterator[str]:
    most = stage.world.entry.max_retries + 1
    for record in stage.world.state.quarantine.all(stage.world.key):
        if record.attempts > most:
            yield f"{record.record} was tried {record.attempts} times; max_retries allows {most}"
