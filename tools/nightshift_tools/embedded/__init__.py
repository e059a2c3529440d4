"""The state on a laptop: one SQLite file, and an OS lock per job that tells a dead owner from a live one."""

from __future__ import annotations

from nightshift_tools.embedded.archive import SqliteArchive
from nightshift_tools.embedded.database import Database
from nightshift_tools.embedded.logs import SqliteLogs
from nightshift_tools.embedded.state import SqliteState

__all__ = ["Database", "SqliteArchive", "SqliteLogs", "SqliteState"]
