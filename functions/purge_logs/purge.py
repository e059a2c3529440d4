"""One purge: where it looks, in which order, what it does with what it finds, and what is left in the end.

It comes to old log records by the run records, which outlive them. What no run record leads to is found by
looking through the whole log, a part of it each time. What it has removed is its progress: it may be ended
at any point, and the next one goes on from the cursor and comes round to the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from nightshift import Outcome, Run
from nightshift.archive import Cursor, LogItem, RunId, RunRecord
from purge_logs.due import Action, Due
from purge_logs.params import Params
from purge_logs.plan import Plan
from purge_logs.proof import what_is_left
from purge_logs.tally import NOT_COUNTED, Tally, texts_of

PATIENCE = timedelta(seconds=10)
"""How long something that was found may wait for others to fill a batch."""


class Purge:
    """Begin one at the start of a run; carry out what its lists name, then report."""

    def __init__(self, run: Run[Params]) -> None:
        self._run = run
        self._plan = Plan(run.archive, run.now(), run.id, run.params)
        self._archive = self._plan.archive
        self._segment = int(run.cursor.get("segment") or 0) % run.params.log_segments
        self._found_at: datetime | None = None  # the first of what was found and is not yet carried out
        self._is_stopped = False
        self._tally = Tally()
        run.report(**texts_of(self._plan.retentions, self._plan.now), **self._tally.results())

    def lists(self) -> Iterator[Iterator[Due]]:
        """What is due, in lists that end before long: where little is found, that is done and committed."""
        for dues in (self._held(), self._expired(), self._orphans()):
            for first in dues:
                if not self._has_time():
                    return
                if first is not None:
                    yield _until_pause(first, dues)

    def all(self) -> Iterator[Due]:
        """What is due, for a dry run."""
        return (due for dues in (self._expired(), self._orphans()) for due in dues if due is not None)

    def _held(self) -> Iterator[Due | None]:
        """What is on hold and would expire by itself: it is to be kept."""
        for hold in self._plan.holds:
            for found in self._archive.to_keep(hold):
                if not self._goes_on(self._run.cursor):
                    return
                yield from self._pause()
                yield self._noted(Due(found, Action.KEEP, self._run.cursor))

    def _expired(self) -> Iterator[Due | None]:
        """What is old, by the run records: first from the cursor on, then round to where it began."""
        part = {name: value for name, value in self._run.cursor.items() if name not in ("job", "run")}
        began = self._run.cursor.get("job")
        start = self._run.cursor.get("run")
        keys = sorted(self._archive.keys, key=lambda key: (str(key) < str(began or ""), str(key)))
        for key in keys:
            first = RunId(str(start)) if start and str(key) == began else None
            cutoff = self._plan.retention(key).latest_cutoff(self._plan.now)
            for record in self._archive.runs(key, cutoff, first):
                place: Cursor = {**part, "job": str(key), "run": record.id}
                if not self._goes_on(place):
                    return
                yield from self._pause()
                if not self._plan.leaves_alone(key, record.id):
                    yield from self._of_run(record, place)

    def _orphans(self) -> Iterator[Due | None]:
        """What is old in one part of the whole log, whether or not a run record leads to it."""
        run, key = self._run.cursor.get("after_run"), self._run.cursor.get("after_key")
        after = (RunId(str(run)), str(key)) if run and key else None
        for item in self._archive.log_segment(self._segment, self._run.params.log_segments, after):
            place: Cursor = {"segment": self._segment, "after_run": item.run, "after_key": item.sort_key}
            if not self._goes_on(place):
                return
            yield from self._pause()
            if not self._plan.leaves_alone(item.key, item.run) and not self._is_found_by_its_run(item):
                yield from self._of_item(item, place, is_orphan=True)
        self._segment = (self._segment + 1) % self._run.params.log_segments

    def carry_out(self, batch: Sequence[Due]) -> Outcome:
        """Do what is due, log items before run records: a run record leads to its log until that is gone."""
        self._tally.count(batch)
        self._run.report(**self._tally.results())
        old = [due.found for due in batch if due.action is Action.REMOVE]
        self._archive.remove_log([found for found in old if isinstance(found, LogItem)])
        left = [due for due in batch if not self._is_done(due)]
        removed = [due for due in batch if due.action is Action.REMOVE and due not in left]
        changed = [due for due in batch if due.action is not Action.REMOVE]
        self._tally.carried_out([*removed, *changed])
        self._run.report(**self._tally.results())
        self._found_at = None
        return Outcome(removed=_keys(removed), updated=_keys(changed), unchanged=_keys(left))

    def report(self) -> None:
        """Look what is left, and write it down; a run whose time is up leaves that to the next."""
        left = what_is_left(self._plan, self._run.has_time)
        self._run.report(**{"remaining": NOT_COUNTED} if left is None else left.results())
        if left is not None:
            self._run.advance({"segment": self._segment})

    def _is_done(self, due: Due) -> bool:
        """Do what is due, unless it was done; False where a run record is not as it was."""
        if due.action is Action.KEEP:
            self._archive.keep(due.found)
        elif isinstance(due.found, RunRecord):
            return self._archive.remove_run(due.found)
        elif due.action is Action.TRIM and due.before is not None:
            self._archive.trim_log(due.found, due.before)
        return True

    def _of_run(self, record: RunRecord, place: Cursor) -> Iterator[Due]:
        keeps_log = False
        for item in self._archive.log_of(record.id, consistent=False):  # what is old does not change
            keeps_log = keeps_log or self._plan.action(item) is not Action.REMOVE
            yield from self._of_item(item, place)
        if not keeps_log and self._plan.is_due(record):
            yield self._noted(Due(record, Action.REMOVE, place))

    def _of_item(self, item: LogItem, place: Cursor, *, is_orphan: bool = False) -> Iterator[Due]:
        action = self._plan.action(item)
        if action is not None:
            records, before = self._plan.records_due(item), self._plan.cutoff(item)
            yield self._noted(Due(item, action, place, records, before, is_orphan))

    def _noted(self, due: Due) -> Due:
        self._found_at = self._found_at or self._run.now()
        return due

    def _pause(self) -> Iterator[None]:
        """None, once, where what was found has waited for long enough."""
        if self._found_at is not None and self._run.now() - self._found_at >= PATIENCE:
            yield None

    def _is_found_by_its_run(self, item: LogItem) -> bool:
        """A dry run removes nothing, and would count it twice."""
        return self._run.dry_run and self._archive.has_run(item.key, item.run)

    def _goes_on(self, place: Cursor) -> bool:
        """There is time to go on; where not, the next run begins here, if nothing before is undone."""
        was_stopped = self._is_stopped
        if self._has_time():
            return True
        if not (was_stopped or self._found_at):
            self._run.advance(place)
        return False

    def _has_time(self) -> bool:
        self._is_stopped = self._is_stopped or not self._run.has_time()
        return not self._is_stopped


def _until_pause(first: Due, dues: Iterator[Due | None]) -> Iterator[Due]:
    yield first
    for due in dues:
        if due is None:
            return
        yield due


def _keys(found: Sequence[Due]) -> tuple[str, ...]:
    return tuple(due.key for due in found)
