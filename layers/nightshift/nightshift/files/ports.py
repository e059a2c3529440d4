"""What a job needs of a place for files. S3 serves it on AWS, a folder on a laptop."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from nightshift.files.model import StoredFile, UploadForm


class FileStore(Protocol):
    """Files by name, read and written in pieces, so that one of any size takes no more memory than another.

    ConfigurationError where the place is missing or may not be reached; TryLaterError where that passes.
    """

    def read(self, name: str, start: int = 0) -> Iterator[bytes]:
        """The file's content in pieces from a byte on, as it stood when the first was asked for;
        MissingFileError where there is none."""
        ...

    def write(self, name: str, chunks: Iterable[bytes], media_type: str) -> StoredFile:
        """Write a file whole, in place of one that has the name. It appears when its last piece is there:
        what goes wrong before, also in `chunks`, leaves everything as it was."""
        ...

    def find(self, prefix: str) -> Iterator[StoredFile]:
        """The files whose name begins so, ordered by name."""
        ...

    def link(self, name: str) -> str:
        """Where a person finds a file of that name, whether or not it is there yet. It does not expire."""
        ...


class FileExchange(Protocol):
    """Files that people bring and take without rights of their own, for some seconds, by our leave."""

    def upload_form(self, name: str, media_type: str, most_bytes: int, seconds: int) -> UploadForm:
        """The form that lets its holder upload this one file, no larger than that."""
        ...

    def download_link(self, name: str, seconds: int) -> str:
        """The address that lets its holder download this one file."""
        ...
