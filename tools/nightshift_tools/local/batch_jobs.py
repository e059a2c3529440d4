"""Batch jobs as a person has them: here, where they are worked off at once, or of a stack on AWS."""

from __future__ import annotations

import getpass
import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from nightshift.batch_jobs import looking_after
from nightshift.batch_jobs.desk import Caller, Desk, new_id
from nightshift.batch_jobs.handler import BatchJobHandler
from nightshift.batch_jobs.model import JOB, BatchJob, BatchJobId
from nightshift.batch_jobs.ports import BatchJobQueue
from nightshift.batch_jobs.recording import work_recorded
from nightshift.batch_jobs.worker import Hold, NoHold, nobody_watches
from nightshift.errors import ConfigurationError
from nightshift.files import FileStore
from nightshift.services import Services
from nightshift.state.models import JobKey, RunId
from nightshift_tools.embedded import SqliteState
from nightshift_tools.embedded.locks import FileLocks, Holder
from nightshift_tools.local.composition import Local

PIECE = 1024 * 1024
_LOOKED_AT = 1000


@dataclass
class LocalBatchJobs:
    """The batch jobs of a project. `remote` is the queue of workers elsewhere; None where this process works.

    `observe` is told each change that this process makes.
    """

    local: Local
    remote: BatchJobQueue | None = None
    observe: Callable[[BatchJob], None] = nobody_watches
    sent: list[BatchJobId] = field(default_factory=list)

    @property
    def handler(self) -> BatchJobHandler:
        """ConfigurationError where the project has no batch jobs."""
        entry = self.local.manifest.jobs.get(JOB)
        handler = self.local.handler(entry) if entry is not None else None
        if not isinstance(handler, BatchJobHandler):
            raise ConfigurationError(
                f"this project has no batch jobs: add {JOB} to the jobs of schedules.yaml, with the folder "
                "functions/run_batch_job"
            )
        return handler

    @property
    def desk(self) -> Desk:
        services = self.local.services()
        entry = self.local.manifest.job(JOB)
        return Desk(
            services.state.batch_jobs,
            self.handler.strategies,
            self,
            services.clock,
            entry,
            services.logger,
        )

    @property
    def caller(self) -> Caller:
        """Whoever sits here sees everything."""
        return Caller(f"cli:{getpass.getuser()}", is_operator=True)

    def send(self, batch_job: BatchJobId) -> None:
        """Tell a worker: one elsewhere now, this process with `work`."""
        if self.remote is not None:
            self.remote.send(batch_job)
        else:
            self.sent.append(batch_job)

    def work(self) -> None:
        """Work off what was sent here."""
        while self.sent:
            batch_job = self.sent.pop(0)
            work_recorded(
                batch_job,
                self.local.services(),
                self.handler.strategies,
                None,
                hold=self._hold(),
                observe=self.observe,
            )

    def send_due(self) -> None:
        """What the watchdog does on AWS."""
        looking_after.send_due(self.local.stores.state.batch_jobs, self, self.local.clock.now())

    def new_id(self) -> BatchJobId:
        return new_id(self.local.services().random)

    def find(self, text: str) -> BatchJob:
        """The batch job of that id, or the one of the latest whose id begins so."""
        store = self.local.stores.state.batch_jobs
        now = self.local.clock.now()
        exact = store.get(BatchJobId(text), now) if re.fullmatch(r"batch_\w{26}", text) else None
        if exact is not None:
            return exact
        wanted = text if text.startswith("batch_") else f"batch_{text}"
        found = [job for job in _first(store.latest(now), _LOOKED_AT) if job.id.startswith(wanted)]
        if len(found) == 1:
            return found[0]
        if found:
            raise ConfigurationError(f"{text!r} could be {len(found)} batch jobs: give more of it")
        raise ConfigurationError(f"there is no batch job {text!r}; `nightshift batch status` lists them")

    def upload(self, path: Path) -> str:
        """Put a file where batch jobs read from; its key."""
        name = re.sub(r"[^A-Za-z0-9_.-]+", "-", path.name).lstrip(".")[-80:] or "file"
        key = f"{self.caller.folder}{secrets.token_hex(4)}-{name}"
        try:
            with path.open("rb") as file:
                return self.files.write(key, iter(lambda: file.read(PIECE), b""), "text/csv").name
        except OSError as error:
            raise ConfigurationError(f"{path} cannot be read: {error.strerror}") from None

    @property
    def files(self) -> FileStore:
        files = self.local.services().files
        assert files is not None
        return files

    def _hold(self) -> Hold:
        if isinstance(self.local.stores.state, SqliteState):
            return FileHold(FileLocks(self.local.project.home / "locks"))
        return NoHold()


class FileHold:
    """A lock of the operating system for each batch job: a free one means that its worker is dead."""

    def __init__(self, locks: FileLocks) -> None:
        self._locks = locks

    def take(self, batch_job: BatchJobId, worker: str) -> bool | None:
        holder = self._locks.take(JobKey("batch-job", batch_job), RunId(worker))
        return {Holder.US: True, Holder.ANOTHER: False, Holder.UNKNOWN: None}[holder]

    def drop(self, batch_job: BatchJobId, worker: str) -> None:
        self._locks.drop(JobKey("batch-job", batch_job), RunId(worker))


def with_queue(local: Local, services: Services) -> Services:
    """Services whose queue is this process: what a run of run-batch-job sends, it works off at once. With
    BATCH_QUEUE_URL set, it is that queue."""
    if local.environment.get("BATCH_QUEUE_URL"):
        from nightshift.batch_jobs.runtime import (
            open_queue,  # AWS's clients take as long to import as all else
        )

        return replace(services, queue=open_queue(local.environment))
    return replace(services, queue=_AtOnce(LocalBatchJobs(local)))


class _AtOnce:
    def __init__(self, batch_jobs: LocalBatchJobs) -> None:
        self._batch_jobs = batch_jobs

    def send(self, batch_job: BatchJobId) -> None:
        self._batch_jobs.send(batch_job)
        self._batch_jobs.work()


def _first(jobs: Iterator[BatchJob], most: int) -> Iterator[BatchJob]:
    return (job for _, job in zip(range(most), jobs, strict=False))
