"""What a strategy sees of the engine while it works on one batch job."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Unpack

from nightshift.batch_jobs.model import BatchJob, Context, Place, Result
from nightshift.deadline import Deadline
from nightshift.errors import ConfigurationError
from nightshift.files import Files
from nightshift.http import Client, Options, Pace
from nightshift.redact import Redactor, secret_values
from nightshift.services import RunLogger, Services

MAX_RETRIES = 2
"""Extra tries of one HTTP request; the batch job itself is tried again by the watchdog."""


class Work:
    """One batch job in the hands of one worker. It is the `Host` of the connectors that it uses."""

    def __init__(
        self, job: BatchJob, services: Services, deadline: Deadline, redactor: Redactor, budgets_of: str
    ) -> None:
        self.id = job.id
        self.type = job.type
        self.context: Context = job.context
        self.batch_size = job.batch_size
        self.is_review = job.dry_run
        self.result: Result = job.result
        self.place: Place = job.place
        self.environment: Mapping[str, str] = services.environment
        self.dry_run = False
        self.requests: dict[str, int] = {}
        self._services = services
        self._deadline = deadline
        self._redactor = redactor
        self._budgets_of = budgets_of
        self._clients: list[Client] = []
        self._paces: dict[str, Pace] = {}

    @property
    def log(self) -> RunLogger:
        return self._services.logger

    @property
    def files(self) -> Files:
        """Files by name; ConfigurationError where no place for them is named."""
        store = self._services.files
        if store is None:
            raise ConfigurationError(
                "batch jobs work on files, and FILES_BUCKET is not set: the template gives each function the "
                "name of the stack's bucket"
            )
        return Files(store, self._deadline.usable, None)

    def now(self) -> datetime:
        return self._services.clock.now()

    def secret(self, name: str, *, fresh: bool = False) -> Mapping[str, str]:
        """As `Run.secret`."""
        found = self._services.secrets.get(name, fresh=fresh)
        self._redactor.hide(*secret_values(found))
        return found

    def http(
        self, service: str, base_url: str, *, budget: str | None = None, **options: Unpack[Options]
    ) -> Client:
        """As `Run.http`."""
        client = Client(
            base_url,
            service=service,
            clock=self._services.clock,
            randomness=self._services.random,
            remaining=self._deadline.usable,
            requests=self.requests,
            max_retries=MAX_RETRIES,
            redactor=self._redactor,
            pace=self._pace(budget) if budget else None,
            **options,
        )
        self._clients.append(client)
        return client

    def close(self) -> None:
        """Close what was opened."""
        for client in self._clients:
            client.close()

    def name(self, file: str) -> str:
        """The name of a file that comes of this batch job."""
        return f"out/{self.id}/{file}"

    def _pace(self, budget: str) -> Pace | None:
        rate = self._services.manifest.rate(budget, self._budgets_of)
        if rate is not None and budget not in self._paces:
            remaining: Callable[[], float] = self._deadline.usable
            self._paces[budget] = Pace(rate, self._services.clock, remaining)
        return self._paces.get(budget)
