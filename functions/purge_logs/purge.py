"""One purge: where it looks, in which order, what it does with what it finds, and what is left in the end.

It comes to old log records by the run records, which outlive them. What no run record leads to is found by
looking through the whole log, a part of it each time. What it has removed is its progress: it may be ended
at any point, and the next one goes on from the cursor and comes round to the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nightshift import ConfigurationError, Outcome, Run
from nightshift.archive import Cursor, JobKey, LogItem, Retention, RunId, RunRecord, holding
from purge_logs.due import Action, Due, action_for, is_due
from purge_logs.params import Params
from purge_logs.tally import NOT_COUNTED, Left, Tally, texts_of

RUNS_LOOKED_AT = 100
"""Runs of a job that are looked through at most for the oldest log record that is left."""


class Purge:
    """Begin one at the start of a run; carry out what its three lists name, then report."""

    def __init__(self, run: Run[Params]) -> None:
        self._run = run
        self._archive = run.archive
        self._now = run.now()
        self._retentions = dict(self._archive.retentions())
        self._holds = self._archive.holds()
        self._segment = int(run.cursor.get("segment") or 0) % run.params.log_segments
        self._pending = 0
        self._is_stopped = False
        self._tally = Tally()
        _check_levels(run.params, self._retentions)
        run.report(**texts_of(self._retentions, self._now), **self._tally.results())

    def held(self) -> Iterator[Due]:
        """What is on hold and would expire by itself: it is to be kept."""
        for hold in self._holds:
            for found in self._archive.to_keep(hold):
                if not self._goes_on(self._run.cursor):
                    return
                yield Due(found, Action.KEEP, self._run.cursor)

    def expired(self) -> Iterator[Due]:
        """What is old, by the run records: first from the cursor on, then round to where it began."""
        part = {name: value for name, value in self._run.cursor.items() if name not in ("job", "run")}
        began = self._run.cursor.get("job")
        start = self._run.cursor.get("run")
        keys = sorted(self._archive.keys, key=lambda key: (str(key) < str(began or ""), str(key)))
        for key in keys:
            first = RunId(str(start)) if start and str(key) == began else None
            for record in self._archive.runs(key, self._retention(key).latest_cutoff(self._now), first):
                place: Cursor = {**part, "job": str(key), "run": record.id}
                if not self._goes_on(place):
                    return
                if record.id != self._run.id and not holding(self._holds, key, record.id):
                    yield from self._of_run(record, place)

    def orphans(self) -> Iterator[Due]:
        """What is old in one part of the whole log, whether or not a run record leads to it."""
        run, key = self._run.cursor.get("after_run"), self._run.cursor.get("after_key")
        after = (RunId(str(run)), str(key)) if run and key else None
        for item in self._archive.log_segment(self._segment, self._run.params.log_segments, after):
            place: Cursor = {"segment": self._segment, "after_run": item.run, "after_key": item.sort_key}
            if not self._goes_on(place):
                return
            if not holding(self._holds, item.key, item.run) and not self._is_found_by_its_run(item):
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
        self._pending = 0
        return Outcome(removed=_keys(removed), updated=_keys(changed), unchanged=_keys(left))

    def report(self) -> None:
        """Look what is left, and write it down; a run whose time is up leaves that to the next."""
        left = self._left()
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
            keeps_log = keeps_log or self._action(item) is not Action.REMOVE
            yield from self._of_item(item, place)
        if not keeps_log and is_due(record, self._retention(record.key), self._now):
            self._pending += 1
            yield Due(record, Action.REMOVE, place)

    def _of_item(self, item: LogItem, place: Cursor, *, is_orphan: bool = False) -> Iterator[Due]:
        action = self._action(item)
        if action is None:
            return
        before = self._retention(item.key).log_cutoff(item.level, self._now)
        records = self._archive.count_older(item, before) if action is Action.TRIM else item.count
        self._pending += 1
        yield Due(item, action, place, records, before, is_orphan)

    def _action(self, item: LogItem) -> Action | None:
        return action_for(item, self._retention(item.key), self._now)

    def _is_found_by_its_run(self, item: LogItem) -> bool:
        """A dry run removes nothing, and would count it twice."""
        return self._run.dry_run and self._archive.has_run(item.key, item.run)

    def _retention(self, key: JobKey) -> Retention:
        if key not in self._retentions:
            self._retentions[key] = self._archive.retention_of(key)
        return self._retentions[key]

    def _goes_on(self, place: Cursor) -> bool:
        """There is time to go on; where not, the next run begins here, if nothing before is undone."""
        if not self._is_stopped and self._run.has_time():
            return True
        if not (self._is_stopped or self._pending):
            self._run.advance(place)
        self._is_stopped = True
        return False

    def _left(self) -> Left | None:
        """What is left, looked up anew; None where there is no time for it."""
        left = Left()
        for key in self._archive.keys:
            cutoff, young, has_log = self._retention(key).latest_cutoff(self._now), 0, False
            for record in self._archive.runs(key, self._now):
                if not self._run.has_time():
                    return None
                young += record.started_at >= cutoff
                if young > RUNS_LOOKED_AT or (young and has_log):
                    break
                if record.id != self._run.id and not holding(self._holds, key, record.id):
                    has_log = self._look_at(record, left) or has_log
        return left

    def _look_at(self, record: RunRecord, left: Left) -> bool:
        """Note what is left of a run; True where it has a log."""
        has_log = False
        for item in self._archive.log_of(record.id):
            has_log = True
            left.add_log(item, sum(due.records for due in self._of_item(item, {})))
        left.add_run(record, is_due=not has_log and is_due(record, self._retention(record.key), self._now))
        return has_log


def _check_levels(params: Params, retentions: dict[JobKey, Retention]) -> None:
    for level, days in params.levels.items():
        if any(retention.levels[level] != days for retention in retentions.values()):
            name = f"retention_days_{level.name.lower()}"
            raise ConfigurationError(
                f"purge-logs: {name} = {days} is given for this run or schedule only, and whoever reads logs "
                f"would not go by it: `nightshift set purge-logs params.{name}={days}`, or put it into the "
                "job's own params in the manifest"
            )


def _keys(found: Sequence[Due]) -> tuple[str, ...]:
    return tuple(due.key for due in found)
