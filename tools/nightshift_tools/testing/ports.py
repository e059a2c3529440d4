"""A state and a log store whose writes pass a gate, verb by verb."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from nightshift.logs.records import LogStore
from nightshift.state.models import Lease
from nightshift.state.ports import State
from nightshift_tools.testing.gate import STATE, Gate

READS = frozenset(
    {"read", "get", "latest", "all", "of_run", "troubles", "due", "standing", "unfinished", "errors"}
)
"""Verbs that change nothing. Any other, of whatever port, is taken for a write."""


class _Port:
    """One port. `after_write` is told each verb that has taken effect."""

    def __init__(self, port: Any, name: str, gate: Gate, after_write: Callable[[str], object]) -> None:
        self._port = port
        self._name = name
        self._gate = gate
        self._after_write = after_write

    def __getattr__(self, verb: str) -> Any:
        found = getattr(self._port, verb)
        if verb in READS or not callable(found):
            return found
        name = f"{self._name}.{verb}"

        def write(*args: Any, **kwargs: Any) -> Any:
            answer = found(*args, **kwargs)
            self._after_write(name)
            return answer

        return lambda *args, **kwargs: self._gate.enter(STATE, name, "", lambda: write(*args, **kwargs))


class GatedState:
    """The ports of a state, whichever it has, behind a gate."""

    def __init__(self, state: State, gate: Gate, after_write: Callable[[str], object]) -> None:
        self._state = state
        self._gate = gate
        self._after_write = after_write

    def __getattr__(self, name: str) -> Any:
        return _Port(getattr(self._state, name), name, self._gate, self._after_write)

    def together(self) -> AbstractContextManager[None]:
        """Writes are made one by one, as DynamoDB has it."""
        return nullcontext()

    def abandon(self, lease: Lease) -> None:
        self._state.abandon(lease)


def gated_logs(logs: LogStore, gate: Gate) -> Any:
    """A log store behind a gate."""
    return _Port(logs, "logs", gate, lambda _: None)
