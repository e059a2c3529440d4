"""The files as one run has them: it keeps to its deadline, and a dry run writes none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from nightshift.errors import DeadlineError
from nightshift.files.model import StoredFile, check_name
from nightshift.files.ports import FileStore


class Files:
    """A FileStore over another. DeadlineError where a piece would be read or written after the run's time.

    In a dry run, what would be written is read to its end and counted, so that its errors show; `planned` is
    told of it.
    """

    def __init__(
        self,
        store: FileStore,
        remaining: Callable[[], float],
        planned: Callable[[str, str], None] | None,
    ) -> None:
        self._store = store
        self._remaining = remaining
        self._planned = planned

    def read(self, name: str, start: int = 0) -> Iterator[bytes]:
        return self._in_time(self._store.read(name, start))

    def write(self, name: str, chunks: Iterable[bytes], media_type: str) -> StoredFile:
        if self._planned is None:
            return self._store.write(name, self._in_time(chunks), media_type)
        size = sum(len(chunk) for chunk in self._in_time(chunks))
        self._planned("written", check_name(name))
        return StoredFile(name, size, self._store.link(name))

    def find(self, prefix: str) -> Iterator[StoredFile]:
        return self._store.find(prefix)

    def link(self, name: str) -> str:
        return self._store.link(name)

    def _in_time(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            if self._remaining() <= 0:
                raise DeadlineError("no time is left for the rest of a file")
            yield chunk
