"""What is wrong with a manifest: all of it, each with its place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nightshift.errors import ConfigurationError


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in a file; line and column count from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong, or, as a note, one thing that may surprise."""

    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


class ManifestError(ConfigurationError):
    """The manifest cannot be used. `problems` has all there is to correct, in the file's order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(set(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class Findings:
    """Collects problems while a manifest is read, so that one does not hide the next."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []

    def add(self, at: Position, message: str) -> None:
        self.problems.append(Problem(self.file, at.line, at.column, message))

    def raise_if_any(self) -> None:
        if self.problems:
            raise ManifestError(self.problems)
