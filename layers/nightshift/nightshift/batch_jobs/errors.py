"""What is wrong with a batch job, by who has to do something about it.

NightshiftError
├── BatchJobError           the caller asked for what cannot be
│   ├── UnknownBatchJobError  there is none of that id, or it is not the caller's
│   ├── UnknownTypeError      no strategy has that type
│   ├── ContextError          fields of the request are wrong, each with its reason
│   ├── WrongStateError       the batch job's state does not allow it
│   └── ConflictError         the same Idempotency-Key stands for another request, or an old one
└── RunError
    └── FileError            the file cannot be used at all: the batch job fails
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from nightshift.errors import NightshiftError, RunError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nightshift.batch_jobs.model import Status


class BatchJobError(NightshiftError):
    """What was asked for cannot be, and nothing was changed."""


class UnknownBatchJobError(BatchJobError):
    """There is no such batch job, as far as the caller may know."""

    def __init__(self, batch_job: str) -> None:
        super().__init__(f"there is no batch job {batch_job!r}")


class UnknownTypeError(BatchJobError):
    """No strategy is registered under a type. The first words are Medusa's."""

    def __init__(self, batch_type: str, known: Iterable[str]) -> None:
        types = sorted(known)
        near = get_close_matches(batch_type.lower(), types, 1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(types)}"
        super().__init__(f"Unable to find a BatchJob strategy with the type {batch_type!r}; {hint}")


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """What is wrong with one field, named by its path (`context.file_key`)."""

    field: str
    reason: str


class ContextError(BatchJobError):
    """Fields of a request are wrong. `problems` has all of them, not only the first."""

    def __init__(self, *problems: FieldProblem) -> None:
        super().__init__("; ".join(f"{problem.field}: {problem.reason}" for problem in problems))
        self.problems: Sequence[FieldProblem] = problems


class WrongStateError(BatchJobError):
    """A step of the life cycle that the batch job's `status` does not allow. The first words are Medusa's."""

    def __init__(self, text: str, status: Status) -> None:
        super().__init__(f"{text}: it is {status.value}")
        self.status = status


class ConflictError(BatchJobError):
    """The key that was to make a creation happen once has been used for something else."""


class FileError(RunError):
    """A file that cannot be read as what it should be; nothing of it was applied, or no more of it."""
