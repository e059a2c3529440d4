"""Which keys a scan has met: bits for whole numbers, so that a million keys take some hundred kilobytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import orjson

from nightshift.fingerprints.keys import number_of, unpack_runs
from nightshift.state.models import Fingerprints

_SHIFT = 9
_BLOCK = 1 << _SHIFT
"""Keys per whole number of bits: half a byte a key where they are dense, 150 where they are not."""

_CHUNK = 256 * 1024
"""Bytes per item, where the store takes 400 KB."""


class Seen:
    """A set of keys that only grows. `len` is exact."""

    def __init__(self) -> None:
        self._bits: dict[int, int] = {}
        self._others: set[str] = set()
        self._count = 0

    def __len__(self) -> int:
        return self._count + len(self._others)

    def __contains__(self, key: str) -> bool:
        number = number_of(key)
        if number is None:
            return key in self._others
        return bool(self._bits.get(number // _BLOCK, 0) >> (number % _BLOCK) & 1)

    def add(self, key: str) -> bool:
        """True where the key is new."""
        number = number_of(key)
        if number is None:
            if key in self._others:
                return False
            self._others.add(key)
            return True
        block, bit = number >> _SHIFT, 1 << (number & (_BLOCK - 1))
        bits = self._bits.get(block, 0)
        if bits & bit:
            return False
        self._bits[block] = bits | bit
        self._count += 1
        return True

    def add_packed(self, packed: Iterable[str]) -> int:
        """Add packed keys, whole runs at a time; the number of new ones."""
        before = len(self)
        for part in unpack_runs(packed):
            if isinstance(part, str):
                self._others.add(part)
                continue
            first, last = part
            while first <= last:
                block, offset = divmod(first, _BLOCK)
                width = min(_BLOCK - offset, last - first + 1)
                self._set(block, ((1 << width) - 1) << offset)
                first += width
        return len(self) - before

    def pack(self) -> list[Fingerprints]:
        """The set as items of the state; `unpack` reads them back."""
        parts = [orjson.dumps([f"{block:x}", f"{bits:x}"]) for block, bits in self._bits.items()]
        parts += [orjson.dumps(key) for key in sorted(self._others)]
        chunks = _chunks(parts)
        return [
            Fingerprints(f"seen:{place:06d}", b"[" + b",".join(chunk) + b"]")
            for place, chunk in enumerate(chunks)
        ]

    @classmethod
    def unpack(cls, items: Iterable[Fingerprints]) -> Seen:
        seen = cls()
        for item in items:
            for part in orjson.loads(item.body):
                if isinstance(part, str):
                    seen._others.add(part)
                else:
                    seen._set(int(part[0], 16), int(part[1], 16))
        return seen

    def _set(self, block: int, bits: int) -> None:
        before = self._bits.get(block, 0)
        self._bits[block] = after = before | bits
        self._count += after.bit_count() - before.bit_count()


def _chunks(parts: Iterable[bytes]) -> Iterator[list[bytes]]:
    """The parts in chunks of `_CHUNK` bytes, the commas between them counted."""
    chunk: list[bytes] = []
    size = 0
    for part in parts:
        if chunk and size + len(part) + 1 > _CHUNK:
            yield chunk
            chunk, size = [], 0
        chunk.append(part)
        size += len(part) + 1
    if chunk:
        yield chunk
