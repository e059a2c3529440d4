"""What holds for one purge: its instant, the retention of each job, and what must be left alone."""

from __future__ import annotations

from datetime import datetime

from nightshift import ConfigurationError
from nightshift.archive import Archive, JobKey, Level, LogItem, Retention, RunId, RunRecord, holding
from purge_logs.due import Action, action_for, is_due
from purge_logs.params import Params


class Plan:
    """ConfigurationError where a retention is not set, cannot be kept, or is not everybody's."""

    def __init__(self, archive: Archive, now: datetime, own: RunId, params: Params) -> None:
        self.archive = archive
        self.now = now
        self.retentions = dict(archive.retentions())
        self.holds = archive.holds()
        self._own = own
        for level, days in params.levels.items():
            self._check_level(level, days)

    def retention(self, key: JobKey) -> Retention:
        """Of any job, also of one that the manifest has no more."""
        if key not in self.retentions:
            self.retentions[key] = self.archive.retention_of(key)
        return self.retentions[key]

    def leaves_alone(self, key: JobKey, run: RunId) -> bool:
        """The run is this purge itself, or on hold."""
        return run == self._own or holding(self.holds, key, run) is not None

    def action(self, item: LogItem) -> Action | None:
        return action_for(item, self.retention(item.key), self.now)

    def cutoff(self, item: LogItem) -> datetime:
        return self.retention(item.key).log_cutoff(item.level, self.now)

    def records_due(self, item: LogItem) -> int:
        """How many records of a log item are old."""
        action = self.action(item)
        if action is Action.TRIM:
            return self.archive.count_older(item, self.cutoff(item))
        return item.count if action is Action.REMOVE else 0

    def is_due(self, record: RunRecord) -> bool:
        """A run record is old; whether it has a log is another question."""
        return is_due(record, self.retention(record.key), self.now)

    def _check_level(self, level: Level, days: int) -> None:
        if any(retention.levels[level] != days for retention in self.retentions.values()):
            name = f"retention_days_{level.name.lower()}"
            raise ConfigurationError(
                f"purge-logs: {name} = {days} is given for this run or schedule only, and whoever reads logs "
                f"would not go by it: `nightshift set purge-logs params.{name}={days}`, or put it into the "
                "job's own params in the manifest"
            )
