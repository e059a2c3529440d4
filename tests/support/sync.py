"""sync-products on this machine: the handler with the event files, a sandbox shop, a state of its own."""

from __future__ import annotations

import json
import logging
import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from nightshift.execution import Ended
from nightshift.manifest import CompiledManifest, JobEntry, ScheduleEntry
from nightshift.services import NobodyWatches, Observer, Services
from nightshift.state.models import JobKey, Quarantined
from nightshift.times import Clock, from_text, to_text
from nightshift_tools.embedded import SqliteLogs, SqliteState
from nightshift_tools.sandbox.server import Sandbox
from support.shop import FakeClock, NoSecrets
from sync_products.app import lambda_handler

ROOT = Path(__file__).resolve().parents[2]
EVENTS = ROOT / "events"
CATALOGUE = ROOT.parent / "shared" / "data" / "dummyjson" / "products.json"
KEY = JobKey("sync-products")

ENTRY = JobEntry(
    name="sync-products",
    handler="sync_products.app.lambda_handler",
    batch_size=15,
    max_batch_size=100,
    max_retries=2,
    max_failed_ratio=0.5,
    schedules=(ScheduleEntry("default"),),
)


def read_event(name: str) -> dict[str, object]:
    """An event file, as `sam local invoke -e` takes it."""
    found: dict[str, object] = json.loads((EVENTS / f"{name}.json").read_text())
    return found


class Worker:
    """Somebody who runs the job: Lambda, or a person. Several may share one state."""

    def __init__(self, sandbox: Sandbox, state: SqliteState | None = None, **params: object) -> None:
        self.sandbox = sandbox
        self.state = state or SqliteState.in_memory()
        self.clock: Clock = FakeClock()
        self.entry = replace(ENTRY, params=params)
        self.observer: Observer = NobodyWatches()
        self.environment: Mapping[str, str] = sandbox.environment()
        self._ticks = 0

    def services(self) -> Services:
        return Services(
            clock=self.clock,
            random=random.Random(11),
            state=self.state,
            logs=SqliteLogs(self.state.database),
            manifest=CompiledManifest({self.entry.name: self.entry}),
            environment=self.environment,
            secrets=NoSecrets(),
            logger=logging.Logger("test"),
            observer=self.observer,
        )

    def handle(self, event: object, seconds_left: float | None = 300) -> Ended:
        return lambda_handler.handle(event, self.services(), seconds_left)

    def tick(self) -> Ended:
        """The next tick of the schedule: the event file, two minutes later each time."""
        event = read_event("sync-products-scheduled")
        time = from_text(str(event["scheduled_time"])) + timedelta(minutes=2 * self._ticks)
        self._ticks += 1
        return self.handle({**event, "scheduled_time": to_text(time)})

    def quarantine(self) -> dict[str, Quarantined]:
        return {record.record: record for record in self.state.quarantine.all(KEY)}

    def product_writes(self) -> int:
        return self.sandbox.count(surface="medusa", method="POST", route="/admin/products/batch")
