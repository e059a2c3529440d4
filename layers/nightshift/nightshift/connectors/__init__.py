"""One package per outside service: typed records in, typed outcomes out, no job logic.

A connector reads no clock and no environment. What it needs of a run, the run hands in.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol, Unpack

from nightshift import http


class Log(Protocol):
    """The part of a logger that connectors use. `extra` holds fields, never secrets."""

    def info(self, message: str, /, *, extra: Mapping[str, object] | None = None) -> None: ...
    def warning(self, message: str, /, *, extra: Mapping[str, object] | None = None) -> None: ...


class Host(Protocol):
    """What a connector needs of the run it works for."""

    @property
    def environment(self) -> Mapping[str, str]:
        """The environment variables, as the job may see them."""
        ...

    @property
    def dry_run(self) -> bool:
        """Nothing may be written: say what would be."""
        ...

    @property
    def log(self) -> Log: ...

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...

    def secret(self, name: str, *, fresh: bool = False) -> Mapping[str, str]:
        """A secret by its name; `fresh` asks its store and no cache, because it may have been rotated."""
        ...

    def http(
        self, service: str, base_url: str, *, budget: str | None = None, **options: Unpack[http.Options]
    ) -> http.Client:
        """A client with the run's clock, deadline, retries and request counters; the run closes it.

        `budget` is the manifest's name for the limit of the service's key; the client keeps to the job's
        share of it. ConfigurationError where the manifest has the budget and gives the job no share.
        """
        ...
