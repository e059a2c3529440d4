"""Batch jobs in DynamoDB, each moved by one conditional PutItem."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice

from nightshift.batch_jobs.codec import (
    FIRST_ERROR,
    LAST_ERROR,
    LISTED,
    META,
    batch_job_partition,
    decode_batch_job,
    decode_errors,
    encode_batch_job,
    encode_errors,
    error_key,
)
from nightshift.batch_jobs.model import BatchJob, BatchJobId, RowError
from nightshift.state.codec import VERSION, Attributes
from nightshift.state.dynamodb.table import ConditionFailedError, Table
from nightshift.times import to_text

_PER_PAGE = 100


class DynamoBatchJobs:
    """The `BatchJobStore` port over the State table and two of its indexes."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, batch_job: BatchJobId, now: datetime) -> BatchJob | None:
        found = self._table.get(batch_job_partition(batch_job), META)
        job = None if found is None else decode_batch_job(found)
        return job if job is not None and job.is_live(now) else None

    def move(self, job: BatchJob, now: datetime) -> bool:
        written = encode_batch_job(job)
        condition = "revision = :before AND version = :version"
        values: dict[str, str | int | bytes] = {"before": job.revision - 1, "version": VERSION}
        if job.revision == 1:
            condition = "attribute_not_exists(pk) OR (expires_at <= :now AND version = :version)"
            values = {"now": int(now.timestamp()), "version": VERSION}
        try:
            self._table.put(batch_job_partition(job.id), META, written, condition, values)
        except ConditionFailedError as refusal:
            # Refused by itself, where the move took effect and only its answer was lost.
            return bool(refusal.old) and encode_batch_job(decode_batch_job(refusal.old)) == written
        return True

    def latest(
        self, now: datetime, *, since: datetime | None = None, until: datetime | None = None, after: str = ""
    ) -> Iterator[BatchJob]:
        first = to_text(since) if since else "0"
        last = f"{to_text(until)}~" if until else "~"
        if after:
            last = min(last, after)
        entries = self._table.query_index(
            "batch_jobs", ("listed", LISTED), ("listed_at", first, last), newest_first=True, page=_PER_PAGE
        )
        behind = (entry for entry in entries if not after or str(entry["listed_at"]) < after)
        return self._read(behind, now)

    def unfinished(self, now: datetime) -> Iterator[BatchJob]:
        entries = self._table.query_index("open", ("open", LISTED), ("started_at", "0", "~"))
        return (job for job in self._read(entries, now) if job.is_open)

    def put_errors(self, job: BatchJob, phase: int, row: int, errors: Sequence[RowError]) -> None:
        pk = batch_job_partition(job.id)
        self._table.write_batch([(pk, sk, item) for sk, item in encode_errors(job, phase, row, errors)])

    def drop_errors(self, job: BatchJob, phase: int, row: int) -> None:
        pk = batch_job_partition(job.id)
        found = self._table.query(pk, error_key(phase, row), error_key(phase + 1, 0), only=("pk", "sk"))
        self._table.delete_batch([(pk, str(item["sk"])) for item in found])

    def errors(self, batch_job: BatchJobId) -> Iterator[RowError]:
        for item in self._table.query(batch_job_partition(batch_job), FIRST_ERROR, LAST_ERROR):
            yield from decode_errors(item)

    def _read(self, entries: Iterator[Attributes], now: datetime) -> Iterator[BatchJob]:
        """The records behind entries of an index, in their order, as they stand in the table."""
        while page := [(str(entry["pk"]), str(entry["sk"])) for entry in islice(entries, _PER_PAGE)]:
            found = self._table.get_batch(page, consistent=True)
            jobs = (decode_batch_job(found[key]) for key in page if key in found)
            yield from (job for job in jobs if job.is_live(now))
