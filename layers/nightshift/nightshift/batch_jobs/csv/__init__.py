"""CSV files of any size in flat memory: RFC 4180, a byte-order mark or none, `,` `;` or tabs between."""

from nightshift.batch_jobs.csv.columns import Columns, Header
from nightshift.batch_jobs.csv.reader import CsvFile, CsvPlace, CsvRow
from nightshift.batch_jobs.csv.writer import escaped, rows_as_csv, unescaped

__all__ = ["Columns", "CsvFile", "CsvPlace", "CsvRow", "Header", "escaped", "rows_as_csv", "unescaped"]
