"""Record fingerprints: what is read of the state, and that memory never contradicts what was written."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

import pytest

from nightshift.fingerprints.keys import SPAN, range_of
from nightshift.fingerprints.records import RecordFingerprints, pack
from nightshift.state.models import Fingerprints, JobKey, Lease

KEY = JobKey("copy-items")


class Store:
    """A store in memory that notes each read."""

    def __init__(self, keys: Sequence[int] = ()) -> None:
        self.items: dict[str, bytes] = {}
        self.reads: list[tuple[str, str]] = []
        ranges: dict[str, dict[str, bytes]] = {}
        for number in keys:
            ranges.setdefault(range_of(str(number)), {})[str(number)] = old(number)
        self.write_all([Fingerprints(name, pack(name, found)) for name, found in ranges.items()])

    def read(self, key: JobKey, first: str, last: str) -> Iterator[Fingerprints]:
        self.reads.append((first, last))
        return iter([Fingerprints(n, self.items[n]) for n in sorted(self.items) if first <= n <= last])

    def write(self, lease: Lease, ranges: Sequence[Fingerprints]) -> None:
        raise AssertionError("records do not write")

    def write_all(self, ranges: Sequence[Fingerprints]) -> None:
        self.items.update({item.range: item.body for item in ranges})


def old(number: int) -> bytes:
    return (number + 1).to_bytes(8, "big")


def new(number: int) -> bytes:
    return (number + (1 << 40)).to_bytes(8, "big")


def texts(numbers: Sequence[int]) -> list[str]:
    return [str(number) for number in numbers]


def test_a_scan_in_order_reads_ahead_more_each_time() -> None:
    store = Store(range(10_000))
    records = RecordFingerprints(store, KEY, fresh=False)
    for page in range(0, 10_000, 100):
        records.load(texts(range(page, page + 100)))
        assert all(records.get(str(number)) == old(number) for number in range(page, page + 100))
    assert len(store.reads) < 15


def test_a_scan_in_any_other_order_reads_what_it_needs() -> None:
    store = Store(range(100_000))
    records = RecordFingerprints(store, KEY, fresh=False)
    for number in (50_000, 10_000, 90_000, 30_000):
        assert records.get(str(number)) == old(number)
    assert all(first == last for first, last in store.reads)


def test_keys_that_were_never_written_are_not_asked_for_again() -> None:
    store = Store()
    records = RecordFingerprints(store, KEY, fresh=False)
    for page in range(0, 5_000, 100):
        for number in range(page, page + 100):
            assert records.get(str(number)) is None
    assert len(store.reads) < 15


@pytest.mark.parametrize("fresh", [False, True])
@pytest.mark.parametrize("keys", ["in order", "in any order"])
def test_what_was_set_is_found_however_many_ranges_were_met_since(keys: str, fresh: bool) -> None:
    """Batches are written one behind, as a run writes them: what is on its way must not be read back."""
    numbers = list(range(20_000))
    if keys == "in any order":
        random.Random(7).shuffle(numbers)
    store = Store([] if fresh else range(20_000))
    records = RecordFingerprints(store, KEY, fresh=fresh)
    on_its_way: list[Fingerprints] = []
    for start in range(0, len(numbers), 50):
        for number in numbers[start : start + 50]:
            assert records.get(str(number)) == (None if fresh else old(number))
            records.set(str(number), new(number))
        store.write_all(on_its_way)
        on_its_way = records.take_changed()
    store.write_all(on_its_way)
    again = RecordFingerprints(store, KEY, fresh=False)
    assert all(again.get(str(number)) == new(number) for number in range(20_000))


def test_ranges_that_are_being_written_are_not_read_back_as_they_were() -> None:
    store = Store(range(100_000))
    records = RecordFingerprints(store, KEY, fresh=False)
    records.set("7", new(7))
    records.take_changed()  # and not written yet
    records.set("107", new(107))
    records.take_changed()  # which waits behind the first
    for number in range(2 * SPAN, 100_000, SPAN * 10):
        records.get(str(number))
    assert records.get("7") == new(7)
    assert records.get("107") == new(107)


def test_a_first_scan_reads_nothing_while_its_keys_come_in_order() -> None:
    store = Store()
    records = RecordFingerprints(store, KEY, fresh=True)
    for number in range(20_000):
        records.get(str(number))
        records.set(str(number), new(number))
        if number % 50 == 49:
            store.write_all(records.take_changed(but_for=[str(number + 1)]))
    assert store.reads == []
