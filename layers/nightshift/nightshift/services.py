"""What the engine is given from outside: clock, state, logs, manifest, environment, secrets, chance, eyes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # no run uses all of it
    import random
    from logging import Filter, Handler

    from nightshift.archive import ArchiveStore
    from nightshift.batch_jobs.ports import BatchJobQueue
    from nightshift.files import FileStore
    from nightshift.logs.records import LogStore
    from nightshift.mail import MailTransport
    from nightshift.manifest import CompiledManifest
    from nightshift.state.models import Counts, JobKey, RunId, RunRecord, Usage
    from nightshift.state.ports import State
    from nightshift.times import Clock


class RunLogger(Protocol):
    """The part of a standard logger, or of Powertools' Logger, that runs use."""

    def setLevel(self, level: int) -> None: ...  # noqa: N802 - the standard library's name
    def debug(self, msg: object, *, extra: Mapping[str, object] | None = None) -> None: ...
    def info(self, msg: object, *, extra: Mapping[str, object] | None = None) -> None: ...
    def warning(self, msg: object, *, extra: Mapping[str, object] | None = None) -> None: ...
    def error(
        self,
        msg: object,
        *,
        exc_info: BaseException | None = None,
        extra: Mapping[str, object] | None = None,
    ) -> None: ...
    def addHandler(self, handler: Handler) -> None: ...  # noqa: N802 - the standard library's name
    def removeHandler(self, handler: Handler) -> None: ...  # noqa: N802
    def addFilter(self, filter: Filter) -> None: ...  # noqa: N802, A002
    def removeFilter(self, filter: Filter) -> None: ...  # noqa: N802, A002


class Secrets(Protocol):
    """Secrets by name. On AWS they come from Secrets Manager, cached for some minutes."""

    def get(self, name: str, *, fresh: bool = False) -> Mapping[str, str]:
        """The secret's fields; `fresh` asks past the cache. ConfigurationError where there is none."""
        ...


class Observer(Protocol):
    """Somebody who watches a run: the command line's progress, the metrics on AWS."""

    def started(self, key: JobKey, run: RunId) -> None: ...

    def progressed(self, counts: Counts, total: int | None) -> None:
        """After each batch and each skipped page; `total` as the source says it."""
        ...

    def planned(self, action: str, record: str, reason: str | None) -> None:
        """A dry run would do this to a record."""
        ...

    def alarmed(self, key: JobKey, metric: str) -> None:
        """Something has happened for which the job has an alarm of its own."""
        ...

    def ended(self, record: RunRecord) -> None: ...


class NobodyWatches:
    """The observer of a run that nobody watches."""

    def started(self, key: JobKey, run: RunId) -> None: ...

    def progressed(self, counts: Counts, total: int | None) -> None: ...

    def planned(self, action: str, record: str, reason: str | None) -> None: ...

    def alarmed(self, key: JobKey, metric: str) -> None: ...

    def ended(self, record: RunRecord) -> None: ...


class StateMeter(Protocol):
    """What one run at a time takes of its state and its logs. Runs side by side have one each."""

    def begin(self, remaining: Callable[[], float]) -> None:
        """A run begins that has so many seconds left: count from zero, and wait no longer than that."""
        ...

    def usage(self) -> Usage | None:
        """What was asked and charged since the run began; None where nothing is charged."""
        ...


class NothingCharged:
    """The meter of a state that costs nothing, as the embedded one."""

    def begin(self, remaining: Callable[[], float]) -> None: ...

    def usage(self) -> Usage | None:
        return None


@dataclass(frozen=True, eq=False, repr=False)
class Services:
    """Everything a run needs that is not its own. `archive` is None where nothing can be purged, `files` and
    `mail` where no bucket and no sender is named, `queue` where no worker hears of batch jobs."""

    clock: Clock
    random: random.Random
    state: State
    logs: LogStore
    manifest: CompiledManifest
    environment: Mapping[str, str]
    secrets: Secrets
    logger: RunLogger
    observer: Observer
    meter: StateMeter = field(default_factory=NothingCharged)
    archive: ArchiveStore | None = None
    files: FileStore | None = None
    mail: MailTransport | None = None
    queue: BatchJobQueue | None = None
