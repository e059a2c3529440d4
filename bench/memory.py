"""Peak memory of a stream of a million products, and how much of it came after the first twentieth: what
grows there grows with the catalogue. The whole process, interpreter and libraries included."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bench.contenders import Ours, with_dynamodb, with_sqlite
from bench.markdown import table
from bench.measuring import Measured
from bench.shops import open_shops


def stream(products: int, endpoint: str, tell: Callable[[str], None]) -> dict[str, Measured]:
    """A first sync and a run with nothing changed, with the state in SQLite, then the latter in DynamoDB."""
    found: dict[str, Measured] = {}
    with open_shops(products) as shops:
        for opened in (with_sqlite(), _with_dynamodb(endpoint)):
            with opened as ours:
                for name, writes in (("first sync", products), ("nothing changed", 0)):
                    tell(f"memory at {products:,} products: {ours.name}, {name}")
                    found[f"{ours.name}, {name}"] = ours.run(shops, writes)
                shops.reset(ours.shop)
    return found


def section(products: int, found: dict[str, Measured]) -> str:
    """The part of the results page."""
    rows = [
        [
            name,
            f"{measured.peak / 1024:.1f}",
            f"{(measured.peak - measured.said['early_peak']) / 1024:.1f}",
            f"{measured.wall:.0f}",
        ]
        for name, measured in found.items()
    ]
    head = [f"{products:,} products", "peak MiB", "of it after 5 %, MiB", "seconds"]
    return f"{__doc__}\n\n{table(head, rows)}\n"


@contextmanager
def _with_dynamodb(endpoint: str) -> Iterator[Ours]:
    yield with_dynamodb(endpoint)
