"""The files that are imported: read as text, and nothing in them is run."""

from __future__ import annotations

from pathlib import Path

from nightshift_tools.importers.errors import ImportFileError

MAX_SIZE = 500_000
"""Bytes; nobody writes longer ones by hand."""


def read_text(path: Path) -> str:
    """The text of a file, its lines ended by line feeds. ImportFileError where it cannot be read."""
    try:
        if path.stat().st_size > MAX_SIZE:
            raise ImportFileError(path.name, 1, f"it has more than {MAX_SIZE} bytes; give the one file")
        data = path.read_bytes()
    except OSError as error:
        raise ImportFileError(path.name, 1, f"it cannot be read ({error.strerror}); name another") from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ImportFileError(path.name, line, "this is not UTF-8; save the file as UTF-8") from error
    return text.replace("\r\n", "\n")
