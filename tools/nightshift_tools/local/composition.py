"""A project put together on this machine: its own state, or a stack's, and the services of its runs."""

from __future__ import annotations

import logging
import random
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from nightshift.clock import SystemClock
from nightshift.files import FileStore
from nightshift.manifest import CompiledManifest, JobEntry
from nightshift.services import NobodyWatches, Observer, Services
from nightshift.times import Clock
from nightshift_tools.local.files import open_files
from nightshift_tools.local.manifest import read_compiled
from nightshift_tools.local.project import Project
from nightshift_tools.local.secrets import FileSecrets
from nightshift_tools.local.stores import Stores, open_stores

if TYPE_CHECKING:
    from nightshift.handler import Handler
    from nightshift_tools.aws.place import Place
    from nightshift_tools.aws.stack import Stack


@dataclass(frozen=True, slots=True)
class Local:
    """A project with its manifest and its stores, open. Threads may share it.

    `output` is the folder of the files and mails that are not kept on AWS.
    With a `stack`, manifest and stores are those of a deployed stack, and its runs are elsewhere.
    """

    project: Project
    environment: Mapping[str, str]
    manifest: CompiledManifest
    stores: Stores
    clock: Clock
    output: Path
    stack: Stack | None = None

    @classmethod
    def open(cls, folder: Path, environment: Mapping[str, str]) -> Local:
        """The project that `folder` is in; ConfigurationError says what keeps it from being opened."""
        project = Project.find(folder, environment)
        manifest = read_compiled(project, environment)
        stores = open_stores(project.state, environment)
        return cls(project, environment, manifest, stores, SystemClock(), project.home)

    @classmethod
    def deployed(cls, folder: Path, environment: Mapping[str, str], place: Place) -> Local:
        """The project that `folder` is in, as a stack runs it; ConfigurationError as `find_stack`.

        The environment of this machine says nothing of the stack's functions, so there is none.
        """
        from nightshift_tools.aws.stack import find_stack  # AWS's clients take as long to import as all else
        from nightshift_tools.aws.stores import stack_stores

        project = Project.find(folder, environment)
        stack = find_stack(place, project.root, environment, read_compiled(project, environment))
        return cls(project, {}, stack.manifest, stack_stores(stack), SystemClock(), project.home, stack)

    def handler(self, entry: JobEntry) -> Handler[Any]:
        from nightshift_tools.local.handlers import load_handler  # whoever only looks at runs needs no engine

        return load_handler(self.project.functions, entry)

    def services(self, observer: Observer | None = None) -> Services:
        """Services for one run: its logger and its meter are its own, for runs may go side by side."""
        from nightshift_tools.local.outbox import open_mail  # whoever only looks at runs needs none

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
            files=self._files(),
            mail=open_mail(self.output / "outbox", self.environment, self.clock),
        )

    def _files(self) -> FileStore:
        if self.stack is None:
            return open_files(self.output / "files", self.environment)
        from nightshift_tools.aws.stores import stack_files

        return stack_files(self.stack)

    def services_of(self, entry: JobEntry, observer: Observer | None = None) -> Services:
        """As `services`; a run of the job that works batch jobs off hears its own messages."""
        from nightshift.batch_jobs.model import JOB

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
