"""Where in a run a fault befell it, and where to let it."""

from __future__ import annotations

from collections.abc import Sequence

from nightshift_tools.testing.gate import STATE
from nightshift_tools.testing.stage import Delivery

_MOST = 5


def place_of(delivery: Delivery) -> str:
    """`control.commit (state write 4)`."""
    site, _, rest = delivery.worker.gate.fated[0].partition(" ")
    number, _, name = rest.partition(", ")
    return f"{name} ({'state write' if site == STATE else 'upstream call'} {int(number) + 1})"


def spread(first: int, end: int) -> Sequence[int]:
    """At most five places of a run, its first and last among them."""
    places = range(first, end)
    if len(places) <= _MOST:
        return places
    return sorted({first + round(step * (len(places) - 1) / (_MOST - 1)) for step in range(_MOST)})
