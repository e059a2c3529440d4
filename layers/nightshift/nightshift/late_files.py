"""Files that cost nothing until one is touched: not even the import of their package."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nightshift.files import FileStore, StoredFile


class LateFiles:
    """The `FileStore` that `opening` gives, opened with the first use."""

    def __init__(self, opening: Callable[[], FileStore]) -> None:
        self._open = opening

    @cached_property
    def _files(self) -> FileStore:
        return self._open()

    def read(self, name: str, start: int = 0) -> Iterator[bytes]:
        return self._files.read(name, start)

    def write(self, name: str, chunks: Iterable[bytes], media_type: str) -> StoredFile:
        return self._files.write(name, chunks, media_type)

    def find(self, prefix: str) -> Iterator[StoredFile]:
        return self._files.find(prefix)

    def link(self, name: str) -> str:
        return self._files.link(name)
