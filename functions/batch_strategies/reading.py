"""Rows of a file in batches, each with the place behind it: what both imports have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from nightshift.batch_jobs import FileError, RowError
from nightshift.batch_jobs.csv import Columns, CsvFile, CsvPlace, CsvRow, Header
from nightshift.batch_jobs.model import Place
from nightshift.batch_jobs.work import Work

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class RowBatch(Generic[R]):
    """Rows that were read, what is wrong with the others, and the place behind the last one of both."""

    rows: Sequence[R]
    errors: Sequence[RowError]
    bad_rows: int
    place: Place


def batches(
    work: Work,
    columns: Columns,
    reader: Callable[[Header], Callable[[CsvRow], R | list[RowError]]],
    same: Callable[[R, R], bool] = lambda one, other: False,
    *,
    behind: Place,
) -> Iterator[RowBatch[R]]:
    """The rows of `context.file_key` behind a place, a batch at a time.

    Rows that are the `same` stay together, up to twice a batch's size.
    """
    file = CsvFile.open(work.files, str(work.context["file_key"]), columns, work.type)
    read = reader(file.header)
    rows: list[R] = []
    errors: list[RowError] = []
    bad = 0
    last = _place_in(behind) or file.begin
    begin = last.row
    for row in file.rows(last):
        found = read(row)
        size = last.row - begin
        if size >= 2 * work.batch_size or (
            size >= work.batch_size and not (rows and not isinstance(found, list) and same(rows[-1], found))
        ):
            yield RowBatch(rows, errors, bad, _as_place(last))
            rows, errors, bad, begin = [], [], 0, last.row
        if isinstance(found, list):
            errors += found
            bad += 1
        else:
            rows.append(found)
        last = row.place
    if last.row > begin:
        yield RowBatch(rows, errors, bad, _as_place(last))


def check_rows(work: Work, rows: int) -> None:
    """FileError where a file has not as many rows as were checked."""
    if rows != work.result.count:
        raise FileError(
            f"{work.context['file_key']} has {rows:,} rows, and had {work.result.count:,} when it was "
            "checked: it was replaced; create a batch job for the new file"
        )


def _as_place(place: CsvPlace) -> dict[str, str | int | bool | None]:
    return {"offset": place.offset, "line": place.line, "row": place.row}


def _place_in(place: Place) -> CsvPlace | None:
    if "offset" not in place:
        return None
    numbers = [place[name] for name in ("offset", "line", "row")]
    return CsvPlace(*(int(number or 0) for number in numbers))
