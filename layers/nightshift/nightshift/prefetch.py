"""Reading ahead: the next pages are fetched while the target works."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator
from queue import SimpleQueue
from typing import Generic, TypeVar

T = TypeVar("T")

_LEAVE_SECONDS = 0.1
"""How long a consumer that stops early waits for the thread: enough where it idles, not for a request."""


class _End:
    """What comes behind the last item."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error


def prefetch(source: Iterator[T], ahead: int = 2) -> Generator[T, None, None]:
    """The items of `source`, fetched by one thread that is at most `ahead` items ahead of the consumer.

    An error of the source is raised after the items before it. The thread begins with the first item asked
    for, and ends with the source or when the consumer stops, fails or closes this generator; a request it is
    in the middle of is left to end by its own time limit, and its result is dropped. Nothing depends on time
    passing, so a process that is frozen between two items goes on where it stood.
    """
    reader = _Reader(source, ahead)
    thread = threading.Thread(target=reader.read, name="prefetch", daemon=True)
    thread.start()
    try:
        while not isinstance(item := reader.take(), _End):
            yield item
        if item.error is not None:
            raise item.error
    finally:
        reader.stop()
        thread.join(_LEAVE_SECONDS)


class _Reader(Generic[T]):
    """What the two threads share. A slot is taken before an item is fetched and given back when it is taken
    over, so that `ahead` bounds what is fetched and what is being fetched."""

    def __init__(self, source: Iterator[T], ahead: int) -> None:
        self._source = source
        self._slots = threading.Semaphore(ahead)
        self._items: SimpleQueue[T | _End] = SimpleQueue()
        self._stopped = False

    def read(self) -> None:
        """The thread's work."""
        error: BaseException | None = None
        try:
            while self._may_fetch():
                self._items.put(next(self._source))
        except StopIteration:
            pass
        except BaseException as raised:
            error = raised
        finally:
            if isinstance(self._source, Generator):
                self._source.close()
            self._items.put(_End(error))

    def take(self) -> T | _End:
        item = self._items.get()
        self._slots.release()
        return item

    def stop(self) -> None:
        self._stopped = True
        self._slots.release()

    def _may_fetch(self) -> bool:
        self._slots.acquire()
        return not self._stopped
