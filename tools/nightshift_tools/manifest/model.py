"""The manifest as it is meant: checked, complete, frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from nightshift.manifest import BatchRequest, Budget
from nightshift.schedule import AnySchedule, At
from nightshift_tools.manifest.errors import Problem
from nightshift_tools.manifest.values import Places


@dataclass(frozen=True)
class Entry:
    """One schedule of a job. None means: as the job says. `source` is what the manifest has.

    It fires from `start` to `end`, both included, in UTC, and may be delivered up to `window_minutes` later.
    """

    name: str
    source: str
    schedule: AnySchedule
    zone: str
    expressions: tuple[str, ...]
    enabled: bool
    batch_size: int | None
    max_retries: int | None
    max_executions: int | None
    storefronts: tuple[str, ...]
    params: Mapping[str, object]
    start: datetime | None = None
    end: datetime | None = None
    window_minutes: int | None = None
    batch: BatchRequest | None = None

    @property
    def needs_scheduler(self) -> bool:
        """An EventBridge rule knows UTC, for ever and at once; the rest takes EventBridge Scheduler."""
        is_bounded = self.start is not None or self.end is not None
        is_dated = isinstance(self.schedule, At)
        return self.zone != "UTC" or is_bounded or is_dated or self.window_minutes is not None


@dataclass(frozen=True)
class Job:
    """One job with every default filled in. Sizes count records, `timeout` seconds, `memory` MB."""

    name: str
    description: str
    batch_size: int
    max_batch_size: int | None
    max_retries: int
    max_executions: int | None
    enabled: bool
    storefronts: tuple[str, ...]
    retention_days: int
    log_level: str
    max_failed_ratio: float
    params: Mapping[str, object]
    memory: int
    timeout: int
    schedules: tuple[Entry, ...]
    zone: str = "UTC"
    has_alarms: bool = True
    is_external: bool = False
    properties: Mapping[str, object] = field(default_factory=dict)

    @property
    def package(self) -> str:
        """Its folder under `functions/`: `sync-products` -> `sync_products`."""
        return self.name.replace("-", "_")

    @property
    def handler(self) -> str:
        return f"{self.package}.app.lambda_handler"

    @cached_property
    def logical_id(self) -> str:
        """What its resources in the template begin with: `sync-products` -> `SyncProducts`."""
        return "".join(part.capitalize() for part in self.name.split("-"))

    @property
    def function(self) -> str:
        return f"{self.logical_id}Function"


@dataclass(frozen=True)
class Api:
    """Who may use the HTTP API of batch jobs: roles of the account, or tokens of an issuer."""

    issuer: str | None = None
    audience: tuple[str, ...] = ()

    @property
    def has_tokens(self) -> bool:
        return self.issuer is not None


@dataclass(frozen=True)
class Manifest:
    """All jobs by name, in the file's order; `notes` are what may surprise, `places` where things stand."""

    file: str
    jobs: Mapping[str, Job]
    budgets: Mapping[str, Budget] = field(default_factory=dict)
    api: Api = Api()
    notes: tuple[Problem, ...] = ()
    places: Places = field(default_factory=Places, repr=False, compare=False)
