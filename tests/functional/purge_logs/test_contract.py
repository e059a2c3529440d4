"""purge-logs keeps the contract of every job: what it writes to is the archive."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from nightshift.archive import ArchiveStore, LogItem, RunRecord
from nightshift.logs.records import Level
from nightshift.manifest import CompiledManifest
from nightshift.services import Services
from nightshift.state.models import RunId
from nightshift_tools.embedded import SqliteArchive
from nightshift_tools.testing import JobContract, JobWorld, entry_of
from nightshift_tools.testing.contract.cases import FIRST, Cases
from purge_logs.app import lambda_handler
from support.purging import DAY, SYNC, SYNC_KEY, Night
from support.sync import ROOT

_WRITES = ("remove_log", "trim_log", "remove_run", "keep_log", "keep_run")


class OldRuns(JobWorld):
    """Runs of sync-products, old and young, each with an item of errors and one that is packed."""

    handler = lambda_handler
    entry = entry_of("purge-logs", ROOT, batch_size=2, params={"log_segments": 1})

    def prepare(self) -> None:
        self.archive = self.open_archive()
        self.night = Night(self.state, self.logs, self.archive)
        self.began: dict[RunId, datetime] = {}
        self.removed: Counter[str] = Counter()
        self.change()

    def open_archive(self) -> ArchiveStore:
        return SqliteArchive(self.state.database)

    def change(self) -> None:
        for days in (29, 31, 40):
            began = self.clock.now() - days * DAY
            run = self.night.run_of(began, {Level.ERROR: 1, Level.INFO: 60})
            self.began[run] = began

    def differences(self) -> Mapping[str, str]:
        cutoff = self.clock.now() - 30 * DAY
        there = {record.id for record in self.archive.runs(SYNC_KEY, None)}
        found = {}
        for run, began in self.began.items():
            items = len(list(self.archive.log_of(run)))
            expected = (3, True) if began >= cutoff else (0, False)
            if (items, run in there) != expected:
                found[str(run)] = f"{items} log items, record {run in there}; expected {expected}"
        return found

    def effects(self) -> Mapping[str, int]:
        return self.removed

    def adapt(self, services: Services) -> Services:
        manifest = CompiledManifest({**services.manifest.jobs, "sync-products": SYNC})
        archive: Any = _Watched(self)
        return replace(services, archive=archive, manifest=manifest)


class _Watched:
    """The archive as one process reaches it: each write may be its last, and what is gone is counted."""

    def __init__(self, world: OldRuns) -> None:
        self._world = world

    def __getattr__(self, verb: str) -> Any:
        found = getattr(self._world.archive, verb)
        if verb not in _WRITES:
            return found

        def write(*what: Any) -> Any:
            before = self._there(what[0])
            answer = found(*what)
            self._world.removed.update(before - self._there(what[0]))
            return answer

        return lambda *what: self._world.reach(verb, lambda: write(*what))

    def _there(self, what: Any) -> set[str]:
        """The names of those of the items, or of the record, that there are."""
        items = what if isinstance(what, list | tuple) else [what]
        names: set[str] = set()
        for item in items:
            if isinstance(item, LogItem):
                names |= {
                    f"{each.run}/{each.sort_key}"
                    for each in self._world.archive.log_of(item.run)
                    if each == item
                }
            elif isinstance(item, RunRecord):
                names |= {record.id for record in self._world.archive.runs(item.key, None) if record == item}
        return names


class TestPurgeLogs(JobContract):
    """It poisons nothing, for nothing is written; and its cursor goes round."""

    world = OldRuns

    def test_a_dry_run_writes_nothing_and_says_what_it_would_do(self) -> None:
        """Not item by item, which have no names that say anything, but in sums by day and level."""
        with Cases(OldRuns).stage(FIRST) as stage:
            stored, missing = stage.stored(), stage.world.differences()
            dry = stage.by_hand(dry_run=True)
            assert (stage.stored(), stage.world.differences()) == (stored, missing)
            assert {action for action, _ in dry.plan} == {"removed"}
            told = sum(int(line.split()[2]) for _, line in dry.plan)
            ended = stage.tick().ended
            assert ended is not None
            results = ended.record.results
            assert told == int(results["deleted"]) + int(results["runs_deleted"]) == 2 * 61 + 2
