"""The services of a run on this machine: what `nightshift.runtime` is in Lambda, for a laptop."""

from __future__ import annotations

import logging
import random
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from nightshift.batch_jobs.model import JOB
from nightshift.clock import SystemClock
from nightshift.job import Handler
from nightshift.manifest import CompiledManifest, JobEntry
from nightshift.services import NobodyWatches, Observer, Services
from nightshift.times import Clock
from nightshift_tools.local.files import open_files
from nightshift_tools.local.handlers import load_handler
from nightshift_tools.local.manifest import read_compiled
from nightshift_tools.local.outbox import open_mail
from nightshift_tools.local.project import Project
from nightshift_tools.local.secrets import FileSecrets
from nightshift_tools.local.stores import Stores, open_stores


@dataclass(frozen=True, slots=True)
class Local:
    """A project with its manifest and its stores, open. Threads may share it.

    `output` is the folder of the files and mails that are not kept on AWS.
    """

    project: Project
    environment: Mapping[str, str]
    manifest: CompiledManifest
    stores: Stores
    clock: Clock
    output: Path

    @classmethod
    def open(cls, folder: Path, environment: Mapping[str, str]) -> Local:
        """The project that `folder` is in; ConfigurationError says what keeps it from being opened."""
        project = Project.find(folder, environment)
        manifest = read_compiled(project, environment)
        stores = open_stores(project.state, environment)
        return cls(project, environment, manifest, stores, SystemClock(), project.home)

    def handler(self, entry: JobEntry) -> Handler[Any]:
        return load_handler(self.project.functions, entry)

    def services(self, observer: Observer | None = None) -> Services:
        """Services for one run: its logger and its meter are its own, for runs may go side by side."""
        stores = self.stores.for_run(self.clock)
        return Services(
            clock=self.clock,
            random=random.SystemRandom(),
            state=stores.state,
            logs=stores.logs,
            manifest=self.manifest,
            environment=self.environment,
            secrets=FileSecrets(self.project.secrets),
            logger=_silent_logger(),
            observer=observer or NobodyWatches(),
            meter=stores.meter,
            archive=stores.archive,
            files=open_files(self.output / "files", self.environment),
            mail=open_mail(self.output / "outbox", self.environment, self.clock),
        )

    def services_of(self, entry: JobEntry, observer: Observer | None = None) -> Services:
        """As `services`; a run of the job that works batch jobs off hears its own messages."""
        services = self.services(observer)
        if entry.name != JOB:
            return services
        from nightshift_tools.local.batch_jobs import with_queue  # it stands on this

        return with_queue(self, services)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stores.close()


def _silent_logger() -> logging.Logger:
    """A logger outside the process's tree: its records go to the run's buffer, and nowhere else."""
    logger = logging.Logger("nightshift")
    logger.addHandler(logging.NullHandler())  # without any handler, warnings would go to stderr
    return logger
