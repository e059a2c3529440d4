"""What the watchdog needs of the outside, beside the state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from nightshift.manifest import JobEntry


class Resumer(Protocol):
    """Wakes jobs."""

    def resume(self, entry: JobEntry, event: Mapping[str, object]) -> None:
        """Hand an event to a job's function, without waiting for its run. RunError where it is not taken."""
        ...


class Gauge(Protocol):
    """Where the number of missing runs is told, job by job."""

    def missing_runs(self, job: str, count: int) -> None: ...
