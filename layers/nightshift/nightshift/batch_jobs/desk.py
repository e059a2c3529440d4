"""Where batch jobs are asked for: created, looked at, confirmed, cancelled. The API and the command line
stand before it, and so does a schedule."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import blake2b
from itertools import islice
from random import Random

import orjson

from nightshift.batch_jobs import life_cycle
from nightshift.batch_jobs.errors import (
    ConflictError,
    ContextError,
    FieldProblem,
    UnknownBatchJobError,
)
from nightshift.batch_jobs.holding import Move, move
from nightshift.batch_jobs.life_cycle import KEPT
from nightshift.batch_jobs.model import BatchJob, BatchJobId, Status
from nightshift.batch_jobs.ports import BatchJobQueue, BatchJobStore, place_of
from nightshift.batch_jobs.strategy import Strategies
from nightshift.errors import TryLaterError
from nightshift.manifest import JobEntry
from nightshift.services import RunLogger
from nightshift.times import Clock, to_text

ONCE_FOR = timedelta(hours=48)
"""How long an Idempotency-Key stands for one creation: longer than any client tries again."""

MAX_CONTEXT = 20_000
"""Bytes of a context as JSON: it says where things are, and holds none of them."""

MAX_PAGE = 100
_LOOKED_AT = 1000
"""Batch jobs that one request looks at, for a caller who may see few of them."""

_ID = re.compile(r"batch_[a-z0-9]{26}", re.ASCII)
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: `owner` is a role or a subject, never a session. An operator sees what is not his own."""

    owner: str
    is_operator: bool = False

    @property
    def folder(self) -> str:
        """Where what he uploads is kept, and from where alone his batch jobs may read."""
        return f"in/{blake2b(self.owner.encode(), digest_size=8).hexdigest()}/"


@dataclass(frozen=True, slots=True)
class Filters:
    """Which batch jobs are meant; no types or statuses are all of them."""

    types: Sequence[str] = ()
    statuses: Sequence[Status] = ()
    since: datetime | None = None
    until: datetime | None = None

    @property
    def digest(self) -> str:
        parts = [
            sorted(self.types),
            sorted(self.statuses),
            *(at and to_text(at) for at in (self.since, self.until)),
        ]
        return blake2b(orjson.dumps(parts), digest_size=4).hexdigest()

    def take(self, job: BatchJob) -> bool:
        return (not self.types or job.type in self.types) and (
            not self.statuses or job.status in self.statuses
        )


@dataclass(frozen=True, slots=True)
class Page:
    """Some batch jobs, newest first, and the token to ask for more with; None behind the last."""

    jobs: Sequence[BatchJob]
    next_token: str | None


@dataclass(frozen=True, slots=True)
class NewBatchJob:
    """What is asked for."""

    type: str
    context: Mapping[str, object] = field(default_factory=dict)
    dry_run: bool = False


@dataclass(frozen=True)
class Desk:
    """`entry` is the manifest's of the job that works them off: it has their batch size."""

    store: BatchJobStore
    strategies: Strategies
    queue: BatchJobQueue
    clock: Clock
    entry: JobEntry
    logger: RunLogger

    def create(self, request: NewBatchJob, caller: Caller, batch_job: BatchJobId) -> BatchJob:
        """Create a batch job and tell a worker. Under an id that is there already, the one that is there.

        UnknownTypeError, ContextError with all fields that are wrong, ConflictError where the id stands for
        another request, or has been used longer ago than anybody tries again.
        """
        strategy = self.strategies.find(request.type)
        size, problems = self._batch_size(request.context)
        problems += _file_problems(request.context, caller)
        try:
            context = strategy.prepare({k: v for k, v in request.context.items() if k != "batch_size"})
        except ContextError as error:
            raise ContextError(*error.problems, *problems) from None
        if problems:
            raise ContextError(*problems)
        now = self.clock.now()
        job = BatchJob(
            id=batch_job,
            type=request.type,
            created_by=caller.owner,
            created_at=now,
            updated_at=now,
            expires_at=now + KEPT,
            context=context,
            dry_run=request.dry_run,
            batch_size=size,
        )
        if not self.store.move(job, now):
            job = self._as_before(job, now)
        self._tell_worker(job)
        return job

    def get(self, batch_job: str, caller: Caller) -> BatchJob:
        """UnknownBatchJobError also for one that is not the caller's: he is not told that it is there."""
        found = self.store.get(BatchJobId(batch_job), self.clock.now()) if _ID.fullmatch(batch_job) else None
        if found is None or not _may_see(found, caller):
            raise UnknownBatchJobError(batch_job)
        return found

    def confirm(self, batch_job: str, caller: Caller) -> BatchJob:
        """Have the plan carried out; WrongStateError with the state where it is not waiting for that."""
        job = self._move(batch_job, caller, life_cycle.confirmed)
        self._tell_worker(job)
        return job

    def cancel(self, batch_job: str, caller: Caller) -> BatchJob:
        """Have no more of it done: a worker that has it stops within a batch."""
        return self._move(batch_job, caller, life_cycle.canceled)

    def page(self, filters: Filters, caller: Caller, limit: int, token: str | None = None) -> Page:
        """Those that the caller may see, newest first; ContextError for a token of other filters."""
        after = _opened(token, filters) if token else ""
        found = self.store.latest(self.clock.now(), since=filters.since, until=filters.until, after=after)
        jobs: list[BatchJob] = []
        looked_at = 0
        for job in islice(found, _LOOKED_AT):
            looked_at += 1
            after = place_of(job)
            if _may_see(job, caller) and filters.take(job):
                jobs.append(job)
            if len(jobs) == limit:
                break
        is_end = len(jobs) < limit and looked_at < _LOOKED_AT
        return Page(jobs, None if is_end else _sealed(after, filters))

    def _move(self, batch_job: str, caller: Caller, step: Move) -> BatchJob:
        self.get(batch_job, caller)
        moved = move(self.store, BatchJobId(batch_job), step, self.clock)
        if moved is None:
            raise UnknownBatchJobError(batch_job)
        return moved

    def _as_before(self, job: BatchJob, now: datetime) -> BatchJob:
        found = self.store.get(job.id, now)
        if found is None:
            raise TryLaterError(f"the batch job {job.id} expires just now; try again")
        if _asked(found) != _asked(job):
            raise ConflictError("this Idempotency-Key was used for another request; use a new one")
        if now - found.created_at > ONCE_FOR:
            raise ConflictError(f"this Idempotency-Key was used for {found.id} long ago; use a new one")
        return found

    def _tell_worker(self, job: BatchJob) -> None:
        """A message that does not go out is no reason to fail: the watchdog finds the batch job open."""
        if job.is_open:
            try:
                self.queue.send(job.id)
            except TryLaterError as error:
                self.logger.warning(f"no worker could be told of {job.id} yet: {error}")

    def _batch_size(self, context: Mapping[str, object]) -> tuple[int, list[FieldProblem]]:
        size, most = context.get("batch_size", self.entry.batch_size), self.entry.max_batch_size or 1000
        if isinstance(size, bool) or not isinstance(size, int) or not 1 <= size <= most:
            return 1, [FieldProblem("context.batch_size", f"{size!r} is no whole number from 1 to {most}")]
        return size, []


def new_id(chance: Random) -> BatchJobId:
    """An id that is given once."""
    return BatchJobId("batch_" + "".join(chance.choices(_ALPHABET, k=26)))


def id_of(*parts: str) -> BatchJobId:
    """The id that stands for these texts: whoever asks twice means one batch job."""
    number = int.from_bytes(blake2b("\0".join(parts).encode(), digest_size=20).digest(), "big")
    return BatchJobId("batch_" + "".join(_ALPHABET[number >> 5 * place & 31] for place in range(26)))


def _may_see(job: BatchJob, caller: Caller) -> bool:
    return caller.is_operator or job.created_by == caller.owner


def _asked(job: BatchJob) -> tuple[object, ...]:
    return job.type, job.context, job.dry_run, job.batch_size, job.created_by


def _file_problems(context: Mapping[str, object], caller: Caller) -> list[FieldProblem]:
    key = context.get("file_key", context.get("fileKey"))
    if caller.is_operator or not isinstance(key, str) or key.startswith(caller.folder):
        return []
    return [FieldProblem("context.file_key", f"it must begin with {caller.folder}, where your uploads are")]


def _sealed(after: str, filters: Filters) -> str:
    return urlsafe_b64encode(f"{filters.digest}{after}".encode()).decode().rstrip("=")


def _opened(token: str, filters: Filters) -> str:
    try:
        text = urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode("ascii")
    except ValueError:
        text = ""
    digest, after = text[:8], text[8:]
    if digest != filters.digest or not re.fullmatch(r"[0-9TZ:.#a-z_-]{24,80}", after):
        raise ContextError(
            FieldProblem(
                "next_token", "it is none that this list, with these filters, has given; leave it out"
            )
        )
    return after
