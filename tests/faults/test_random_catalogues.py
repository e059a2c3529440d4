"""A source that is edited, added to and taken from while it is read, by runs that are killed and cut short:
two clean ticks later the target is as the source is, and on the way nothing went back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from nightshift.state.models import Status
from support import fault_checks as check
from support.fault_gate import STATE, Act, Fate, kill_after, kill_before
from support.fault_situations import EDITED, FIRST, SITUATIONS
from support.fault_stage import Stage
from support.fault_world import POISON, SECONDS_LEFT, Delivery, World

ENDS: dict[str, Act] = {"before": kill_before, "after": kill_after}


@dataclass(frozen=True)
class Change:
    """What befalls the source just before the n-th request to a site: between pages, or between batches.

    `pick` chooses among the products there are.
    """

    place: tuple[str, int]
    kind: str
    pick: int


@dataclass(frozen=True)
class Tick:
    """One tick: what changes meanwhile, where the process ends, if it does, and how much time it has."""

    changes: Sequence[Change]
    end: tuple[tuple[str, int], str] | None
    seconds_left: float

    @property
    def fate(self) -> Fate | None:
        return Fate(*self.end[0], ENDS[self.end[1]]) if self.end else None


class Source:
    """The catalogue of a world as somebody works on it. Every title it gives is newer than those before."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._edits = 0
        self._newest: dict[str, int] = {}
        self.wrong: list[str] = []

    def change(self, kind: str, pick: int) -> None:
        """Edit a product, add one, or take one away; the one that Medusa refuses is left alone."""
        sandbox = self._world.sandbox
        ids = [number for number in sandbox.shop.catalogue.ids if number != POISON]
        if kind == "add" or len(ids) < 3:
            sandbox.add(title=self._title())
        elif kind == "remove":
            sandbox.remove(ids[pick % len(ids)])
        else:
            sandbox.edit(ids[pick % len(ids)], title=self._title())

    def look_at_target(self) -> None:
        """Note where a product of the target has become older than it was."""
        for key, title in self._world.target().items():
            edit = int(title.removeprefix("edit ")) if title.startswith("edit ") else 0
            if edit < self._newest.get(key, 0):
                self.wrong.append(f"product {key} went back from edit {self._newest[key]} to {edit}")
            self._newest[key] = edit

    def _title(self) -> str:
        self._edits += 1
        return f"edit {self._edits}"


def deliver(world: World, source: Source, tick: Tick) -> Delivery:
    def witness(site: str, place: int) -> None:
        source.look_at_target()
        for change in tick.changes:
            if change.place == (site, place):
                source.change(change.kind, change.pick)

    world.let_leases_end()
    return world.deliver(world.next_minute(), tick.fate, seconds_left=tick.seconds_left, witness=witness)


upstream_places = st.sampled_from([("dummyjson", 4), ("medusa", 25)]).flatmap(
    lambda place: st.tuples(st.just(place[0]), st.integers(0, place[1]))
)
state_places = st.tuples(st.just(STATE), st.integers(0, 80))
kinds = st.sampled_from(["edit", "edit", "add", "remove"])
changes = st.builds(Change, upstream_places, kinds, st.integers(0, 20))
ends = st.tuples(st.one_of(state_places, upstream_places), st.sampled_from(list(ENDS)))
ticks = st.builds(
    Tick,
    st.lists(changes, min_size=1, max_size=6),
    st.one_of(st.none(), ends, ends),
    st.sampled_from([SECONDS_LEFT, SECONDS_LEFT, SECONDS_LEFT, 20.0, 30.0]),
)
histories = st.lists(ticks, min_size=1, max_size=4)


@pytest.mark.histories
@pytest.mark.xdist_group("faults")
@settings(max_examples=settings().max_examples // 3)
@given(situation=st.sampled_from([FIRST.name, EDITED.name]), disturbed=histories)
def test_whatever_happens_to_source_and_runs_two_clean_ticks_make_it_good(
    sqlite: Stage, situation: str, disturbed: Sequence[Tick]
) -> None:
    world = sqlite.world(SITUATIONS[situation])
    # How much is gone is made up here: the guard against a source that shrinks would stop what it should.
    world.entry = replace(world.entry, params={**world.entry.params, "min_seen_ratio": 0})
    source, places = Source(world), []
    for tick in [*disturbed, *[Tick((), None, SECONDS_LEFT)] * 2]:
        source.look_at_target()
        delivery = deliver(world, source, tick)
        status = delivery.ended.record.status if delivery.ended else "ended"
        event(f"a run came to {status}")
        assert list(check.of_process(delivery)) == []
        places.append(check.place_of(world.control()))
    assert status is Status.SUCCEEDED
    assert list(check.of_the_rest(world)) == []
    assert source.wrong == []
    assert places == sorted(places)
