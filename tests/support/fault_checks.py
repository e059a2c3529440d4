"""What must hold after any fault, once the ticks that follow have run: each breach is a line of text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from nightshift.errors import TryLaterError
from nightshift.state.models import Control, Status
from support.fault_upstream import SECONDS_PER_REQUEST
from support.fault_world import BATCH, POISON, Delivery, World


def place_of(control: Control) -> tuple[int, int]:
    """How far a scan's cursor has come: it only grows."""
    return int(control.cursor.get("scan") or 0), int(control.cursor.get("skip") or 0)


def breaches(world: World) -> Iterator[str]:
    """What is wrong with source, target, run records and quarantine, after the last clean tick."""
    yield from of_categories(world)
    yield from of_the_rest(world)


def of_categories(world: World) -> Iterator[str]:
    """Those that the source has, and no more: where no category has lost its last product."""
    state = world.sandbox.state()
    needed = {handle for product in world.sandbox.target().values() for handle in product.categories}
    if state.target_categories > state.source_categories or not needed:
        yield f"{state.target_categories} categories of {state.source_categories}"


def of_the_rest(world: World) -> Iterator[str]:
    yield from of_target(world)
    yield from of_records(world)
    found = set(world.quarantine())
    if found != {str(POISON)}:
        yield f"quarantine holds {sorted(found)} and not just {POISON}"
    control = world.control()
    if control.run is not None:
        yield f"run {control.run} still holds the lease"
    if control.quarantined != len(found):
        yield f"the control record counts {control.quarantined} in quarantine, and there are {len(found)}"


def of_target(world: World) -> Iterator[str]:
    source, target = world.source(), world.target()
    for key in sorted(source.keys() | target.keys()):
        if source.get(key) != target.get(key):
            yield f"product {key} is {source.get(key)!r} in the source and {target.get(key)!r} in the target"
    state = world.sandbox.state()
    if state.duplicates or state.target_without_external_id:
        yield f"duplicates {state.duplicates}, without id {state.target_without_external_id}"


def of_promise(world: World, visible: Mapping[str, str]) -> Iterator[str]:
    """No change is lost: what the source showed when a scan began is in the target when it has succeeded, but
    for what has changed again since."""
    source, target = world.source(), world.target()
    for key in sorted(visible.keys() | source.keys() | target.keys()):
        promised = visible.get(key)
        if promised == source.get(key) and promised != target.get(key):
            yield f"a run left {target.get(key)!r} of product {key}, which was {promised!r} before it"


def of_records(world: World) -> Iterator[str]:
    succeeded: Counter[object] = Counter()
    for record in world.records():
        if record.status is Status.RUNNING:
            yield f"run {record.id} is left running"
        counts = record.counts
        if counts.read != counts.created + counts.updated + counts.unchanged + counts.quarantined:
            yield f"the counts of {record.status} run {record.id} do not add up: {counts}"
        if record.status is Status.SUCCEEDED and record.slot is not None:
            succeeded[record.slot.minute] += 1
    for minute, times in succeeded.items():
        if times > 1:
            yield f"slot {minute:%H:%M} succeeded {times} times"


def of_time_limit(delivery: Delivery, seconds: float) -> Iterator[str]:
    """A run that has too little time ends in order before it is ended: incomplete, or failed where a service
    gave no answer in what was left.

    Requests of two threads, which wait for each other here and nowhere else, may take a second too long.
    """
    if delivery.ended is None:
        yield f"the run came to {delivery.error!r} and to no end"
        return
    record = delivery.ended.record
    is_late = isinstance(delivery.error, TryLaterError)
    if not (record.status is Status.INCOMPLETE or is_late):
        yield f"the run came to {record.status}: {record.failure}"
    if (record.duration_ms or 0) > (seconds + SECONDS_PER_REQUEST) * 1000:
        yield f"the run took {record.duration_ms} ms"


def of_process(delivery: Delivery) -> Iterator[str]:
    for request in delivery.gate.went_on:
        yield f"after its end the process went on to {request}"


def of_writes(world: World, undisturbed: int) -> Iterator[str]:
    """A crash repeats at most one batch."""
    written = world.writes.total()
    if written > undisturbed + BATCH:
        yield f"{written} writes to the target, {undisturbed} undisturbed"
