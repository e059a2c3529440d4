"""Reading ahead: the same items in the same order, never too far ahead, and nothing left running."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from nightshift.prefetch import prefetch


class Source:
    """Counts up to `count`; fails at `fails_at`. `begun` counts what was asked of it."""

    def __init__(self, count: int, fails_at: int | None = None) -> None:
        self.count = count
        self.fails_at = fails_at
        self.begun = 0
        self.closed = threading.Event()
        self.progress = threading.Condition()

    def __iter__(self) -> Iterator[int]:
        try:
            for number in range(self.count):
                with self.progress:
                    self.begun += 1
                    self.progress.notify_all()
                if number == self.fails_at:
                    raise LookupError(f"no item {number}")
                yield number
        finally:
            self.closed.set()

    def wait_until_begun(self, number: int) -> None:
        with self.progress:
            assert self.progress.wait_for(lambda: self.begun >= number, 5)


def running() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "prefetch"]


@pytest.mark.parametrize("ahead", [1, 2, 7])
@pytest.mark.parametrize("count", [0, 1, 2, 50])
def test_all_items_come_in_order(count: int, ahead: int) -> None:
    source = Source(count)
    assert list(prefetch(iter(source), ahead)) == list(range(count))
    assert source.closed.is_set()
    assert running() == []


@pytest.mark.parametrize("ahead", [1, 2, 5])
def test_the_source_is_read_so_far_ahead_and_no_further(ahead: int) -> None:
    source = Source(50)
    items = prefetch(iter(source), ahead)
    for taken in range(1, 11):
        next(items)
        source.wait_until_begun(taken + ahead)
        threading.Event().wait(0.01)
        assert source.begun == taken + ahead
    items.close()


def test_nothing_is_read_before_the_first_item_is_asked_for() -> None:
    source = Source(5)
    items = prefetch(iter(source))
    assert source.begun == 0
    assert running() == []
    items.close()


@pytest.mark.parametrize("fails_at", [0, 1, 7])
def test_an_error_comes_after_the_items_before_it(fails_at: int) -> None:
    source = Source(50, fails_at)
    items = prefetch(iter(source))
    assert [next(items) for _ in range(fails_at)] == list(range(fails_at))
    with pytest.raises(LookupError, match=f"no item {fails_at}"):
        next(items)
    assert running() == []
    assert source.closed.is_set()


@pytest.mark.parametrize("taken", [1, 5])
@pytest.mark.parametrize("end", ["close", "error", "forgotten"])
def test_a_consumer_that_stops_ends_the_thread_and_the_source(taken: int, end: str) -> None:
    source = Source(50)
    held = iter(source)
    items = prefetch(held)
    for _ in range(taken):
        next(items)
    if end == "close":
        items.close()
    elif end == "error":
        with pytest.raises(KeyError):
            items.throw(KeyError())
    else:
        del items
    assert source.closed.wait(5)
    assert running() == []
    assert source.begun <= taken + 2


def test_a_consumer_that_stops_does_not_wait_for_a_slow_source() -> None:
    release = threading.Event()

    def slow() -> Iterator[int]:
        yield 1
        release.wait(10)
        yield 2

    items = prefetch(slow())
    next(items)
    items.close()
    (left,) = running()
    release.set()
    left.join(5)
    assert running() == []
