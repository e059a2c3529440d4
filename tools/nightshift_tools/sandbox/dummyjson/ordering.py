"""Sorting as JavaScript's `<` and `>` would: numbers and strings among themselves, all else undecided."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import cmp_to_key

from nightshift_tools.sandbox.exact_json import JsonObject


def sorted_ids(documents: Iterable[JsonObject], field: str, order: str) -> list[int]:
    """The ids of `documents` by a top-level field; what cannot be compared stays where it was."""
    keyed = [(_comparable(document.get(field)), document["id"]) for document in documents]
    sign = -1 if order == "desc" else 1
    keyed.sort(key=cmp_to_key(_comparison(sign)))
    return [product_id for _, product_id in keyed]


def _comparison(sign: int) -> Callable[[tuple[object, int], tuple[object, int]], int]:
    def compare(left: tuple[object, int], right: tuple[object, int]) -> int:
        one, other = left[0], right[0]
        if isinstance(one, bytes) and isinstance(other, bytes):
            return sign * ((one > other) - (one < other))
        if isinstance(one, (int, Decimal)) and isinstance(other, (int, Decimal)):
            return sign * ((one > other) - (one < other))
        return 0

    return compare


def _comparable(value: object) -> object:
    # JavaScript compares strings by UTF-16 code unit, so big-endian UTF-16 bytes sort alike.
    return value.encode("utf-16-be", "surrogatepass") if isinstance(value, str) else value
