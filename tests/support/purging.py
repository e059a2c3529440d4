"""purge-logs on a store of its own: runs with their logs, of any age, and what is left of them."""

from __future__ import annotations

import logging
import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

from nightshift.archive import ArchiveStore, LogItem
from nightshift.execution import Ended
from nightshift.logs.records import Level, LogRecord, LogStore
from nightshift.logs.retention import expiry, run_expiry
from nightshift.manifest import CompiledManifest, JobEntry, ScheduleEntry
from nightshift.services import NobodyWatches, Observer, Services
from nightshift.state.models import JobKey, RunId, RunRecord, Status
from nightshift.state.ports import State
from nightshift.times import from_text, to_text
from nightshift_tools.embedded import SqliteArchive, SqliteLogs, SqliteState
from purge_logs.app import lambda_handler
from support.shop import FakeClock, NoSecrets
from support.sync import read_event

NIGHT = from_text(str(read_event("purge-logs-scheduled")["scheduled_time"]))
DAY = timedelta(days=1)
MILLISECOND = timedelta(milliseconds=1)

PURGE = JobEntry(
    name="purge-logs",
    handler="purge_logs.app.lambda_handler",
    batch_size=200,
    max_batch_size=1000,
    schedules=(ScheduleEntry("default"),),
)
SYNC = JobEntry(name="sync-products", handler="", batch_size=15)
BILL = JobEntry(name="bill-orders", handler="", batch_size=15, storefronts=("main", "outlet"))
SYNC_KEY, PURGE_KEY = JobKey("sync-products"), JobKey("purge-logs")
_NUMBERS = count(1)


class Night:
    """Each tick is the next night's, at its minute, in a process of its own."""

    def __init__(
        self,
        state: State | None = None,
        logs: LogStore | None = None,
        archive: ArchiveStore | None = None,
        *jobs: JobEntry,
    ) -> None:
        embedded = SqliteState.in_memory()
        self.state: State = state or embedded
        self.logs: LogStore = logs or SqliteLogs(embedded.database)
        self.archive: ArchiveStore = archive or SqliteArchive(embedded.database)
        self.clock = FakeClock(NIGHT)
        self.jobs = {job.name: job for job in (jobs or (PURGE, SYNC, BILL))}
        self.observer: Observer = NobodyWatches()
        self.random = random.Random(5)

    @property
    def manifest(self) -> CompiledManifest:
        return CompiledManifest(self.jobs)

    def params(self, **params: object) -> None:
        """The params of purge-logs in the manifest."""
        self.jobs["purge-logs"] = replace(self.jobs["purge-logs"], params=params)

    def set(self, job: str, **settings: str | None) -> None:
        for name, value in settings.items():
            self.state.control.override(JobKey(job), name.replace("params_", "params."), value)

    def run_of(
        self,
        began: datetime,
        log: Mapping[Level, int] | None = None,
        *,
        key: JobKey = SYNC_KEY,
        status: Status = Status.SUCCEEDED,
        has_record: bool = True,
        apart: timedelta = MILLISECOND,
        expires: bool = True,
    ) -> RunId:
        """A run that began then, with so many log records of each level, one after the other."""
        number = next(_NUMBERS)
        stamp = f"{began:%Y%m%dT%H%M%S}{began.microsecond // 1000:03d}Z"
        run, job = RunId(f"{stamp}-{number:08d}"), self.jobs.get(key.job, PURGE)
        levels = [level for level, times in (log or {}).items() for _ in range(times)]
        records = [
            LogRecord(run, key, began + apart * place, place, level, f"record {place}")
            for place, level in enumerate(levels)
        ]
        if has_record:
            ends = run_expiry(began, job) if expires else None
            self.state.runs.put(RunRecord(run, key, "schedule", status, began, expires_at=ends))
        if records:
            self.logs.write(records, expiry(began, job) if expires else began + 9999 * DAY)
        return run

    def tick(self, *, seconds_left: float | None = 300) -> Ended:
        event = read_event("purge-logs-scheduled") | {"scheduled_time": to_text(self.clock.now())}
        ended = lambda_handler.handle(event, self.services(), seconds_left)
        self.clock.instant = max(self.clock.instant, from_text(str(event["scheduled_time"])) + DAY)
        return ended

    def by_hand(self, **settings: object) -> Ended:
        return lambda_handler.handle({"job": "purge-logs", **settings}, self.services(), None)

    def services(self) -> Services:
        return Services(
            clock=self.clock,
            random=self.random,
            state=self.state,
            logs=self.logs,
            manifest=self.manifest,
            environment={},
            secrets=NoSecrets(),
            logger=logging.Logger("test"),
            observer=self.observer,
            archive=self.archive,
        )

    def items(self, run: RunId) -> list[LogItem]:
        return list(self.archive.log_of(run))

    def kept(self, run: RunId) -> Counter[Level]:
        """The log records of a run that are there, hidden or not, by level."""
        found = self.logs.of_run(run, NIGHT - 9999 * DAY, NIGHT - 9999 * DAY)
        return Counter(record.level for record in found)

    def runs(self, key: JobKey = SYNC_KEY) -> list[RunId]:
        return [record.id for record in self.archive.runs(key, None)]
