"""Any shipped job on this machine: its handler and its entry of the shipped manifest, against a sandbox."""

from __future__ import annotations

import logging
import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from nightshift.execution import Ended
from nightshift.files import FileStore
from nightshift.logs.records import LogStore
from nightshift.mail import MailTransport
from nightshift.manifest import CompiledManifest, read_manifest
from nightshift.services import NobodyWatches, Observer, Services
from nightshift.state.models import JobKey, Quarantined
from nightshift.state.ports import State
from nightshift.times import Clock, from_text, to_text
from nightshift_tools.embedded import SqliteLogs, SqliteState
from nightshift_tools.local.handlers import load_handler
from nightshift_tools.sandbox.server import Sandbox
from support.shop import FakeClock, NoSecrets
from support.sync import ROOT, read_event

FUNCTIONS = ROOT / "functions"


def shipped() -> CompiledManifest:
    return read_manifest(Path(FUNCTIONS / "manifest.json"))


class JobWorker:
    """Somebody who runs one job: Lambda, or a person. Several may share a state and a clock."""

    def __init__(
        self,
        name: str,
        sandbox: Sandbox,
        state: SqliteState | None = None,
        clock: FakeClock | None = None,
        logs: LogStore | None = None,
    ) -> None:
        manifest = shipped()
        self.entry = manifest.job(name)
        self.key = JobKey(name, self.entry.storefronts[0] if self.entry.storefronts else None)
        self.sandbox = sandbox
        self.embedded = state or SqliteState.in_memory()
        self.state: State = self.embedded
        self.logs: LogStore = logs or SqliteLogs(self.embedded.database)
        self.time = clock or FakeClock()
        self.clock: Clock = self.time
        self.observer: Observer = NobodyWatches()
        self.environment: Mapping[str, str] = sandbox.environment()
        self.random = random.Random(11)
        self.handler = load_handler(FUNCTIONS, self.entry)
        self.files: FileStore | None = None
        self.mail: MailTransport | None = None
        self._ticks = 0

    def with_params(self, **params: object) -> None:
        self.entry = replace(self.entry, params={**self.entry.params, **params})

    def services(self) -> Services:
        return Services(
            clock=self.clock,
            random=self.random,
            state=self.state,
            logs=self.logs,
            manifest=CompiledManifest({self.entry.name: self.entry}),
            environment=self.environment,
            secrets=NoSecrets(),
            logger=logging.Logger("test"),
            observer=self.observer,
            files=self.files,
            mail=self.mail,
        )

    def handle(self, event: object, seconds_left: float | None = 300) -> Ended:
        return self.handler.handle(event, self.services(), seconds_left)

    def tick(self, seconds_left: float | None = 300) -> Ended:
        """The next tick of the schedule: the event file, five minutes later each time."""
        event = read_event(f"{self.entry.name}-scheduled")
        time = from_text(str(event["scheduled_time"])) + timedelta(minutes=5 * self._ticks)
        self._ticks += 1
        self.time.instant = max(self.time.instant, time)
        return self.handle({**event, "scheduled_time": to_text(time)}, seconds_left)

    def by_hand(self, **settings: object) -> Ended:
        storefront = {"storefront": self.key.storefront} if self.key.storefront else {}
        return self.handle({"job": self.entry.name, **storefront, **settings})

    def quarantine(self) -> dict[str, Quarantined]:
        return {record.record: record for record in self.state.quarantine.all(self.key)}
