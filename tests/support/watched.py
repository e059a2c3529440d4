"""A state that tells of each commit and of the release before they are made."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from nightshift.state.models import Commit, Lease, Release
from nightshift.state.ports import State


class WatchedState:
    """Another state, whose commits are told by their number, from 1, in the thread that makes them."""

    def __init__(self, state: State, before_commit: Callable[[int], None]) -> None:
        self.before_release: Callable[[], None] = lambda: None
        self.is_atomic = False
        self._state = state
        self._before_commit = before_commit
        self._commits = 0
        self.control: Any = _Control(state, self)

    def together(self) -> AbstractContextManager[None]:
        """Writes are made one by one, as DynamoDB has it, unless a commit that fails is to undo them."""
        return self._state.together() if self.is_atomic else nullcontext()

    def told(self) -> None:
        self._commits += 1
        self._before_commit(self._commits)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._state, name)


class _Control:
    def __init__(self, state: State, watched: WatchedState) -> None:
        self._control = state.control
        self._watched = watched

    def commit(self, lease: Lease, commit: Commit) -> Lease:
        self._watched.told()
        return self._control.commit(lease, commit)

    def release(self, lease: Lease, release: Release) -> None:
        self._watched.before_release()
        self._control.release(lease, release)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._control, name)
