"""What a dialect refuses."""

from __future__ import annotations

_SHOWN = 40


class ScheduleError(ValueError):
    """A schedule that cannot be translated exactly. The text says which field, why, and what to write."""

    def __init__(self, field: str | None, reason: str, cure: str) -> None:
        super().__init__(f"{field}: {reason}; {cure}" if field else f"{reason}; {cure}")
        self.field, self.reason, self.cure = field, reason, cure


def shown(text: str) -> str:
    """A value as it may stand in a message: quoted, printable, and short whatever was sent."""
    return ascii(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}...")
