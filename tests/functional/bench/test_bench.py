"""The benchmark measures what it says: a contender does the whole work, and one that does not is caught."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bench import csv_rows
from bench.contenders import Contender, Limit, with_sqlite
from bench.measuring import BrokenRunError, Measured
from bench.race import Race, rotated
from bench.shops import Shops, open_shops

PRODUCTS = 230


@pytest.fixture(scope="module")
def shops() -> Iterator[Shops]:
    with open_shops(PRODUCTS) as shops:
        yield shops


@pytest.mark.parametrize("contender", [Limit(), Limit(threads=4)], ids=lambda contender: contender.name)
def test_the_limit_copies_the_whole_source(shops: Shops, contender: Contender) -> None:
    assert contender.run(shops, PRODUCTS).said["products"] == PRODUCTS


def test_ours_writes_all_then_nothing_then_what_has_changed(shops: Shops) -> None:
    with with_sqlite() as ours:
        assert ours.run(shops, PRODUCTS).said["created"] == PRODUCTS
        assert ours.run(shops, 0).said["unchanged"] == PRODUCTS
        assert ours.run(shops, shops.reprice(100)).said["updated"] == 2
        shops.touch(100)
        assert ours.run(shops, 0).said["unchanged"] == PRODUCTS


def test_a_target_that_differs_from_the_source_is_a_broken_run(shops: Shops) -> None:
    Limit().run(shops, PRODUCTS)
    shops.reprice(115)
    with pytest.raises(BrokenRunError, match="2 products differ"):
        shops.check("limit-1")


def test_a_run_that_writes_more_or_less_than_it_has_to_is_broken(shops: Shops) -> None:
    with with_sqlite() as ours, pytest.raises(BrokenRunError, match="230 products were written where 229"):
        ours.run(shops, PRODUCTS - 1)


def test_a_run_that_fails_is_broken(shops: Shops) -> None:
    with with_sqlite() as ours, pytest.raises(BrokenRunError, match="MEDUSA_URL"):
        ours.run(_Unset(shops), PRODUCTS)


def test_ratios_are_taken_within_a_repetition() -> None:
    race = Race()
    for pace in (1.0, 10.0, 3.0):
        race.add({"limit": Measured(pace, 0, 0), "ours": Measured(2 * pace, 0, 0)})
    ratio = race.ratio("ours", "limit", lambda measured: measured.wall)
    assert (ratio.median, ratio.least, ratio.most) == (2, 2, 2)
    assert race.spread("ours", lambda measured: measured.wall).text(0) == "6 (2 – 20)"


def test_everybody_is_first_once() -> None:
    assert [list(rotated("abc", repetition)) for repetition in range(4)] == [
        ["a", "b", "c"],
        ["b", "c", "a"],
        ["c", "a", "b"],
        ["a", "b", "c"],
    ]


class _Unset(Shops):
    """Servers whose target nobody is told of."""

    def __init__(self, shops: Shops) -> None:
        self.__dict__.update(shops.__dict__)

    def environment(self, shop: str) -> dict[str, str]:
        return {**super().environment(shop), "MEDUSA_URL": ""}


def test_the_csv_bench_reads_every_row_and_finds_the_bad_ones() -> None:
    found = csv_rows.read(20_000, lambda text: None)
    assert (found.said["rows"], found.said["bad_rows"]) == (20_000, 2)
    page = csv_rows.section(20_000, found)
    assert "| 20,000 |" in page
    # The bound of a million rows, which no number of rows may move: a file is streamed.
    assert found.peak < 200 * 1024
