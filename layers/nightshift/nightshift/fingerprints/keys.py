"""Record keys in compact form.

Whole-number keys, which most sources have, pack into ranges of `SPAN` neighbours and into runs such as
`1-100`. Any other key goes by a hash of its text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from hashlib import blake2b

import orjson

from nightshift.batch import FINGERPRINT_BYTES

SPAN = 100
"""Keys per range of whole numbers: at nine bytes each a range stays below 1 KB, one write unit."""

HASHED, NUMBERED = "record:h", "record:i"
"""How the names of ranges begin: of keys by their hash, and of whole numbers."""

_MAX_DIGITS = 15


@lru_cache(maxsize=1024)
def number_of(key: str) -> int | None:
    """The whole number a key is written as; None where it is none, or not in its one plain form."""
    if len(key) <= _MAX_DIGITS and key.isascii() and key.isdecimal() and (key[0] != "0" or key == "0"):
        return int(key)
    return None


@lru_cache(maxsize=1024)
def range_of(key: str) -> str:
    """The name of the range that holds a key; names of neighbours sort as their keys do."""
    number = number_of(key)
    if number is None:
        return f"{HASHED}{blake2b(key.encode('utf-8', 'surrogatepass'), digest_size=1).hexdigest()}"
    return f"{NUMBERED}{number // SPAN:014d}"


def pack_keys(keys: Iterable[str]) -> list[str]:
    """Keys with runs of consecutive numbers folded: `1 2 3 7 x` -> `1-3 7 =x`."""
    packed: list[str] = []
    first = last = -1
    for key in keys:
        number = number_of(key)
        if number is not None and number == last + 1 and first >= 0:
            last = number
            continue
        if first >= 0:
            packed.append(_run(first, last))
        if number is None:
            packed.append(f"={key}")
            first = last = -1
        else:
            first = last = number
    if first >= 0:
        packed.append(_run(first, last))
    return packed


def unpack_runs(packed: Iterable[str]) -> Iterator[tuple[int, int] | str]:
    """Runs as (first, last), other keys as text."""
    for part in packed:
        if part.startswith("="):
            yield part[1:]
        else:
            first, _, last = part.partition("-")
            yield int(first), int(last or first)


def _run(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"


def fingerprint_of(record: object) -> bytes:
    """A hash of a record as the source gave it, whatever it holds: for those that cannot be mapped."""
    try:
        dumped = orjson.dumps(record, option=orjson.OPT_SORT_KEYS)
    except (TypeError, orjson.JSONEncodeError):
        try:
            dumped = repr(record).encode("utf-8", "surrogatepass")
        except RecursionError:
            dumped = b"nested too deeply"
    return blake2b(dumped, digest_size=FINGERPRINT_BYTES).digest()
