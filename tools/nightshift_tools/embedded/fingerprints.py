"""Packed fingerprints in SQLite: one item a range, each under the fence of the run that wrote it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nightshift.errors import LostLeaseError
from nightshift.state.codec import VERSION, Attributes, check_version, fingerprint_sort_key, partition
from nightshift.state.models import Fingerprints, JobKey, Lease
from nightshift_tools.embedded.database import Database
from nightshift_tools.embedded.items import Items

RANGES_PER_PAGE = 16
_PREFIX = len(fingerprint_sort_key(""))


class SqliteFingerprints:
    """The `FingerprintStore` port over one database."""

    def __init__(self, database: Database, items: Items) -> None:
        self._database = database
        self._items = items

    def read(self, key: JobKey, first: str, last: str) -> Iterator[Fingerprints]:
        start, end = fingerprint_sort_key(first), fingerprint_sort_key(last)
        while page := self._items.between(partition(key), start, end, RANGES_PER_PAGE):
            for sk, attributes in page:
                check_version(attributes, f"a fingerprint of {key}")
                body = attributes["body"]
                if isinstance(body, bytes) and body:
                    yield Fingerprints(sk[_PREFIX:], body)
            start = f"{page[-1][0]}\0"  # the least text after the last one read

    def write(self, lease: Lease, ranges: Sequence[Fingerprints]) -> None:
        with self._database.write():
            for packed in ranges:
                sk = fingerprint_sort_key(packed.range)
                self._check_fence(lease, self._items.get(partition(lease.key), sk))
                # An empty range is kept as an item: without it the fence that keeps a stale run out is lost.
                body: Attributes = {"version": VERSION, "fence": lease.fence, "body": packed.body}
                self._items.put(partition(lease.key), sk, body)

    def _check_fence(self, lease: Lease, found: Attributes | None) -> None:
        if found is not None and int(found["fence"]) > lease.fence:
            raise LostLeaseError(
                f"run {lease.run} of {lease.key} (fence {lease.fence}) may not write fingerprints: "
                f"a later run (fence {found['fence']!s}) has written them"
            )
