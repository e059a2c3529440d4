"""sync-products against the bare loop: first sync, nothing changed, 1 % changed, only dates changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

from bench.contenders import Contender, Limit, with_dynamodb, with_sqlite
from bench.markdown import table
from bench.measuring import Measured
from bench.race import Race, rotated
from bench.shops import Shops, open_shops

_EVERY = 100
"""Every hundredth product is changed: one on each page, so that no page is what it was."""


@dataclass(frozen=True, slots=True)
class Setup:
    """How many products, how long each answer of source and target waits, how often all is repeated."""

    products: int
    latency: float
    repetitions: int

    @property
    def title(self) -> str:
        return f"{self.products:,} products, {self.latency * 1000:.0f} ms per request"


@dataclass(slots=True)
class Compared:
    """The races of one setup, by what had changed."""

    setup: Setup
    races: dict[str, Race] = field(default_factory=dict)


def compare(setup: Setup, endpoint: str, tell: Callable[[str], None]) -> Compared:
    """All races of one setup, over one pair of servers. Each repetition begins with a first sync."""
    compared = Compared(setup)
    with open_shops(setup.products) as shops:
        shops.set_latency(setup.latency)
        shops.warm()
        for repetition in range(setup.repetitions):
            with ExitStack() as stack:
                ours: list[Contender] = [stack.enter_context(with_sqlite()), with_dynamodb(endpoint)]
                for name, writes, contenders in _scenarios(shops, ours):
                    tell(f"{setup.title}: {name}, {repetition + 1} of {setup.repetitions}")
                    done = {c.name: c.run(shops, writes) for c in rotated(contenders, repetition)}
                    compared.races.setdefault(name, Race()).add(done)
                for contender in ours:
                    shops.reset(getattr(contender, "shop", ""))
    return compared


def _scenarios(shops: Shops, ours: list[Contender]) -> Iterator[tuple[str, int, list[Contender]]]:
    """What is done to the source, how many products must be written then, and who is measured."""
    yield "first sync", shops.count, [Limit(), Limit(threads=4), *ours]
    yield "nothing changed", 0, [Limit(), *ours]
    yield "1 % changed", shops.reprice(_EVERY), [Limit(), *ours]
    shops.touch(_EVERY)
    yield "only dates changed", 0, [Limit(), *ours]


def section(results: list[Compared]) -> str:
    """The part of the results page."""
    head = ["", "contender", "seconds", "of the limit", "processor, of the limit", "peak MiB"]
    parts = [__doc__ or "", ""]
    for compared in results:
        rows = []
        for scenario, race in compared.races.items():
            rows += [_row(scenario, race, name) for name in sorted(race.repetitions[0], key=_order)]
        parts += [f"### {compared.setup.title}", "", table(head, rows, texts=2), ""]
    return "\n".join(parts)


def _order(name: str) -> tuple[bool, str]:
    return not name.startswith("limit"), name


def _row(scenario: str, race: Race, name: str) -> list[str]:
    def wall(measured: Measured) -> float:
        return measured.wall

    def cpu(measured: Measured) -> float:
        return measured.cpu

    return [
        scenario,
        name,
        race.spread(name, wall).text(3),
        race.ratio(name, "limit", wall).text(),
        race.ratio(name, "limit", cpu).text(),
        f"{race.spread(name, lambda m: m.peak / 1024).median:.0f}",
    ]
