"""A source, a target and a job in memory, for tests of the engine: no HTTP, a clock of their own."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from hashlib import blake2b

import orjson

from nightshift import Outcome, RecordError, Run, job
from nightshift.execution import Ended
from nightshift.handler import Handler
from nightshift.logs.records import LogStore
from nightshift.manifest import CompiledManifest, JobEntry, ScheduleEntry
from nightshift.services import NobodyWatches, NothingCharged, Observer, Services, StateMeter
from nightshift.state.models import Counts
from nightshift.state.ports import State
from nightshift.times import to_text
from nightshift_tools.embedded import SqliteLogs, SqliteState
from nightshift_tools.testing.clock import START, FakeClock


@dataclass(frozen=True, slots=True)
class Item:
    """A mapped record: an identity and a value."""

    key: str
    value: str

    @property
    def fingerprint(self) -> bytes:
        return blake2b(self.value.encode(), digest_size=8).digest()


@dataclass(frozen=True, slots=True)
class ItemPage:
    """A page of the source, counting how often one is parsed."""

    start: int
    total: int
    rows: tuple[tuple[str, str], ...]
    parsed: list[int]

    @property
    def digest(self) -> bytes:
        return blake2b(orjson.dumps(self.rows), digest_size=8).digest()

    def records(self) -> Sequence[tuple[str, tuple[str, str]]]:
        self.parsed.append(self.start)
        return [(key, (key, value)) for key, value in self.rows]


@dataclass
class Shop:
    """A source of (key, value) rows in order, and the target they are copied to.

    `before_page` and `before_write` are called with the place or the keys: tests change the source, move the
    clock or raise there. `refuses` are values the target refuses, by value. With `reads_on` the scan goes on
    while the target works.
    """

    source: dict[str, str]
    page_size: int = 10
    target: dict[str, str] = field(default_factory=dict)
    writes: list[str] = field(default_factory=list)
    parsed: list[int] = field(default_factory=list)
    refuses: set[str] = field(default_factory=set)
    unmappable: set[str] = field(default_factory=set)
    on_missing: str = "keep"
    min_seen_ratio: float = 0.0
    full_every: timedelta | None = None
    version: int = 1
    before_page: Callable[[int], None] = lambda start: None
    before_write: Callable[[Sequence[str]], None] = lambda keys: None
    after_write: Callable[[Sequence[str]], None] = lambda keys: None
    ahead: Callable[[Sequence[Item], bool], None] | None = None
    reads_on: bool = False

    def pages(self, start: int) -> Iterator[ItemPage]:
        while True:
            self.before_page(start)
            rows = tuple(self.source.items())
            page = ItemPage(start, len(rows), rows[start : start + self.page_size], self.parsed)
            yield page
            start += len(page.rows)
            if start >= page.total or not page.rows:
                return

    def to_item(self, row: tuple[str, str]) -> Item:
        key, value = row
        if value in self.unmappable:
            raise RecordError(key, f"{value} has no title")
        return Item(key, value)

    def upsert(
        self, items: Sequence[Item], *, compare: bool, meanwhile: Callable[[], None] = lambda: None
    ) -> Outcome:
        self.before_write([item.key for item in items])
        created, updated, unchanged, failed = [], [], [], {}
        for item in items:
            if item.value in self.refuses:
                failed[item.key] = f"{item.value} is refused"
            elif item.key not in self.target:
                created.append(item.key)
            elif compare and self.target[item.key] == item.value:
                unchanged.append(item.key)
            else:
                updated.append(item.key)
            if item.key in (*created[-1:], *updated[-1:]):
                self.target[item.key] = item.value
                self.writes.append(item.key)
        for _ in range(2 * self.reads_on):  # twice, as a target that is sent a batch in several parts
            meanwhile()
        self.after_write([item.key for item in items])
        return Outcome(created, updated, unchanged, (), failed)

    def remove(self, keys: Sequence[str]) -> Outcome:
        for key in keys:
            self.target.pop(key, None)
        return Outcome(removed=keys)

    def gone(self, keys: Sequence[str]) -> Iterable[str]:
        return [key for key in keys if key not in self.source]

    def handler(self) -> Handler[object]:
        @job("copy-items")
        def copy(run: Run[object]) -> None:
            changed = run.changed(
                self.pages,
                self.to_item,
                version=self.version,
                full_every=self.full_every,
                min_seen_ratio=self.min_seen_ratio,
                ahead=self.ahead,
            )
            for batch in changed:
                done = self.upsert(batch.records, compare=batch.compare, meanwhile=changed.read_on)
                run.commit(batch, done)
            if self.on_missing != "keep":
                for gone in run.missing(confirm=self.gone, candidates=lambda: list(self.target)):
                    run.commit(gone, self.remove(gone.keys))

        return copy  # type: ignore[return-value]


ENTRY = JobEntry(
    name="copy-items",
    handler="none",
    batch_size=4,
    max_batch_size=50,
    max_failed_ratio=1.0,
    schedules=(ScheduleEntry("default"), ScheduleEntry("nightly", batch_size=3)),
)


class NoSecrets:
    def get(self, name: str, *, fresh: bool = False) -> Mapping[str, str]:
        raise AssertionError(f"no test asks for the secret {name}")


class Plans(NobodyWatches):
    """An observer that keeps what a dry run plans, and the counts on the way."""

    def __init__(self) -> None:
        self.plan: list[tuple[str, str]] = []
        self.progress: list[Counts] = []

    def planned(self, action: str, record: str, reason: str | None) -> None:
        self.plan.append((action, record))

    def progressed(self, counts: Counts, total: int | None) -> None:
        self.progress.append(counts)


class Bench:
    """The engine over one shop: ticks, runs by hand, and what they left behind."""

    def __init__(self, shop: Shop, state: State | None = None, logs: LogStore | None = None) -> None:
        embedded = SqliteState.in_memory()
        self.shop = shop
        self.clock = FakeClock()
        self.state: State = state or embedded
        self.logs = logs or SqliteLogs(embedded.database)
        self.entry = ENTRY
        self.environment: dict[str, str] = {}
        self.observer: Observer = NobodyWatches()
        self.meter: StateMeter = NothingCharged()
        self.random = random.Random(7)
        self.minute = 0

    def services(self) -> Services:
        logger = logging.Logger("test")
        return Services(
            clock=self.clock,
            random=self.random,
            state=self.state,
            logs=self.logs,
            manifest=CompiledManifest({self.entry.name: self.entry}),
            environment=self.environment,
            secrets=NoSecrets(),
            logger=logger,
            observer=self.observer,
            meter=self.meter,
        )

    def event(
        self, minute: int, schedule: str = "default", storefront: str | None = None
    ) -> dict[str, object]:
        time = to_text(START + timedelta(minutes=minute))
        return {"job": "copy-items", "schedule": schedule, "storefront": storefront, "scheduled_time": time}

    def tick(self, minute: int | None = None, *, seconds_left: float | None = 300, **of: str) -> Ended:
        """Deliver a tick, by default the next one, at its own minute or later."""
        if minute is None:
            self.minute += 1
            minute = self.minute
        self.minute = max(self.minute, minute)
        self.clock.instant = max(self.clock.instant, START + timedelta(minutes=minute))
        return self.shop.handler().handle(self.event(minute, **of), self.services(), seconds_left)

    def by_hand(self, *, seconds_left: float | None = 300, **settings: object) -> Ended:
        event = {"job": "copy-items", **settings}
        return self.shop.handler().handle(event, self.services(), seconds_left)

    def with_entry(self, **changes: object) -> None:
        self.entry = replace(self.entry, **changes)  # type: ignore[arg-type]
