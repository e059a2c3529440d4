"""The checks that jobs and schedules share, and where what is wrong is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from nightshift.schedule import UTC_ZONE
from nightshift_tools.manifest import names
from nightshift_tools.manifest.errors import Findings
from nightshift_tools.manifest.validate import shown
from nightshift_tools.manifest.values import Path, Places, dotted
from nightshift_tools.manifest.zones import check_zone


@dataclass(frozen=True, slots=True)
class Checking:
    """`refused` are the paths whose values were wrong by themselves: their absence says nothing."""

    findings: Findings
    notes: Findings
    places: Places
    refused: frozenset[Path]

    def wrong(self, path: Path, message: str) -> None:
        """Tell a problem at the value of a path."""
        self.findings.add(self.places.of_value(path), f"{dotted(path)}: {message}")

    def wrong_key(self, path: Path, message: str) -> None:
        """Tell a problem at the key of a path."""
        self.findings.add(self.places.of_key(path), f"{dotted(path)}: {message}")

    def note(self, path: Path, message: str) -> None:
        self.notes.add(self.places.of_value(path), f"{dotted(path)}: {message}")

    def was_refused(self, path: Path) -> bool:
        """Something at a path or below it was wrong by itself."""
        return any(refused[: len(path)] == path for refused in self.refused)

    def name(self, path: Path, name: str, check: Callable[[str], None]) -> None:
        try:
            check(name)
        except ValueError as error:
            self.wrong(path, f"the name {shown(name)}: {error}")

    def zone(self, path: Path, zone: str | None) -> str | None:
        """The zone of what stands at a path; None where none is written, UTC where it is none."""
        if zone is None:
            return None
        try:
            check_zone(zone)
        except ValueError as error:
            self.wrong((*path, "timezone"), f"the zone {shown(zone)}: {error}")
            return UTC_ZONE
        return zone

    def size(self, path: Path, size: int | None, most: int | None) -> None:
        """A batch size of a job, which is the path's second part."""
        if size is not None and most is not None and size > most:
            self.wrong(
                path, f"{path[1]} takes batches of up to {most}, and {size} is more; write 1 to {most}"
            )

    def storefronts(self, path: Path, storefronts: Sequence[str]) -> None:
        for place, name in enumerate(storefronts):
            self.name((*path, place), name, names.check_storefront)
            if name in storefronts[:place]:
                self.wrong((*path, place), f"the storefront {shown(name)} stands here twice; take one away")
