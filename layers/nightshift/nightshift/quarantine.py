"""Records set aside: how often they were tried, and whether they are tried again or wait for a person."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from hashlib import blake2b

from nightshift.state.models import Quarantined, RunId

MAX_REASON = 500
MAX_NAME = 255
"""Bytes of the key that a record is set aside under."""


class Quarantine:
    """The quarantine of a job during one run. Changes are kept until `take_changes`.

    A record that is set aside for a key that no state could hold goes by the key's beginning and hash.

    `clean` takes out of a reason what must not leave the run.
    """

    def __init__(
        self, stored: Iterable[Quarantined], run: RunId, max_retries: int, clean: Callable[[str], str]
    ) -> None:
        self._records = {record.record: record for record in stored}
        self._run = run
        self._max_retries = max_retries
        self._clean = clean
        self._put: set[str] = set()
        self._dropped: set[str] = set()

    def __len__(self) -> int:
        return len(self._records)

    def __contains__(self, key: str) -> bool:
        return _name_of(key) in self._records

    def waits(self, key: str, digest: str) -> bool:
        """Leave the record alone: its tries are used up, and its payload is the one that was refused."""
        record = self._records.get(_name_of(key)) if self._records else None
        return record is not None and record.attempts > self._max_retries and record.digest == digest

    def set_aside(self, key: str, reason: str, digest: str, now: datetime) -> bool:
        """Count one failed try; True where it was the last, and the record now waits for a person."""
        name = _name_of(key)
        known = self._records.get(name)
        if known is None or known.digest != digest:
            known = Quarantined(name, "", 0, known.first_seen if known else now, now, digest, self._run)
        attempts = known.attempts + 1
        self._records[name] = replace(
            known, reason=self._clean(reason)[:MAX_REASON], attempts=attempts, last_seen=now, run=self._run
        )
        self._put.add(name)
        self._dropped.discard(name)
        return attempts > self._max_retries

    def clear(self, key: str) -> None:
        """The record was written after all."""
        name = _name_of(key) if self._records else key
        if self._records.pop(name, None) is not None:
            self._put.discard(name)
            self._dropped.add(name)

    @property
    def has_changed(self) -> bool:
        """There is something for `take_changes` to give."""
        return bool(self._put or self._dropped)

    def take_changes(self) -> tuple[list[Quarantined], list[str]]:
        """Records to put and keys to drop since the last call."""
        put = [self._records[key] for key in sorted(self._put)]
        dropped = sorted(self._dropped)
        self._put.clear()
        self._dropped.clear()
        return put, dropped

    def give_back(self, put: Iterable[Quarantined], dropped: Iterable[str]) -> None:
        """What `take_changes` gave and could not be written is to be written still."""
        for name in {*(record.record for record in put), *dropped}:
            (self._put if name in self._records else self._dropped).add(name)


def _name_of(key: str) -> str:
    encoded = key.encode("utf-8", "backslashreplace")
    if len(encoded) <= MAX_NAME:
        return encoded.decode()
    return f"{encoded[:200].decode(errors='ignore')}…{blake2b(encoded, digest_size=16).hexdigest()}"
