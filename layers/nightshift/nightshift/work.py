"""What a run is busy with, as the engine sees it: it hands out batches and knows how far it has come."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from nightshift.batch import Batch, Outcome, Removal
from nightshift.state.models import Counts, Cursor, Fingerprints, Status


class Work(Protocol):
    """A scan of a source (`Changes`) or a list of records (`Batches`)."""

    total: int | None
    """How many records there are, where that is known."""
    full: bool
    """Every record is compared with the target."""

    @property
    def position(self) -> Cursor:
        """The cursor as it may be written now: behind everything that has been settled."""
        ...

    def settle(self, batch: Batch[Any] | Removal, outcome: Outcome) -> None:
        """Take in what the target did with a batch; RunError where the outcome is not of this batch."""
        ...

    def take_counts(self) -> Counts:
        """Counts since the last call."""
        ...

    def take_failures(self) -> list[tuple[str, str]]:
        """Records set aside since the last call, with their reasons."""
        ...

    def take_fingerprints(self) -> list[Fingerprints]:
        """What the next commit is to write of fingerprints."""
        ...

    def wind_up(self, status: Status, in_flight: Sequence[str]) -> list[Fingerprints]:
        """The run ends so, with these keys on their way to the target: the last fingerprints to write."""
        ...

    def close(self) -> None:
        """Let go of the source."""
        ...
