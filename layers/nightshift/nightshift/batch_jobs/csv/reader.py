"""Reading a CSV file row by row, from any place on, each row with where it stands."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nightshift.batch_jobs.csv.columns import Columns, Header
from nightshift.batch_jobs.csv.lines import Lines
from nightshift.batch_jobs.errors import FileError
from nightshift.batch_jobs.model import RowError
from nightshift.files import FileStore

_DELIMITERS = (";", ",", "\t")
_SHOWN = 60
_UNCLOSED = ("field larger than field limit", "unexpected end of data")


@dataclass(frozen=True, slots=True)
class CsvPlace:
    """Behind a row: the byte, the line and the row to go on from."""

    offset: int = 0
    line: int = 0
    row: int = 0


@dataclass(frozen=True, slots=True)
class CsvRow:
    """One row: its first line, its cells in the header's order, and the place behind it.

    `error` says why it could not be read; it then has no cells.
    """

    line: int
    cells: Sequence[str]
    place: CsvPlace
    error: RowError | None = None


class CsvFile:
    """A CSV file whose header is known. FileError where it cannot be read as one."""

    def __init__(self, files: FileStore, name: str, header: Header, begin: CsvPlace) -> None:
        self.header = header
        self.begin = begin
        self._files = files
        self._name = name

    @classmethod
    def open(cls, files: FileStore, name: str, columns: Columns, batch_type: str) -> CsvFile:
        """Read the header of a file; of the delimiters that it may have, the one that most columns follow."""
        lines = Lines(files.read(name), name)
        text = next((line for line in lines if line.strip()), "")
        if not text:
            raise FileError(f"{name} is empty: it has not even a header")
        if lines.is_broken:
            raise FileError(f"{name}: the header is not UTF-8; save the file as UTF-8")
        candidates = [(delimiter, _split(text, delimiter)) for delimiter in _DELIMITERS]
        delimiter, cells = max(candidates, key=lambda found: (_known(found[1], columns), len(found[1])))
        header = Header.read(cells, delimiter, columns, name, batch_type)
        return cls(files, name, header, CsvPlace(lines.offset, lines.number, 0))

    def rows(self, place: CsvPlace | None = None) -> Iterator[CsvRow]:
        """The rows behind a place, or all. One that cannot be read has its error, and the rest goes on."""
        begin = place or self.begin
        lines = Lines(
            self._files.read(self._name, begin.offset), self._name, offset=begin.offset, number=begin.line
        )
        reader = csv.reader(iter(lines), delimiter=self.header.delimiter, strict=True)
        row = begin.row
        while True:
            first = lines.number + 1
            problem: RowError | None
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                if str(error).startswith(_UNCLOSED):
                    raise FileError(
                        f"{self._name}: a quote in line {first} is not closed; within a text, quotes are "
                        "doubled"
                    ) from None
                cells, problem = [], RowError(first, "", "", f"it is no row of a CSV file: {error}")
            else:
                if not cells:
                    continue
                problem = self._problem(first, cells, is_broken=lines.is_broken)
            row += 1
            lines.is_broken = False
            place = CsvPlace(lines.offset, lines.number, row)
            yield CsvRow(first, cells if problem is None else (), place, problem)

    def _problem(self, line: int, cells: Sequence[str], *, is_broken: bool) -> RowError | None:
        width = len(self.header.columns)
        if len(cells) != width:
            reason = f"it has {len(cells)} cells, and the header has {width}"
            return RowError(line, "", self.header.delimiter.join(cells)[:_SHOWN], reason)
        return self._not_utf8(line, cells) if is_broken else None

    def _not_utf8(self, line: int, cells: Sequence[str]) -> RowError:
        for column, cell in zip(self.header.columns, cells, strict=True):
            raw = cell.encode("utf-8", "surrogateescape")
            try:
                raw.decode()
            except UnicodeDecodeError:
                seen = raw.decode("cp1252", "replace")[:_SHOWN]
                reason = "it is not UTF-8; as Windows-1252 it would be what is shown. Save the file as UTF-8"
                return RowError(line, column, seen, reason)
        raise AssertionError("unreachable: a broken line has a broken cell")


def _split(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter))
    except csv.Error:
        return [line]


def _known(cells: Sequence[str], columns: Columns) -> int:
    return sum(columns.find(cell) is not None for cell in cells)
