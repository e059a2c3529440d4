"""A state whose n-th write ends the process, before or after its effect."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from nightshift.state.models import Lease
from nightshift.state.ports import State
from nightshift_tools.testing.gate import Killed

__all__ = ["WRITES", "Killed", "Killer", "MortalState"]

WRITES = {
    "control": ("claim", "commit", "release"),
    "runs": ("put", "interrupt"),
    "quarantine": ("put", "drop"),
    "fingerprints": ("write",),
}


class Killer:
    """Counts steps; at step `at` it kills, before or after the step's effect. None never kills."""

    def __init__(self, at: int | None, *, after: bool) -> None:
        self.at = at
        self.after = after
        self.steps: list[str] = []

    def step(self, name: str, effect: Callable[[], Any]) -> Any:
        self.steps.append(name)
        is_due = self.at is not None and len(self.steps) - 1 == self.at
        if is_due and not self.after:
            raise Killed(name)
        answer = effect()
        if is_due:
            raise Killed(name)
        return answer


class _Port:
    def __init__(self, port: Any, name: str, killer: Killer) -> None:
        self._port = port
        self._name = name
        self._killer = killer

    def __getattr__(self, verb: str) -> Any:
        found = getattr(self._port, verb)
        if verb not in WRITES[self._name]:
            return found
        return lambda *args, **kwargs: self._killer.step(
            f"{self._name}.{verb}", lambda: found(*args, **kwargs)
        )


class MortalState:
    """A state that a killer watches over."""

    def __init__(self, state: State, killer: Killer) -> None:
        self.control: Any = _Port(state.control, "control", killer)
        self.runs: Any = _Port(state.runs, "runs", killer)
        self.quarantine: Any = _Port(state.quarantine, "quarantine", killer)
        self.fingerprints: Any = _Port(state.fingerprints, "fingerprints", killer)
        self._state = state

    def together(self) -> AbstractContextManager[None]:
        """Writes are made one by one, as DynamoDB has it."""
        return nullcontext()

    def abandon(self, lease: Lease) -> None:
        self._state.abandon(lease)
