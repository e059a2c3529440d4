"""Writing CSV in pieces: `;` between cells and CRLF behind rows, as Medusa's own exports have it.

A cell that a spreadsheet would take for a formula is given an apostrophe, which reading takes away again;
one that has such an apostrophe already is given another. So both ways together change nothing.
Source: OWASP, "CSV Injection".
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence

DELIMITER = ";"
_PIECE = 256 * 1024
_FORMULA = re.compile(r"'*[=+\-@\t\r]")


def escaped(text: str) -> str:
    """A text that no spreadsheet runs."""
    return f"'{text}" if _FORMULA.match(text) else text


def unescaped(text: str) -> str:
    """The text behind what `escaped` gives."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def rows_as_csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """A CSV file in pieces, each cell as it is safe to open."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=DELIMITER, lineterminator="\r\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow(map(escaped, row))
        if buffer.tell() >= _PIECE:
            yield _taken(buffer)
    yield _taken(buffer)


def _taken(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode("utf-8", "backslashreplace")
