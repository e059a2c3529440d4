"""Records that move between pages while they change: a page that looks as it did may not be skipped then.

In each case a page returns to bytes that were settled long ago, while the target holds something newer.
"""

from __future__ import annotations

import pytest

from nightshift.state.models import Status
from support.shop import Bench, Shop

ORIGINAL = {str(number): f"v{number}" for number in range(1, 15)}


@pytest.fixture
def bench() -> Bench:
    """Synced: pages 1-5, 6-10, 11-14."""
    bench = Bench(Shop(dict(ORIGINAL), page_size=5, on_missing="delete"))
    bench.tick()
    return bench


def moved_to_front(key: str, value: str, **also: str) -> dict[str, str]:
    rest = {name: also.get(f"k{name}", old) for name, old in ORIGINAL.items() if name != key}
    return {key: value, **rest}


def restore(bench: Bench, at: int):  # type: ignore[no-untyped-def]
    """The source becomes what it was when the page at a place is about to be read."""

    def before_page(start: int) -> None:
        if start == at:
            bench.shop.source = dict(ORIGINAL)

    return before_page


def settle(bench: Bench) -> None:
    bench.shop.before_page = lambda start: None
    bench.tick()
    assert bench.shop.target == bench.shop.source


def test_within_one_scan_while_the_record_waits_in_a_batch(bench: Bench) -> None:
    bench.shop.source = moved_to_front("12", "newer")
    bench.shop.before_page = restore(bench, at=10)
    bench.tick()
    settle(bench)


def test_within_one_scan_after_the_record_was_written(bench: Bench) -> None:
    bench.with_entry(batch_size=1)
    bench.shop.source = moved_to_front("12", "newer")
    bench.shop.before_page = restore(bench, at=10)
    bench.tick()
    settle(bench)


def test_within_one_scan_on_a_page_that_has_changed_elsewhere(bench: Bench) -> None:
    bench.shop.source = moved_to_front("12", "newer")

    def before_page(start: int) -> None:
        if start == 10:
            bench.shop.source = {**ORIGINAL, "13": "newer too"}

    bench.shop.before_page = before_page
    bench.tick()
    settle(bench)


def test_after_a_scan_that_failed(bench: Bench) -> None:
    bench.with_entry(batch_size=1)
    bench.shop.source = moved_to_front("12", "newer")

    def before_page(start: int) -> None:
        if start == 5:
            raise ConnectionError("the source is down")

    bench.shop.before_page = before_page
    assert bench.tick().record.status is Status.FAILED
    assert bench.shop.target["12"] == "newer"
    bench.shop.source = dict(ORIGINAL)
    settle(bench)


def test_a_record_that_was_read_and_then_moved_on_with_a_new_value(bench: Bench) -> None:
    """Page 1-5 is settled with the old value; the record turns up again, newer, behind it."""

    def before_page(start: int) -> None:
        if start == 5:
            bench.shop.source = {key: value for key, value in ORIGINAL.items() if key != "2"} | {"2": "newer"}

    bench.shop.before_page = before_page
    bench.tick()
    assert bench.shop.target["2"] == "newer"
    bench.shop.source = dict(ORIGINAL)
    settle(bench)


def test_pages_beyond_the_end_of_a_shrunken_source_are_forgotten() -> None:
    rows = {str(number): f"v{number}" for number in range(1, 1606)}
    bench = Bench(Shop(dict(rows), page_size=100, on_missing="delete"))
    bench.with_entry(batch_size=50)
    bench.tick()
    bench.shop.source = {key: rows[key] for key in list(rows)[:100]}
    bench.tick()
    assert bench.shop.target == bench.shop.source
    bench.shop.source = dict(rows)
    bench.tick()
    assert bench.shop.target == bench.shop.source
