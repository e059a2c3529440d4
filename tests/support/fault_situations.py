"""What stands when the disturbed tick comes, and what becomes of the source after it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from nightshift_tools.sandbox.exact_json import loads
from support.fault_world import SECONDS_LEFT, World


@dataclass(frozen=True)
class Situation:
    """How the world is prepared, and how its source changes once the disturbed tick has ended.

    `seconds_left` is what the disturbed tick has.
    """

    name: str
    before: Callable[[World], object]
    after: Callable[[World], object]
    seconds_left: float = SECONDS_LEFT

    @property
    def has_time(self) -> bool:
        """The disturbed run has time to try requests again."""
        return self.seconds_left >= SECONDS_LEFT


def _nothing(_: World) -> None:
    """The disturbed tick is the first of all."""


def _edit_after_first(world: World) -> None:
    world.sandbox.edit(3, title="edited since")


def _synced_then_edited(world: World) -> None:
    """The disturbed tick updates, creates and removes, and tries the poisoned product again."""
    assert not world.deliver(world.next_minute()).is_failure
    world.time.advance(60)
    world.sandbox.edit(2, title="a passing fancy")
    world.sandbox.edit(5, title="five")
    world.sandbox.edit(9, title="nine")
    world.sandbox.add(title="thirteen")
    world.sandbox.remove(11)


def _revert_one_and_edit_another(world: World) -> None:
    world.sandbox.edit(2, title=_original_title(world, 2))
    world.sandbox.edit(5, title="five again")


def _synced_then_one_edited(world: World) -> None:
    assert not world.deliver(world.next_minute()).is_failure
    world.time.advance(60)
    world.sandbox.edit(2, title="a passing fancy")


def _revert(world: World) -> None:
    world.sandbox.edit(2, title=_original_title(world, 2))


def _original_title(world: World, number: int) -> str:
    return str(loads(world.sandbox.shop.catalogue._source.product(number))["title"])


FIRST = Situation("first run", _nothing, _edit_after_first)
EDITED = Situation("edited since", _synced_then_edited, _revert_one_and_edit_another)
CUT_SHORT = Situation("edited since, short of time", _synced_then_edited, _revert_one_and_edit_another, 12.0)
THERE_AND_BACK = Situation("one edited, then as it was", _synced_then_one_edited, _revert)
SITUATIONS = {situation.name: situation for situation in (FIRST, EDITED, CUT_SHORT, THERE_AND_BACK)}
