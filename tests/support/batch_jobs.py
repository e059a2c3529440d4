"""Short words for tests of batch jobs, and a small world in which workers come and go."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from nightshift.batch_jobs.desk import Caller, Desk, NewBatchJob, id_of
from nightshift.batch_jobs.errors import ContextError, FieldProblem
from nightshift.batch_jobs.life_cycle import KEPT
from nightshift.batch_jobs.model import BatchJob, BatchJobId, Context, RowError, Stat
from nightshift.batch_jobs.ports import BatchJobStore
from nightshift.batch_jobs.strategy import Step, Strategies, Strategy, Template
from nightshift.batch_jobs.work import Work
from nightshift.batch_jobs.worker import End, Worker
from nightshift.manifest import CompiledManifest, JobEntry
from nightshift.services import NobodyWatches, Services
from nightshift_tools.embedded import SqliteLogs, SqliteState
from nightshift_tools.local.files import FolderFiles
from support.driving import at
from support.shop import FakeClock, NoSecrets


def batch_job(name: str = "batch_1", *, created: float = 0, **changes: Any) -> BatchJob:
    """A batch job as it is created, at a minute after START."""
    instant = at(created)
    job = BatchJob(BatchJobId(name), "product-import", "anna", instant, instant, instant + KEPT)
    return replace(job, **changes)


class Killed(BaseException):
    """A worker ends here, as by SIGKILL: nothing of its own clean-up may be relied on."""


class Shop:
    """Where the toy strategy writes: how often each row was applied."""

    def __init__(self) -> None:
        self.rows: dict[int, int] = {}
        self.bad: set[int] = set()
        self.before_batch: Callable[[int], None] = lambda row: None

    def apply(self, row: int) -> str:
        """`created`, `unchanged`, or why not; what is there already is left alone."""
        if row in self.bad:
            return "it is bad"
        was_there = row in self.rows
        if not was_there:
            self.rows[row] = self.rows.get(row, 0) + 1
        return "unchanged" if was_there else "created"


class Toy(Strategy):
    """Applies rows 1 to `context.rows`, batch by batch."""

    identifier, batch_type, description = "toy", "toy", "A toy"

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.hooks: list[str] = []

    def prepare(self, context: Context) -> Context:
        if not isinstance(context.get("rows"), int):
            raise ContextError(FieldProblem("context.rows", "it is missing"))
        return context

    def pre_process(self, work: Work) -> Iterator[Step]:
        rows = cast(int, work.context["rows"])
        stat = Stat("rows", "Rows", f"{rows} rows")
        for start in range(cast(int, work.place.get("row", 0)), rows, work.batch_size):
            self.shop.before_batch(-start)
            done = min(rows, start + work.batch_size)
            yield Step(replace(work.result, count=done, stat_descriptors=(stat,)), {"row": done})

    def process(self, work: Work) -> Iterator[Step]:
        rows = cast(int, work.context["rows"])
        for start in range(cast(int, work.place.get("row", 0)), rows, work.batch_size):
            self.shop.before_batch(start)
            done = min(rows, start + work.batch_size)
            said = {row: self.shop.apply(row) for row in range(start + 1, done + 1)}
            errors = [
                RowError(row, "Row", str(row), text) for row, text in said.items() if text == "it is bad"
            ]
            created = sum(text == "created" for text in said.values())
            result = replace(
                work.result,
                advancement_count=done,
                created=work.result.created + created,
                unchanged=work.result.unchanged + len(said) - created - len(errors),
                row_errors=work.result.row_errors + len(errors),
            )
            yield Step(result, {"row": done}, errors)

    def build_template(self) -> Template | None:
        return Template("toy.csv", "text/csv", "Row\r\n")

    def before(self, work: Work) -> None:
        self.hooks.append("before")

    def after(self, work: Work, job: BatchJob) -> None:
        self.hooks.append("after")

    def on_failure(self, work: Work, error: Exception) -> None:
        self.hooks.append(f"failed: {error}")


class Tripwire:
    """A store of batch jobs that ends the worker at a write, before or after it takes effect."""

    def __init__(self, store: BatchJobStore) -> None:
        self.store = store
        self.writes = 0
        self.verbs: list[str] = []
        self.fatal: tuple[int, str] | None = None

    def __getattr__(self, verb: str) -> Any:
        found = getattr(self.store, verb)
        if verb not in ("move", "put_errors", "drop_errors"):
            return found

        def write(*args: Any, **kwargs: Any) -> Any:
            self.writes += 1
            self.verbs.append(verb)
            if self.fatal and self.writes > self.fatal[0]:
                raise Killed  # a dead worker writes nothing more
            place = self.fatal[1] if self.fatal and self.fatal[0] == self.writes else ""
            if place == "before":
                raise Killed
            answer = found(*args, **kwargs)
            if place == "after":
                raise Killed
            return answer

        return write


class BatchWorld:
    """A state in memory, a folder for files, a clock that stands still, and workers of the toy strategy."""

    def __init__(self, folder: Path, strategies: Strategies | None = None) -> None:
        self.clock = FakeClock()
        self.clock.instant = at(0)
        self.state = SqliteState.in_memory()
        self.store = Tripwire(self.state.batch_jobs)
        self.files = FolderFiles(folder)
        self.shop = Shop()
        self.toy = Toy(self.shop)
        self.strategies = strategies or Strategies(self.toy)
        self.sent: list[BatchJobId] = []
        self.anna = Caller("anna")
        self.observe: Callable[[BatchJob], None] = lambda job: None
        self.environment: Mapping[str, str] = {}
        self.logger = logging.Logger("test")
        self.entry = JobEntry("run-batch-job", handler="", batch_size=3, max_batch_size=10)
        self._workers = 0

    def send(self, batch_job: BatchJobId) -> None:
        self.sent.append(batch_job)

    @property
    def desk(self) -> Desk:
        return Desk(self.state.batch_jobs, self.strategies, self, self.clock, self.entry, self.logger)

    def create(
        self, batch_type: str = "toy", *, dry_run: bool = False, owner: str = "anna", **context: object
    ) -> BatchJobId:
        self._workers += 1
        request = NewBatchJob(batch_type, context, dry_run)
        job = self.desk.create(request, Caller(owner, is_operator=True), id_of("test", str(self._workers)))
        return job.id

    def services(self) -> Services:
        state: Any = SimpleNamespace(batch_jobs=self.store)
        return Services(
            clock=self.clock,
            random=random.Random(3),
            state=state,
            logs=SqliteLogs(self.state.database),
            manifest=CompiledManifest({self.entry.name: self.entry}),
            environment=self.environment,
            secrets=NoSecrets(),
            logger=self.logger,
            observer=NobodyWatches(),
            files=self.files,
        )

    def work(self, batch_job: BatchJobId, seconds_left: float | None = 300) -> End:
        """A worker of its own for one message."""
        self._workers += 1
        worker = Worker(f"w{self._workers}", self.services(), self.strategies, observe=self.observe)
        return worker.work(batch_job, seconds_left)

    def job(self, batch_job: BatchJobId) -> BatchJob:
        found = self.state.batch_jobs.get(batch_job, self.clock.now())
        assert found is not None
        return found

    def errors(self, batch_job: BatchJobId) -> list[RowError]:
        return list(self.state.batch_jobs.errors(batch_job))

    def file(self, key: str | None) -> str:
        assert key is not None
        return b"".join(self.files.read(key)).decode()

    def until_over(self, batch_job: BatchJobId) -> BatchJob:
        """Workers, as the watchdog sends for them, until there is nothing to do."""
        for _ in range(30):
            if not self.job(batch_job).is_open:
                return self.job(batch_job)
            self.clock.instant += timedelta(minutes=10)
            self.work(batch_job)
        raise AssertionError("the batch job does not come to its end")
