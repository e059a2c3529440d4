"""What is kept of past runs of all jobs, for the one job that removes it: runs, log items, legal holds."""

from nightshift.archive.archive import Archive
from nightshift.archive.keeping import to_keep
from nightshift.archive.model import Hold, LogItem, holding
from nightshift.archive.ports import ArchiveStore
from nightshift.logs.records import Level
from nightshift.logs.retention import Retention
from nightshift.state.models import Cursor, JobKey, RunId, RunRecord, Status

__all__ = [
    "Archive",
    "ArchiveStore",
    "Cursor",
    "Hold",
    "JobKey",
    "Level",
    "LogItem",
    "Retention",
    "RunId",
    "RunRecord",
    "Status",
    "holding",
    "to_keep",
]
