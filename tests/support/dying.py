"""A process that dies at one of the writes of its state: of an intent, a commit, a release."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nightshift_tools.embedded.database import Database
from support.faults import Killed


def dying(database: Database, place: int, *, after: bool) -> Callable[[], None]:
    """Let the process die at a transaction of its state, counted from 1; returns what takes that back."""
    write, count = database.write, 0

    class Dying:
        def __init__(self) -> None:
            self._inner = write()

        def __enter__(self) -> None:
            nonlocal count
            count += 1
            self._dies = count == place
            if self._dies and not after:
                raise Killed("before")
            self._inner.__enter__()

        def __exit__(self, *error: Any) -> Any:
            found = self._inner.__exit__(*error)
            if self._dies:
                raise Killed("after")
            return found

    database.write = Dying  # type: ignore[method-assign,assignment]

    def undo() -> None:
        database.write = write  # type: ignore[method-assign]

    return undo
