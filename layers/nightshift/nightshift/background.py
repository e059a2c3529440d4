"""Work beside the main thread: requests that are waited for only where their answers are needed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Pending(Generic[T]):
    """Work that was begun, and what becomes of it."""

    def __init__(self, work: Callable[[], T]) -> None:
        self._work: Callable[[], T] | None = work
        self._value: T
        self._error: BaseException | None = None
        self._at_work = threading.Lock()
        self._at_work.acquire()

    @property
    def has_ended(self) -> bool:
        """`result` would not wait."""
        return not self._at_work.locked()

    def wait(self) -> None:
        """Until the end, however it ends."""
        with self._at_work:
            pass

    def result(self) -> T:
        """Wait for the end: what the work returned, or what it raised, as often as it is asked."""
        self.wait()
        if self._error is not None:
            raise self._error
        return self._value

    def run(self, ended_by: BaseException | None) -> BaseException | None:
        """For the thread that was given it: do the work, or nothing, if that thread was ended before. What
        ends a thread, as an exit does and no mere error, is returned."""
        work, self._work = self._work, None  # it may hold the object whose end this thread waits for
        assert work is not None
        try:
            if ended_by is not None:
                raise ended_by
            self._value = work()
        except BaseException as error:
            self._error = error
        finally:
            self._at_work.release()
        return None if isinstance(self._error, Exception) else self._error


class Background:
    """A thread that does one thing after the other. It begins with the first, ends with this object, and does
    not keep the process from ending."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._tasks: SimpleQueue[Pending[Any] | None] | None = None

    def begin(self, work: Callable[[], T]) -> Pending[T]:
        """Have this done once what was begun before is."""
        if self._tasks is None:
            self._tasks = SimpleQueue()
            threading.Thread(target=_do, args=(self._tasks,), name=self._name, daemon=True).start()
        pending = Pending(work)
        self._tasks.put(pending)
        return pending

    def __del__(self) -> None:
        if self._tasks is not None:
            self._tasks.put(None)


def _do(tasks: SimpleQueue[Pending[Any] | None]) -> None:
    ended_by: BaseException | None = None
    while (task := tasks.get()) is not None:
        ended_by = task.run(ended_by)
