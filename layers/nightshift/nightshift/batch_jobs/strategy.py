"""What a type of batch job does: the base of all strategies, and where they are found."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from nightshift.batch_jobs.errors import UnknownTypeError
from nightshift.batch_jobs.model import BatchJob, Context, Place, Result, RowError
from nightshift.batch_jobs.work import Work


@dataclass(frozen=True, slots=True)
class Step:
    """One batch is done. `result` and `place` are absolute; `errors` are the rows of this batch that failed.

    It is handed over behind its effect: what is done, and not yet handed over, is done again after a crash.
    """

    result: Result
    place: Place
    errors: Sequence[RowError] = ()


@dataclass(frozen=True, slots=True)
class Template:
    """A file for people to begin with."""

    name: str
    media_type: str
    content: str


class Strategy(ABC):
    """One type of batch job. One object serves all of its batch jobs, side by side: it keeps nothing of them.

    `identifier` names the class in logs, `batch_type` is what a caller asks for.
    """

    identifier: ClassVar[str]
    batch_type: ClassVar[str]
    description: ClassVar[str]

    @abstractmethod
    def prepare(self, context: Context) -> Context:
        """The context as it is kept; ContextError with every field that is wrong. Asks no service."""

    @abstractmethod
    def pre_process(self, work: Work) -> Iterator[Step]:
        """Look, count and plan; nothing outside is changed. Goes on from `work.place`."""

    @abstractmethod
    def process(self, work: Work) -> Iterator[Step]:
        """Do it, batch by batch. Goes on from `work.place`; what was done before may be met again."""

    @abstractmethod
    def build_template(self) -> Template | None:
        """A file as an import reads it, or as an export writes it; None where there is none."""

    def before(self, work: Work) -> None:  # noqa: B027 - a hook, not an obligation
        """Before a phase begins, or goes on."""

    def after(self, work: Work, job: BatchJob) -> None:  # noqa: B027
        """A phase has come to its end, or the batch job was cancelled in it."""

    def on_failure(self, work: Work, error: Exception) -> None:  # noqa: B027
        """The batch job has failed for good."""


class Strategies:
    """Strategies by type, registered once each."""

    def __init__(self, *strategies: Strategy) -> None:
        self._by_type: dict[str, Strategy] = {}
        for strategy in strategies:
            self.register(strategy)

    def register(self, strategy: Strategy) -> None:
        """ValueError where the type is taken: two strategies of one type would hide each other."""
        other = self._by_type.setdefault(strategy.batch_type, strategy)
        if other is not strategy:
            raise ValueError(
                f"the type {strategy.batch_type} of {strategy.identifier} is taken by {other.identifier}"
            )

    def find(self, batch_type: str) -> Strategy:
        """UnknownTypeError names the nearest type."""
        found = self._by_type.get(batch_type)
        if found is None:
            raise UnknownTypeError(batch_type, self._by_type)
        return found

    def __iter__(self) -> Iterator[Strategy]:
        """All of them, by type."""
        return iter(self._by_type[name] for name in sorted(self._by_type))
