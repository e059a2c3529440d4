"""Sizes as DynamoDB counts them, and what is refused or cut by them."""

from __future__ import annotations

import pytest

from nightshift.errors import OversizeError
from nightshift.state.capacity import Index, read_units, write_units
from nightshift.state.limits import (
    MAX_ITEM,
    MAX_PARTITION_KEY,
    MAX_SORT_KEY,
    ROOM_FOR_KEYS,
    check_item,
    shortened,
    size_of,
)

EURO, OWL = "\N{EURO SIGN}", "\N{OWL}"
"""Three bytes, and four."""


# Read off DynamoDB Local: how much text makes an item with this number pass from one write unit to two.
@pytest.mark.parametrize(
    ("number", "size"),
    [
        (0, 1),
        (9, 2),
        (10, 2),
        (99, 2),
        (100, 2),
        (120, 3),
        (123, 3),
        (1000, 2),
        (1200, 2),
        (1234, 3),
        (10001, 4),
        (12000, 3),
        (12345, 4),
        (1764000000, 3),
        (123456789012345678, 10),
        (-1, 3),
        (-100, 3),
        (-123, 4),
    ],
)
def test_numbers_count_by_pairs_of_digits(number: int, size: int) -> None:
    assert size_of({"": number}) == size


def test_names_and_texts_count_in_utf_8_and_bytes_as_they_are() -> None:
    assert size_of({f"n{EURO}": f"{OWL}x", "b": b"\xff\xfe"}) == (4 + 5) + (1 + 2)
    assert size_of({}) == 0


def text_of(size: int) -> str:
    return OWL * (size // 4) + "x" * (size % 4)


@pytest.mark.parametrize("over", [-1, 0, 1])
def test_an_item_is_taken_up_to_its_limit(over: int) -> None:
    body = text_of(MAX_ITEM - len("pkskpartitionsortbody") + over)
    if over <= 0:
        check_item("partition", "sort", {"body": body})
        return
    with pytest.raises(OversizeError) as refusal:
        check_item("partition", "sort", {"body": body})
    for part in ("sort", "partition", "409,601 bytes", "409,600", "`body`", "nothing was written", "less"):
        assert part in str(refusal.value)


@pytest.mark.parametrize("over", [-1, 0, 1])
@pytest.mark.parametrize(("key", "most"), [("partition", MAX_PARTITION_KEY), ("sort", MAX_SORT_KEY)])
def test_keys_are_taken_up_to_their_limits(key: str, most: int, over: int) -> None:
    keys = {"partition": "p", "sort": "s"} | {key: text_of(most + over)}
    if over <= 0:
        check_item(keys["partition"], keys["sort"], {})
        return
    with pytest.raises(OversizeError, match=f"the {key} key .* has {most + 1:,} bytes") as refusal:
        check_item(keys["partition"], keys["sort"], {})
    assert len(str(refusal.value)) < 300


def test_texts_are_cut_longest_first_and_between_letters() -> None:
    kept = {"reason": "why", "message": OWL * 100_000, "stack": "x" * 300_000, "number": 7}
    found = shortened(kept, ("reason", "message", "stack"))
    assert size_of(found) <= MAX_ITEM - ROOM_FOR_KEYS < size_of(found) + 4
    assert (found["reason"], found["stack"], found["number"]) == ("why", "x" * 300_000, 7)
    assert set(str(found["message"])) == {OWL}


def test_as_many_texts_are_cut_as_it_takes_and_no_other() -> None:
    found = shortened({"a": "x" * 900_000, "b": "y" * 500_000, "c": "z" * 400_000}, ("a", "b"))
    assert size_of(found) <= MAX_ITEM
    assert (found["a"], found["c"]) == ("", "z" * 400_000)


def test_what_fits_is_left_as_it_is() -> None:
    kept = {"reason": "x" * (MAX_ITEM - ROOM_FOR_KEYS - len("reason"))}
    assert shortened(kept, ("reason", "message")) == kept


@pytest.mark.parametrize(("size", "units"), [(0, 1), (1, 1), (1024, 1), (1025, 2), (409_600, 400)])
def test_a_write_is_charged_by_the_kilobyte(size: int, units: int) -> None:
    item = {"": "x" * size}
    assert write_units({}, item) == write_units(item, {}) == write_units(item, {"": "x"}) == units


@pytest.mark.parametrize(("size", "units"), [(0, 1), (4096, 1), (4097, 2), (1_048_576, 256)])
def test_a_read_is_charged_by_four_kilobytes(size: int, units: int) -> None:
    assert read_units(size, consistent=True) == units
    assert read_units(size, consistent=False) == units / 2


BY_COLOUR = Index("colour", "at")
RED = {"pk": "p", "sk": "s", "at": "1", "colour": "red"}


@pytest.mark.parametrize(
    ("before", "after", "units"),
    [
        ({}, RED, 2),
        (RED, {}, 2),
        (RED, RED, 1),
        (RED, RED | {"else": "1"}, 1),
        (RED, RED | {"colour": "blue"}, 3),
        (RED, RED | {"at": "2"}, 3),
        (RED, {"pk": "p", "sk": "s", "at": "1"}, 2),
        ({}, {"pk": "p", "sk": "s", "colour": "red"}, 1),
        ({}, RED | {"colour": "r" * 1021}, 4),
    ],
)
def test_an_index_is_charged_by_the_entries_that_change(
    before: dict[str, str], after: dict[str, str], units: int
) -> None:
    assert write_units(before, after, BY_COLOUR) == units
