"""Record fingerprints: a hash of each record as last written, in packed ranges of neighbouring keys."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

from nightshift.batch import FINGERPRINT_BYTES
from nightshift.errors import RunError
from nightshift.fingerprints.keys import HASHED, NUMBERED, SPAN, range_of
from nightshift.fingerprints.seen import Seen
from nightshift.state.models import Fingerprints, JobKey

if TYPE_CHECKING:
    from nightshift.state.ports import FingerprintStore

_MAX_KEY_BYTES = 255
_CACHED_RANGES = 64
_LARGEST_GAP = 8
_MOST_AHEAD = 16
_FIRST, _LAST = "record:", "record:~"
_IN_DOUBT = bytes(FINGERPRINT_BYTES)


class RecordFingerprints:
    """Fingerprints by key, read a page of keys at a time and written range by range.

    `fresh` says that the state holds none yet, which spares the reads of a first scan. For a scan that goes
    through its keys in order ranges are read ahead, more of them each time.
    """

    def __init__(self, store: FingerprintStore, key: JobKey, *, fresh: bool) -> None:
        self._store = store
        self._key = key
        self._fresh = fresh
        self._ranges: dict[str, dict[str, bytes]] = {}
        self._changed: set[str] = set()
        self._being_written: set[str] = set()
        self._taken_last: set[str] = set()
        self._evicted = Seen()
        self._read_to = self._ahead = 0

    def load(self, keys: Sequence[str]) -> None:
        """Have the ranges of these keys at hand, with one read where the keys are neighbours."""
        wanted = sorted({range_of(key) for key in keys} - self._ranges.keys())
        if not wanted:
            return
        self._evict()
        stored = [name for name in wanted if not self._fresh or self._is_evicted(name)]
        for first, last in _stretches(stored):
            self._read(first, last)
        for name in wanted:
            self._ranges.setdefault(name, {})

    def get(self, key: str) -> bytes | None:
        """The fingerprint of a key; None where it was never written, or is in doubt."""
        found = self._range(range_of(key), key).get(key)
        return None if found == _IN_DOUBT else found

    def set(self, key: str, fingerprint: bytes) -> None:
        if 4 * len(key) > _MAX_KEY_BYTES < len(key.encode()):
            raise RunError(f"the key {key[:40]!r}… is longer than {_MAX_KEY_BYTES} bytes; it cannot be kept")
        name = range_of(key)
        self._range(name, key)[key] = fingerprint
        self._changed.add(name)

    def forget(self, keys: Sequence[str]) -> None:
        """These keys are gone from the target."""
        self.load(keys)
        for key in keys:
            if self._ranges[range_of(key)].pop(key, None) is not None:
                self._changed.add(range_of(key))

    def doubt(self, keys: Sequence[str]) -> None:
        """What the target holds of these keys is not known; they stay among `keys`, as it may have them."""
        for key in keys:
            self.set(key, _IN_DOUBT)

    def take_changed(self, *, but_for: Collection[str] = ()) -> list[Fingerprints]:
        """The ranges changed since the last call, as items; not yet those that hold one of these keys.

        To be asked when those of the last call but one are written.
        """
        held = {range_of(key) for key in but_for}
        taken = self._changed - held
        self._being_written, self._taken_last = self._taken_last | taken, taken
        self._changed &= held
        return [Fingerprints(name, pack(name, self._ranges[name])) for name in sorted(taken)]

    def keys(self) -> Iterator[str]:
        """All keys that were ever written and not forgotten, streamed from the state."""
        for packed in self._store.read(self._key, _FIRST, _LAST):
            yield from list(self._ranges.get(packed.range) or unpack(packed.range, packed.body))

    def _range(self, name: str, key: str) -> dict[str, bytes]:
        """The range with this name, which is that of the key."""
        found = self._ranges.get(name)
        if found is None:
            self.load([key])
            found = self._ranges[name]
        return found

    def _read(self, first: str, last: str) -> None:
        is_numbered = first.startswith(NUMBERED)
        ahead = self._names_ahead(_number(first), _number(last)) if is_numbered else []
        for packed in self._store.read(self._key, first, ahead[-1] if ahead else last):
            self._ranges.setdefault(packed.range, unpack(packed.range, packed.body))
        for name in ahead:
            self._ranges.setdefault(name, {})

    def _names_ahead(self, first: int, last: int) -> list[str]:
        is_in_order = not self._fresh and 0 < first - self._read_to <= _LARGEST_GAP
        self._ahead = min(2 * self._ahead + 1, _MOST_AHEAD) if is_in_order else 0
        self._read_to = last + self._ahead
        return [f"{NUMBERED}{number:014d}" for number in range(last + 1, self._read_to + 1)]

    def _evict(self) -> None:
        if len(self._ranges) <= _CACHED_RANGES:
            return
        needed = self._changed | self._being_written  # what is stored of those is older than what we have
        for name in list(self._ranges)[: -_CACHED_RANGES // 2]:
            if name not in needed and not name.startswith(HASHED):
                del self._ranges[name]
                self._evicted.add(str(_number(name)))

    def _is_evicted(self, name: str) -> bool:
        return name.startswith(NUMBERED) and str(_number(name)) in self._evicted


def _number(name: str) -> int:
    """The number in the name of a range of numbers."""
    return int(name[len(NUMBERED) :])


def _stretches(names: list[str]) -> Iterator[tuple[str, str]]:
    """Sorted range names as stretches to read at once: over small gaps, and all hashed ranges together."""
    if not names:
        return
    start = names[0]
    for name, following in zip(names, [*names[1:], ""], strict=True):
        if following and _is_near(name, following):
            continue
        yield (HASHED, NUMBERED) if start.startswith(HASHED) else (start, name)
        start = following


def _is_near(name: str, other: str) -> bool:
    if name.startswith(HASHED) or other.startswith(HASHED):
        return name.startswith(HASHED) and other.startswith(HASHED)
    return _number(other) - _number(name) <= _LARGEST_GAP


def pack(name: str, fingerprints: dict[str, bytes]) -> bytes:
    """The body of the range with this name: of whole numbers one byte, how far into the range, and the
    fingerprint; of other keys the length in one byte, the key, the fingerprint; and so on."""
    packed = bytearray()
    if name.startswith(NUMBERED):
        first = _number(name) * SPAN
        for key, fingerprint in fingerprints.items():
            packed.append(int(key) - first)
            packed += fingerprint
        return bytes(packed)
    for key, fingerprint in fingerprints.items():
        encoded = key.encode()
        packed.append(len(encoded))
        packed += encoded
        packed += fingerprint
    return bytes(packed)


def unpack(name: str, body: bytes) -> dict[str, bytes]:
    """The counterpart of `pack`."""
    found: dict[str, bytes] = {}
    place = 0
    if name.startswith(NUMBERED):
        first, step = _number(name) * SPAN, FINGERPRINT_BYTES + 1
        return {str(first + body[at]): body[at + 1 : at + step] for at in range(0, len(body), step)}
    while place < len(body):
        end = place + 1 + body[place]
        found[body[place + 1 : end].decode()] = body[end : end + FINGERPRINT_BYTES]
        place = end + FINGERPRINT_BYTES
    return found
