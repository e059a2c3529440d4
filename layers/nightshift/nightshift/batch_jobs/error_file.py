"""The error file of a batch job: one line for each row that failed, to be read beside the file itself."""

from __future__ import annotations

from collections.abc import Iterable

from nightshift.batch_jobs.csv.writer import rows_as_csv
from nightshift.batch_jobs.model import RowError
from nightshift.batch_jobs.work import Work

HEADER = ("Line", "Column", "Value", "Reason")
CSV = "text/csv; charset=utf-8"


def write_error_file(work: Work, errors: Iterable[RowError]) -> str:
    """Write the errors, in the order of lines, and return the file's key."""
    # At most some ten thousand, of two phases: each is in order by itself.
    ordered = sorted(errors, key=lambda error: (error.line, error.column))
    rows = ((str(error.line), error.column, error.value, error.reason) for error in ordered)
    return work.files.write(work.name("errors.csv"), rows_as_csv(HEADER, rows), CSV).name
