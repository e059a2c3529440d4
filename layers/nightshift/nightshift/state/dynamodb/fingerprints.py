"""Packed fingerprints in DynamoDB: one item a range, each under the fence of the run that wrote it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nightshift.errors import LostLeaseError
from nightshift.state.codec import VERSION, check_version, fingerprint_sort_key, partition
from nightshift.state.dynamodb.table import ConditionFailedError, Table
from nightshift.state.models import Fingerprints, JobKey, Lease

_PREFIX = len(fingerprint_sort_key(""))


class DynamoFingerprints:
    """The `FingerprintStore` port over the State table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def read(self, key: JobKey, first: str, last: str) -> Iterator[Fingerprints]:
        items = self._table.query(partition(key), fingerprint_sort_key(first), fingerprint_sort_key(last))
        for item in items:
            check_version(item, f"a fingerprint of {key}")
            body = item["body"]
            if body:
                yield Fingerprints(str(item["sk"])[_PREFIX:], bytes(body))  # type: ignore[arg-type]

    def write(self, lease: Lease, ranges: Sequence[Fingerprints]) -> None:
        pk = partition(lease.key)
        for packed in ranges:
            # An empty range is kept as an item: a delete would lose the fence that keeps a stale run out.
            try:
                self._table.put(
                    pk,
                    fingerprint_sort_key(packed.range),
                    {"version": VERSION, "fence": lease.fence, "body": packed.body},
                    "attribute_not_exists(fence) OR fence <= :fence",
                    {"fence": lease.fence},
                )
            except ConditionFailedError as refusal:
                raise LostLeaseError(
                    f"run {lease.run} of {lease.key} (fence {lease.fence}) may not write fingerprints: "
                    f"a later run (fence {refusal.old.get('fence')!s}) has written them"
                ) from None
