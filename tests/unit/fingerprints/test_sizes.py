"""What fingerprints take in the state: an item is one write unit, a catalogue's digests are one query."""

from __future__ import annotations

from nightshift.fingerprints.keys import SPAN, pack_keys, range_of
from nightshift.fingerprints.pages import GROUP, MAX_BODY, PageDigests, PageEntry
from nightshift.fingerprints.records import pack, unpack
from nightshift.fingerprints.seen import Seen
from nightshift.state.models import Fingerprints

WRITE_UNIT = 1024
KEYS_AND_NAMES = 100  # pk, sk, version and fence of an item


def digests_of(products: int) -> list[Fingerprints]:
    digests = PageDigests(iter(()), 0)
    for start in range(0, products, 100):
        keys = tuple(pack_keys(str(number) for number in range(start + 1, start + 101)))
        digests.keep(start, PageEntry("0123456789abcdef", 100, 0, keys))
    return digests.take_changed(before=None)


def test_a_group_of_pages_is_one_write_unit() -> None:
    assert all(len(item.body) + KEYS_AND_NAMES <= WRITE_UNIT for item in digests_of(10 * GROUP))


def test_the_digests_of_100_000_products_are_below_60_kb() -> None:
    assert sum(len(item.body) for item in digests_of(100_000)) < 60_000


def test_a_range_of_record_fingerprints_is_one_write_unit_and_reads_back() -> None:
    first = 10**9 // SPAN * SPAN + SPAN  # ten digits, at the start of a range
    held = {str(first + place): bytes([place] * 8) for place in range(SPAN)}
    (name,) = {range_of(key) for key in held}
    assert len(pack(name, held)) + KEYS_AND_NAMES <= WRITE_UNIT
    assert unpack(name, pack(name, held)) == held


def long_keys(number: int) -> list[str]:
    """Keys of 255 bytes, the most that one may have."""
    return [f"{place:0255d}" for place in range(number)]


def test_seen_keys_of_any_length_fit_into_items_and_come_back() -> None:
    keys = [*long_keys(5_000), *map(str, range(0, 2_000_000, 97))]
    seen = Seen()
    for key in keys:
        seen.add(key)
    items = seen.pack()
    assert max(len(item.body) for item in items) <= MAX_BODY
    assert len(items) < 12
    back = Seen.unpack(items)
    assert len(back) == len(keys)
    assert all(key in back for key in keys)


def test_a_group_of_pages_too_large_for_an_item_is_not_kept_and_its_pages_are_read_again() -> None:
    digests = PageDigests(iter(()), 0)
    keys = long_keys(1_600)
    for start in range(0, 1_600, 100):
        digests.keep(start, PageEntry("digest", 100, 0, tuple(pack_keys(keys[start : start + 100]))))
    (item,) = digests.take_changed(before=None)
    assert item == Fingerprints("page:000000000000", b"")
