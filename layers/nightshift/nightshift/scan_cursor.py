"""The cursor of a scan: which scan it is, how far it has come, and what the last complete one found.

It only ever grows, by (scan, skip).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import cast

from nightshift.state.models import Cursor
from nightshift.times import from_text, to_text


@dataclass(frozen=True, slots=True)
class ScanCursor:
    """`skip`: the place before which this scan has settled every record.

    `known`: how many records the last complete scan found. `full`: a full compare was begun and has not come
    to its end. `dirty`: records were written since then. `is_clean`: nothing that the source has lost is left
    in the target. `resumes`: the scan ended for want of time, and the next run goes on with it.
    """

    scan: int = 0
    skip: int = 0
    known: int = 0
    full: bool = False
    full_at: datetime | None = None
    dirty: bool = False
    is_clean: bool = False
    resumes: bool = False

    @classmethod
    def load(cls, cursor: Cursor) -> ScanCursor:
        full_at = cursor.get("full_at")
        return cls(
            scan=cast(int, cursor.get("scan", 0)),
            skip=cast(int, cursor.get("skip", 0)),
            known=cast(int, cursor.get("known", 0)),
            full=bool(cursor.get("full", False)),
            full_at=from_text(str(full_at)) if full_at else None,
            dirty=bool(cursor.get("dirty", False)),
            is_clean=bool(cursor.get("clean", False)),
            resumes=bool(cursor.get("resumes", False)),
        )

    def dump(self) -> Cursor:
        flags = {"full": self.full, "dirty": self.dirty, "clean": self.is_clean, "resumes": self.resumes}
        return {
            "scan": self.scan,
            "skip": self.skip,
            "known": self.known,
            **({"full_at": to_text(self.full_at)} if self.full_at else {}),
            **{name: True for name, value in flags.items() if value},
        }

    @property
    def is_first(self) -> bool:
        """No scan was ever begun, or the cursor was reset."""
        return self.scan == 0

    def is_full_due(self, now: datetime, every: timedelta | None) -> bool:
        """The last full compare never came to its end, or is longer ago than the interval."""
        return self.full or (every is not None and (self.full_at is None or now - self.full_at >= every))

    def begin(self, *, full: bool, now: datetime) -> ScanCursor:
        """The next scan, or the one that ended for want of time, from where it stood."""
        if self.resumes and not (full and not self.full):
            return replace(self, resumes=False)
        return replace(self, scan=self.scan + 1, skip=0, full=full or self.is_first, resumes=False)

    def advance(self, skip: int, *, dirty: bool) -> ScanCursor:
        return replace(self, skip=max(self.skip, skip), dirty=dirty, is_clean=self.is_clean and not dirty)

    def suspend(self, skip: int) -> ScanCursor:
        return replace(self, skip=max(self.skip, skip), resumes=True)

    def complete(self, found: int, now: datetime, *, dirty: bool) -> ScanCursor:
        full_at = now if self.full else self.full_at
        return replace(self, known=found, full=False, full_at=full_at, dirty=dirty, is_clean=False)

    def with_full(self, full: bool) -> ScanCursor:
        return replace(self, full=full)

    def clean(self) -> ScanCursor:
        return replace(self, is_clean=True)


def distrusted(cursor: Cursor) -> Cursor:
    """The cursor of a run that took over from one that was killed, and ended before its own scan began: what
    that one has left in the target is still to be compared."""
    scan = ScanCursor.load(cursor)
    return cursor if scan.is_first else scan.with_full(True).dump()
