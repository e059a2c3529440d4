"""Files on a laptop: a folder, which is what the bucket is on AWS."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from nightshift.errors import ConfigurationError, MissingFileError
from nightshift.files import FileStore, StoredFile, check_name

PIECE = 1024 * 1024


def open_files(folder: Path, environment: Mapping[str, str]) -> FileStore:
    """The bucket that `FILES_BUCKET` names, at boto3's endpoint; else the folder."""
    if environment.get("FILES_BUCKET"):
        from nightshift.runtime import bucket_files  # AWS's clients take as long to import as all else

        bucket = bucket_files(environment)
        assert bucket is not None
        return bucket
    return FolderFiles(folder)


class FolderFiles:
    """A file per name in a folder, made with the first. One whose name begins with a dot is not yet whole."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, name: str, start: int = 0) -> Iterator[bytes]:
        path = self._path(name)
        with self._telling("read", name):
            try:
                file = path.open("rb")
            except (FileNotFoundError, IsADirectoryError):
                raise MissingFileError(f"there is no file {name} in {self._folder}") from None
        with file:
            file.seek(start)
            while chunk := file.read(PIECE):
                yield chunk

    def write(self, name: str, chunks: Iterable[bytes], media_type: str) -> StoredFile:
        path = self._path(name)
        with self._telling("written", name):
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, begun = tempfile.mkstemp(dir=path.parent, prefix=".")
        try:
            size = 0
            with os.fdopen(handle, "wb") as file:
                for chunk in chunks:
                    with self._telling("written", name):
                        size += file.write(chunk)
            with self._telling("written", name):
                Path(begun).replace(path)
        except BaseException:
            Path(begun).unlink(missing_ok=True)
            raise
        return StoredFile(name, size, self.link(name))

    def find(self, prefix: str) -> Iterator[StoredFile]:
        names = (
            path.relative_to(self._folder).as_posix() for path in self._folder.rglob("*") if path.is_file()
        )
        for name in sorted(names):
            if name.startswith(prefix) and not name.rpartition("/")[2].startswith("."):
                yield StoredFile(name, self._path(name).stat().st_size, self.link(name))

    def link(self, name: str) -> str:
        return self._path(name).absolute().as_uri()

    def _path(self, name: str) -> Path:
        return self._folder / check_name(name)

    @contextmanager
    def _telling(self, what: str, name: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise ConfigurationError(
                f"the file {name} cannot be {what} in {self._folder}: {error.strerror}"
            ) from None
