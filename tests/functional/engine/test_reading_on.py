"""A scan reads on while the target works: one batch further, and what is on its way is not lost over it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from nightshift.errors import UpstreamError
from nightshift.state.models import JobKey, Status
from support.shop import Bench, Plans, Shop

KEY = JobKey("copy-items")


def rows(count: int, first: int = 1) -> dict[str, str]:
    return {str(number): f"v{number}" for number in range(first, first + count)}


def bench_of(count: int, *, page_size: int = 4) -> Bench:
    """Batches of four."""
    return Bench(Shop(rows(count), page_size=page_size, reads_on=True))


def test_one_batch_more_is_read_while_the_target_works_and_no_further() -> None:
    bench, seen = bench_of(16), []
    bench.shop.after_write = lambda keys: seen.append((keys[0], max(bench.shop.parsed)))
    bench.tick()
    assert seen == [("1", 4), ("5", 8), ("9", 12), ("13", 12)]


def test_no_more_than_a_page_is_read_at_a_time_where_few_records_have_changed() -> None:
    bench = bench_of(60, page_size=10)
    bench.tick()
    bench.shop.source |= {str(number): "w" for number in range(1, 6)}
    read: list[int] = []
    seen: list[int] = []
    bench.shop.before_page = read.append
    bench.shop.after_write = lambda keys: seen.append(read[-1])
    assert bench.tick().record.counts.updated == 5
    assert seen == [10, 50]  # it was asked twice to read on: to the end of the first page, and of the second


def test_what_is_told_ahead_is_read_no_earlier_for_it() -> None:
    bench, told, seen = bench_of(40), [], []
    bench.shop.ahead = lambda items, compare: told.append([item.key for item in items])
    bench.shop.after_write = lambda keys: seen.append((int(keys[0]), bench.shop.parsed[-1] + 4))
    bench.tick()
    assert all(read <= first + 3 + 3 * 4 for first, read in seen)
    assert [keys[0] for keys in told] == ["5", "13", "21", "29", "37"]


@pytest.mark.parametrize("reads_on", [False, True])
def test_what_a_scan_does_is_the_same(reads_on: bool) -> None:
    bench, plans = bench_of(23, page_size=5), Plans()
    bench.shop.reads_on, bench.observer = reads_on, plans
    bench.shop.refuses, bench.shop.unmappable = {"v7"}, {"v15"}
    first = bench.tick().record
    assert (first.counts.read, first.counts.created, first.counts.quarantined) == (23, 21, 2)
    assert first.counts.batches == 6
    bench.shop.source |= {"3": "w", "22": "w"}
    second = bench.tick().record
    assert (second.counts.updated, second.counts.unchanged, second.counts.quarantined) == (2, 19, 2)
    assert bench.tick().record.counts.updated == 0


def test_what_is_wrong_with_the_source_is_raised_once_the_batch_is_written_down() -> None:
    bench = bench_of(16)

    def before_page(start: int) -> None:
        if start == 8:
            raise UpstreamError("the page is broken")

    bench.shop.before_page = before_page
    ended = bench.tick()
    assert isinstance(ended.error, UpstreamError)
    assert ended.record.status is Status.FAILED
    assert (ended.record.counts.created, ended.record.counts.batches) == (8, 2)
    assert bench.state.control.read(KEY).cursor["skip"] == 8
    bench.shop.before_page = lambda start: None
    bench.shop.writes.clear()
    again = bench.tick().record
    assert again.status is Status.SUCCEEDED
    assert bench.shop.writes == [str(number) for number in range(9, 17)]


def test_the_target_s_own_error_comes_first() -> None:
    bench = bench_of(16)

    def before_page(start: int) -> None:
        if start == 4:
            raise UpstreamError("the page is broken")

    def after_write(keys: Sequence[str]) -> None:
        raise UpstreamError("the target is broken")

    bench.shop.before_page, bench.shop.after_write = before_page, after_write
    with pytest.raises(UpstreamError, match="target"):
        raise bench.tick().error or AssertionError


def test_a_run_whose_time_ends_while_it_reads_on_is_gone_on_with() -> None:
    bench = bench_of(20)
    bench.shop.before_page = lambda start: bench.clock.advance(100 if start == 12 else 0)
    first = bench.tick(seconds_left=60).record
    assert first.status is Status.INCOMPLETE
    assert first.counts.created == 12
    bench.shop.before_page = lambda start: None
    second = bench.tick(seconds_left=60).record
    assert second.status is Status.SUCCEEDED
    assert second.counts.created == 8
    assert bench.shop.writes == [str(number) for number in range(1, 21)]


def test_a_scan_whose_time_ends_where_nothing_is_to_be_written_has_not_come_to_its_end() -> None:
    bench = bench_of(20)
    bench.shop.on_missing, bench.shop.min_seen_ratio = "delete", 0.9
    bench.tick()
    del bench.shop.source["20"]
    bench.shop.before_page = lambda start: bench.clock.advance(100 if start == 8 else 0)
    assert bench.tick(seconds_left=60).record.status is Status.INCOMPLETE
    assert "20" in bench.shop.target
    bench.shop.before_page = lambda start: None
    bench.tick()
    assert bench.shop.target == bench.shop.source


def test_a_record_that_moves_while_it_is_on_its_way_is_brought_up_to_date_by_the_next_scan() -> None:
    bench = bench_of(12)

    def before_write(keys: Sequence[str]) -> None:
        if keys[0] == "1":
            moved = dict(bench.shop.source)
            moved.pop("2")
            bench.shop.source = {**moved, "2": "new"}

    bench.shop.before_write = before_write
    bench.tick()
    bench.shop.before_write = lambda keys: None
    bench.tick()
    assert bench.shop.target == bench.shop.source
