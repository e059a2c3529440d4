"""What a check has found: which promise is broken, after what, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Promise:
    """One promise of the contract. `advice` is what usually breaks it."""

    name: str
    advice: str


class Verdict(StrEnum):
    KEPT = "kept"
    BROKEN = "broken"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Breach:
    """What was done to the job, and what was wrong afterwards."""

    after: str
    wrong: str

    def __str__(self) -> str:
        return f"{self.after}: {self.wrong}"


@dataclass(slots=True)
class Findings:
    """What one check found in `cases` cases; `skipped` says why it could not be made, or not in full."""

    promise: Promise
    cases: int = 0
    breaches: list[Breach] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    @property
    def verdict(self) -> Verdict:
        if self.breaches:
            return Verdict.BROKEN
        return Verdict.KEPT if self.cases else Verdict.SKIPPED

    def case(self, after: str, wrong: Iterable[str]) -> None:
        """Count one case and what was wrong after it."""
        self.cases += 1
        self.breaches += [Breach(after, each) for each in wrong]

    def __str__(self) -> str:
        lines = [f"{self.promise.name}: {self.verdict} ({self.cases} cases)"]
        lines += [f"  not checked: {reason}" for reason in self.skipped]
        if self.breaches:
            lines += [f"  {breach}" for breach in self.breaches[:_SHOWN]]
            more = len(self.breaches) - _SHOWN
            lines += [f"  and {more} more"] if more > 0 else []
            lines.append(f"  what to do: {self.promise.advice}")
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Report:
    """What all checks found."""

    findings: Sequence[Findings]

    @property
    def is_kept(self) -> bool:
        return all(each.verdict is not Verdict.BROKEN for each in self.findings)

    def __str__(self) -> str:
        return "\n".join(str(each) for each in self.findings)
