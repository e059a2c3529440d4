"""The parts of a report: amounts, ranges, the spool, and the way of a product to JSON and back."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from random import Random
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightshift.connectors.medusa import Price
from report_products import documents
from report_products.amounts import edges, shown
from report_products.entry import Change, Entry, changes
from report_products.figures import Figures, Some
from report_products.links import Links
from report_products.spool import Spool
from support.shop import FakeClock


def entry(number: int, *amounts: str, title: str = "A product", currency: str = "usd") -> Entry:
    prices = tuple(Price(currency, amount) for amount in sorted(map(Decimal, amounts)))
    return Entry(f"prod_{number:06}", title, f"p-{number}", "published", ("A",), 1, len(amounts), 0, prices)


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("36999.9", "usd", "36,999.90"),
        ("5", "eur", "5.00"),
        ("1000", "jpy", "1,000"),
        ("1.5", "jpy", "1.5"),
        ("0.125", "kwd", "0.125"),
        ("0.1234", "usd", "0.1234"),
        ("1E+3", "usd", "1,000.00"),
        ("2", "doubloon", "2.00"),
    ],
)
def test_an_amount_as_people_read_it(amount: str, currency: str, text: str) -> None:
    assert shown(Decimal(amount), currency) == text


AMOUNTS = st.decimals(min_value=0, max_value=10**9, places=2)


@given(st.lists(AMOUNTS, min_size=1, max_size=50))
def test_every_price_is_in_exactly_one_range(amounts: list[Decimal]) -> None:
    bounds = edges(min(amounts), max(amounts))
    assert list(bounds) == sorted(set(bounds))
    for amount in amounts:
        assert sum(low <= amount < high for low, high in pairwise(bounds)) == 1


@given(st.lists(AMOUNTS, min_size=1, max_size=40))
def test_the_spool_counts_as_python_does(amounts: list[Decimal]) -> None:
    with Spool() as spool:
        spool.add(entry(number, f"{amount:f}") for number, amount in enumerate(amounts))
        (prices,) = spool.prices()
    found = (prices.count, prices.lowest, prices.median, prices.highest)
    assert found == (len(amounts), min(amounts), median(amounts), max(amounts))
    assert sum(count for _, _, count in prices.ranges) == len(amounts)


def test_an_entry_that_comes_again_replaces_the_one_before() -> None:
    with Spool() as spool:
        spool.add([entry(1, "1", "2"), entry(2, "3")])
        spool.add([entry(1, "9")])
        (prices,) = spool.prices()
        assert (len(spool), prices.count, prices.lowest) == (2, 2, 3)
        assert [each.total for each in spool.by_category()] == [2]


TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)


@given(st.lists(TEXTS, max_size=5), st.sampled_from([1, 7, 64, 1 << 16]))
def test_what_was_written_as_json_is_read_again(titles: list[str], size: int) -> None:
    entries = [entry(number, "1.50", title=title) for number, title in enumerate(titles)]
    figures = Figures("r", FakeClock().now(), 0, 0, {}, [], [], Some(0, []), Some(0, []), None)
    whole = b"".join(documents.json(figures, (each.dump() for each in entries)))
    pieces = (whole[start : start + size] for start in range(0, len(whole), size))
    assert list(documents.read_json("r.json", pieces)) == entries


def test_changes_are_found_in_two_lists_of_any_length() -> None:
    random = Random(3)
    for _ in range(200):
        before = {number: str(random.randint(1, 3)) for number in random.sample(range(12), 6)}
        now = {number: str(random.randint(1, 3)) for number in random.sample(range(12), 6)}
        found = list(changes(entries(before), entries(now)))
        assert {(each.kind, each.entry.id) for each in found} == {
            *(("added", f"prod_{number:06}") for number in now.keys() - before.keys()),
            *(("removed", f"prod_{number:06}") for number in before.keys() - now.keys()),
            *(
                ("changed", f"prod_{number:06}")
                for number in now.keys() & before.keys()
                if now[number] != before[number]
            ),
        }


def entries(amounts: dict[int, str]) -> Iterator[Entry]:
    return (entry(number, amounts[number]) for number in sorted(amounts))


def test_a_change_says_the_price_before_and_now() -> None:
    (change,) = changes([entry(1, "5")], [entry(1, "6", currency="eur")])
    assert change == Change(
        "changed", entry(1, "6", currency="eur"), ("price in EUR: none → 6.00", "price in USD: 5.00 → none")
    )


def test_ten_times_as_many_products_take_no_more_memory() -> None:
    peaks = [_peak(count) for count in (1_000, 10_000)]
    assert peaks[1] < peaks[0] + 1_500_000, peaks


def _peak(count: int) -> int:
    tracemalloc.start()
    with Spool() as spool:
        spool.add(entry(number, str(number % 997), title="x" * 200) for number in range(count))
        spool.prices()
        for _ in documents.table(spool.entries(), ["usd"], Links("")):
            pass
        assert sum(1 for _ in changes(spool.entries(), spool.entries())) == 0
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak
