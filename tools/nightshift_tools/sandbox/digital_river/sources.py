"""Stored sources: what happens when they are charged, and when a charge is captured."""

from dataclasses import dataclass, field
from enum import StrEnum

from nightshift_tools.sandbox.digital_river.errors import RiverError, conflict
from nightshift_tools.sandbox.errors import ControlError

DEFAULT_SOURCE = "src_sandbox"
_STATES = ("chargeable", "expired", "consumed")


class Capture(StrEnum):
    """How a capture ends."""

    COMPLETE = "complete"
    FAILED = "failed"
    PENDING_THEN_FAILED = "pending_then_failed"
    PENDING = "pending"


# Digital River's own test cards.
_CARDS = {
    "4000000000004103": Capture.FAILED,
    "4485951788521565": Capture.PENDING_THEN_FAILED,
    "4024007120579635": Capture.PENDING,
}


@dataclass(slots=True)
class Source:
    """A stored source. With `decline` the next `declines` charges fail with that code; None means all.

    `order_state` is the state in which its orders begin, where it is not the account's.
    """

    id: str
    state: str = "chargeable"
    card: str = ""
    decline: str = ""
    declines: int | None = None
    order_state: str = ""
    attempts: int = field(default=0)

    def __post_init__(self) -> None:
        if self.state not in _STATES:
            raise ControlError(f"state is {self.state!r}; there are: {', '.join(_STATES)}")

    @property
    def capture(self) -> Capture:
        """How captures of this source's charges end, by its card."""
        return _CARDS.get(self.card.replace(" ", ""), Capture.COMPLETE)

    def charge(self) -> None:
        """Charge it; RiverError, 409, where it does not give the money."""
        self.attempts += 1
        if self.state == "expired":
            raise _refused("source_expired", self.id)
        if self.state == "consumed":
            raise _refused("source_not_chargeable", self.id)
        if self.decline and (self.declines is None or self.attempts <= self.declines):
            raise _refused(self.decline, self.id)


class Sources:
    """All sources; one that always pays is there from the beginning."""

    def __init__(self) -> None:
        self.by_id = {DEFAULT_SOURCE: Source(DEFAULT_SOURCE)}

    def get(self, source_id: str, parameter: str) -> Source:
        """RiverError, 409, where there is none."""
        if source_id not in self.by_id:
            raise conflict("source_not_found", parameter, f"Source '{source_id}' not found.")
        return self.by_id[source_id]


def _refused(code: str, source_id: str) -> RiverError:
    return conflict(code, "sourceId", f"The charge to '{source_id}' was refused: {code}.")
