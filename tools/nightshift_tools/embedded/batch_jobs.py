"""Batch jobs in SQLite, each moved in one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

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
from nightshift.times import to_text
from nightshift_tools.embedded.database import Database
from nightshift_tools.embedded.items import Items

_PER_PAGE = 100
_LISTED_AT = "json_extract(body, '$.listed_at')"


class SqliteBatchJobs:
    """The `BatchJobStore` port over one database. Moving one removes some items that have expired."""

    def __init__(self, database: Database, items: Items) -> None:
        self._database = database
        self._items = items

    def get(self, batch_job: BatchJobId, now: datetime) -> BatchJob | None:
        found = self._items.get(batch_job_partition(batch_job), META)
        job = None if found is None else decode_batch_job(found)
        return job if job is not None and job.is_live(now) else None

    def move(self, job: BatchJob, now: datetime) -> bool:
        written = encode_batch_job(job)
        with self._database.write():
            stored = self._items.get(batch_job_partition(job.id), META)
            standing = None if stored is None else decode_batch_job(stored)
            if stored == written:
                return True
            if job.revision == 1:
                is_next = standing is None or not standing.is_live(now)
            else:
                is_next = standing is not None and standing.revision == job.revision - 1
            if is_next:
                self._items.put(batch_job_partition(job.id), META, written)
                self._items.purge(int(now.timestamp()))
            return is_next

    def latest(
        self, now: datetime, *, since: datetime | None = None, until: datetime | None = None, after: str = ""
    ) -> Iterator[BatchJob]:
        first = to_text(since) if since else "0"
        last = f"{to_text(until)}~" if until else "~"
        end = min(last, after) if after else last
        while page := self._items.where(
            f"pk >= 'BATCH#' AND pk < 'BATCH$' AND sk = ? AND {_LISTED_AT} >= ? AND {_LISTED_AT} < ? "
            f"ORDER BY {_LISTED_AT} DESC LIMIT ?",
            (META, first, end, _PER_PAGE),
        ):
            end = str(page[-1][1]["listed_at"])
            jobs = (decode_batch_job(attributes) for _, attributes in page)
            yield from (job for job in jobs if job.is_live(now))

    def unfinished(self, now: datetime) -> Iterator[BatchJob]:
        found = self._items.where("open = ? AND sk = ? ORDER BY started_at", (LISTED, META))
        jobs = (decode_batch_job(attributes) for _, attributes in found)
        return (job for job in jobs if job.is_open and job.is_live(now))

    def put_errors(self, job: BatchJob, phase: int, row: int, errors: Sequence[RowError]) -> None:
        with self._database.write():
            for sort_key, item in encode_errors(job, phase, row, errors):
                self._items.put(batch_job_partition(job.id), sort_key, item)

    def drop_errors(self, job: BatchJob, phase: int, row: int) -> None:
        pk = batch_job_partition(job.id)
        with self._database.write():
            for sort_key, _ in self._items.between(pk, error_key(phase, row), error_key(phase + 1, 0)):
                self._items.delete(pk, sort_key)

    def errors(self, batch_job: BatchJobId) -> Iterator[RowError]:
        start = FIRST_ERROR
        while page := self._items.between(batch_job_partition(batch_job), start, LAST_ERROR, _PER_PAGE):
            for _, item in page:
                yield from decode_errors(item)
            start = f"{page[-1][0]}\0"  # the least text after the last one read
