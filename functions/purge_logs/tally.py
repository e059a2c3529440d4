"""What a purge has counted, told as named results of the run and as lines of a dry run. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from nightshift.archive import JobKey, Level, LogItem, Retention, RunRecord
from purge_logs.due import Action, Due

JOBS_NAMED = 5
NOT_COUNTED = "not counted: its time was used up"


@dataclass
class Tally:
    """Log records and run records: found old, and removed; items whose expiry was taken off for a hold."""

    counted: int = 0
    deleted: int = 0
    orphans: int = 0
    runs_counted: int = 0
    runs_deleted: int = 0
    kept_on_hold: int = 0

    def count(self, batch: Iterable[Due]) -> None:
        """A batch that is to be carried out."""
        for due in batch:
            self.counted += due.records
            self.orphans += due.records if due.is_orphan else 0
            self.runs_counted += due.removes_run

    def carried_out(self, done: Iterable[Due]) -> None:
        for due in done:
            self.deleted += due.records
            self.runs_deleted += due.removes_run
            self.kept_on_hold += due.action is Action.KEEP

    def results(self) -> dict[str, int]:
        """By name, for the run record."""
        return asdict(self)


class Left:
    """What a look afterwards has found, held items apart."""

    def __init__(self) -> None:
        self.records = 0
        self.runs = 0
        self.oldest: datetime | None = None
        self.oldest_run: datetime | None = None

    def add_log(self, item: LogItem, due: int) -> None:
        """A log item that is there, with so many records that should not be."""
        self.records += due
        self.oldest = min(self.oldest or item.first, item.first)

    def add_run(self, record: RunRecord, *, is_due: bool) -> None:
        self.runs += is_due
        self.oldest_run = min(self.oldest_run or record.started_at, record.started_at)

    def results(self) -> dict[str, str | int]:
        return {
            "remaining": self.records,
            "oldest_left": _text(self.oldest),
            "runs_remaining": self.runs,
            "oldest_run_left": _text(self.oldest_run),
        }


def texts_of(retentions: Mapping[JobKey, Retention], now: datetime) -> dict[str, str]:
    """`setting` and `cutoff` as text; jobs with the same are named together."""
    settings: dict[tuple[str, str], list[str]] = {}
    for key, retention in retentions.items():
        settings.setdefault((_setting(retention), _cutoffs(retention, now)), []).append(str(key))
    told = [(setting, cutoff, _names(keys)) for (setting, cutoff), keys in settings.items()]
    if len(told) == 1:
        return {"setting": told[0][0], "cutoff": told[0][1]}
    return {
        "setting": "; ".join(f"{names}: {setting}" for setting, _, names in told),
        "cutoff": "; ".join(f"{names}: {cutoff}" for _, cutoff, names in told),
    }


def lines(found: Iterable[Due]) -> list[str]:
    """A dry run's lines: log records by day and level, run records by day."""
    records: Counter[tuple[str, int, str]] = Counter()
    for due in found:
        if isinstance(due.found, LogItem) and due.action is not Action.KEEP:
            records[f"{due.found.first:%Y-%m-%d}", int(due.found.level), due.found.level.name] += due.records
        elif isinstance(due.found, RunRecord) and due.removes_run:
            records[f"{due.found.started_at:%Y-%m-%d}", 0, "run"] += 1
    return [f"{day}  {name:<7}  {records[day, order, name]} records" for day, order, name in sorted(records)]


def _setting(retention: Retention) -> str:
    own = [f"{level.name} {days}" for level, days in _of_their_own(retention).items()]
    return f"{', '.join([f'{retention.days} days', *own])} ({retention.source})"


def _cutoffs(retention: Retention, now: datetime) -> str:
    own = [f"{level.name} {_text(retention.log_cutoff(level, now))}" for level in _of_their_own(retention)]
    return ", ".join([_text(retention.cutoff(now)), *own])


def _of_their_own(retention: Retention) -> Mapping[Level, int]:
    return {level: days for level, days in retention.levels.items() if days != retention.days}


def _names(keys: list[str]) -> str:
    more = f" and {len(keys) - JOBS_NAMED} more" if len(keys) > JOBS_NAMED else ""
    return ", ".join(keys[:JOBS_NAMED]) + more


def _text(instant: datetime | None) -> str:
    return "none" if instant is None else f"{instant:%Y-%m-%dT%H:%M:%S}.{instant.microsecond // 1000:03d}Z"
