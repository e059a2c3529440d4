"""How large an item is, and how large it may be: DynamoDB's limits, held by both adapters before they write.

Source: DynamoDB Developer Guide, "Item sizes and formats" and "Quotas". Sizes are bytes as DynamoDB counts
them, which DynamoDB Local was asked for: names and texts in UTF-8, and whole numbers by pairs of digits.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from nightshift.errors import OversizeError

MAX_ITEM = 400 * 1024
"""Bytes of an item, its names and keys among them."""

MAX_PARTITION_KEY = 2048
MAX_SORT_KEY = 1024
ROOM_FOR_KEYS = 8192
"""What `shortened` leaves for both keys, and for what an index needs."""

_SHOWN = 60


def size_of(item: Mapping[str, str | int | bytes]) -> int:
    """Bytes of an item, keys included where they are among its attributes."""
    return sum(_bytes_of(name) + _bytes_of(value) for name, value in item.items())


def check_item(pk: str, sk: str, attributes: Mapping[str, str | int | bytes]) -> None:
    """OversizeError where the item, or one of its keys, is larger than DynamoDB takes."""
    partition_key, sort_key = _bytes_of(pk), _bytes_of(sk)
    for kind, key, size, most in (
        ("partition key", pk, partition_key, MAX_PARTITION_KEY),
        ("sort key", sk, sort_key, MAX_SORT_KEY),
    ):
        if size > most:
            raise OversizeError(
                f"the {kind} {_shown(key)} has {size:,} bytes, and DynamoDB takes {most:,}; nothing was "
                "written. Shorten the name or the key that it is made of"
            )
    size = size_of({"pk": pk, "sk": sk, **attributes})
    if size > MAX_ITEM:
        largest = max(attributes, key=lambda name: _bytes_of(attributes[name]))
        raise OversizeError(
            f"the item {_shown(sk)} of {_shown(pk)} has {size:,} bytes, and DynamoDB takes {MAX_ITEM:,}; "
            f"nothing was written. Most of it is `{largest}`, {_bytes_of(attributes[largest]):,} bytes: keep "
            "less there, or spread it over several items"
        )


def shortened(
    attributes: Mapping[str, str | int | bytes], texts: Collection[str]
) -> dict[str, str | int | bytes]:
    """Attributes without keys, the longest of these texts cut where an item could not hold them.

    For what is said about something: better cut than lost, and no reason to fail a run.
    """
    found = dict(attributes)
    excess = size_of(found) + ROOM_FOR_KEYS - MAX_ITEM
    for name in sorted(texts, key=lambda name: _bytes_of(found.get(name, "")), reverse=True):
        if excess <= 0:
            break
        text = str(found.get(name, "")).encode()
        cut = text[: max(0, len(text) - excess)].decode(errors="ignore")
        excess -= len(text) - _bytes_of(cut)
        if text:
            found[name] = cut
    return found


def _bytes_of(value: str | int | bytes) -> int:
    if isinstance(value, str):
        return len(value) if value.isascii() else len(value.encode("utf-8", "surrogatepass"))
    return len(value) if isinstance(value, bytes) else _bytes_of_number(value)


def _bytes_of_number(number: int) -> int:
    """One byte, one more for each pair of digits up to the last that is not 00, and one for a minus sign."""
    pairs, rest = 0, abs(number)
    while rest and rest % 100 == 0:
        rest //= 100
    while rest:
        pairs, rest = pairs + 1, rest // 100
    return 1 + pairs + (number < 0)


def _shown(key: str) -> str:
    return key if len(key) <= _SHOWN else f"{key[:_SHOWN]}…"
