"""What importers find: schedules of another scheduler, each with what the manifest has for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from nightshift_tools.manifest.values import Plain


@dataclass(frozen=True, slots=True)
class Found:
    """One schedule as it is written elsewhere.

    `job` are the words its job's name is made of; equal words are one job. `schedule` has the manifest's own
    keys; it is empty where the schedule cannot be translated, and `reason` says why. `notes` are what had no
    counterpart. With `has_variable`, the `${NAME:-default}` in it is the importer's; else it is refused.
    """

    file: str
    line: int
    job: str
    source: str
    schedule: Mapping[str, Plain] = field(default_factory=dict)
    name: str | None = None
    reason: str = ""
    notes: tuple[str, ...] = ()
    description: str = ""
    has_variable: bool = False

    @property
    def where(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Findings:
    """All that one import found; `remarks` hold for all of it, such as whose time zone it was in."""

    found: Sequence[Found]
    remarks: Sequence[str] = ()
