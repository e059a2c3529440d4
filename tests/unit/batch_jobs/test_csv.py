"""CSV files as people really have them: read row by row, and told off with line, column and reason."""

from __future__ import annotations

import csv
import io
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightshift.batch_jobs.csv import Columns, CsvFile, CsvRow, escaped, rows_as_csv, unescaped
from nightshift.batch_jobs.csv.lines import MAX_LINE, Lines
from nightshift.batch_jobs.errors import FileError
from nightshift.batch_jobs.model import RowError
from nightshift.errors import MissingFileError
from nightshift.files import FileStore
from nightshift_tools.local.files import FolderFiles

COLUMNS = Columns(
    names=("Product Handle", "Product Title", "Variant SKU"),
    series=("Image # Url", "Price $$$", "Option # Name"),
    required=("Product Handle",),
)


@pytest.fixture
def files(tmp_path: Path) -> FileStore:
    return FolderFiles(tmp_path)


def opened(files: FileStore, content: bytes, columns: Columns = COLUMNS) -> CsvFile:
    files.write("in/a.csv", [content], "text/csv")
    return CsvFile.open(files, "in/a.csv", columns, "product-import")


def rows(files: FileStore, content: bytes) -> list[CsvRow]:
    return list(opened(files, content).rows())


def cells(found: list[CsvRow]) -> list[list[str]]:
    return [list(row.cells) for row in found if row.error is None]


def errors_of(found: list[CsvRow]) -> list[RowError]:
    return [row.error for row in found if row.error is not None]


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["", "BOM"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("delimiter", [b",", b";", b"\t"])
def test_marks_ends_and_delimiters_that_people_have(
    files: FileStore, mark: bytes, end: bytes, delimiter: bytes
) -> None:
    lines = [b"Product Handle|Product Title", b'mug|"A ""big"" mug"', b"", b"t\xc3\xa4sse|Tasse"]
    content = mark + end.join(lines).replace(b"|", delimiter)
    assert cells(rows(files, content)) == [["mug", 'A "big" mug'], ["tässe", "Tasse"]]


def test_cells_may_have_the_delimiter_and_line_ends_and_rows_know_their_first_line(files: FileStore) -> None:
    found = rows(files, b'Product Handle;Product Title\nmug;"one;\r\ntwo\nthree"\ncup;Cup\n')
    assert cells(found) == [["mug", "one;\r\ntwo\nthree"], ["cup", "Cup"]]
    assert [row.line for row in found] == [2, 5]


def test_a_file_is_read_on_from_behind_any_row(files: FileStore) -> None:
    content = b'\xef\xbb\xbfProduct Handle;Product Title\na;"1\n2"\nb;\xc3\xbc\n\nc;3\nd;4'
    file = opened(files, content)
    whole = list(file.rows())
    for number, row in enumerate(whole):
        assert list(file.rows(row.place)) == whole[number + 1 :]
    assert whole[-1].place.offset == len(content)
    assert [row.place.row for row in whole] == [1, 2, 3, 4]


def test_names_of_columns_may_be_written_in_any_case(files: FileStore) -> None:
    file = opened(files, b"product handle;PRODUCT_TITLE; Variant sku ;image 12 url;price eur;Option 1 name\n")
    assert file.header.columns == (
        "Product Handle", "Product Title", "Variant SKU", "Image 12 Url", "Price EUR", "Option 1 Name",
    )  # fmt: skip


def test_everything_that_is_wrong_with_a_header_is_said_at_once(files: FileStore) -> None:
    with pytest.raises(FileError) as refusal:
        opened(files, b"Product Titel;Image 2 Ulr;Foo;Variant SKU;variant sku;Price Europe [EUR]\n")
    text = str(refusal.value)
    for part in (
        "column 1, 'Product Titel', is unknown (did you mean 'Product Title'?)",
        "column 2, 'Image 2 Ulr', is unknown (did you mean 'Image 2 Url'?)",
        "column 3, 'Foo', is unknown;",
        "column 5, 'variant sku', is there twice",
        "column 6, 'Price Europe [EUR]', is unknown",
        "'Product Handle' is missing",
        "`nightshift batch template product-import`",
    ):
        assert part in text


def test_one_of_a_group_of_columns_is_needed(files: FileStore) -> None:
    columns = Columns(names=("Id", "SKU", "Price"), one_of=(("Id", "SKU"),))
    with pytest.raises(FileError, match="one of 'Id' and 'SKU' is needed"):
        opened(files, b"Price\n1\n", columns)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"\n  \n", "is empty"),
        (b"PK\x03\x04" + b"\0" * 5000, "a ZIP archive"),
        (b"PK\x03\x04", "a ZIP archive"),
        (b"\x1f\x8b\x08\0", "compressed with gzip"),
        ("Product Handle\n".encode("utf-16"), "UTF-16"),
        (b"%PDF-1.7\n", "a PDF"),
        (b"Product\0Handle\n", "zero bytes"),
        (b"Product H\xe4ndle;Product Handle\n", "the header is not UTF-8"),
    ],
)
def test_what_is_no_csv_file_is_refused_with_what_it_is(
    files: FileStore, content: bytes, reason: str
) -> None:
    with pytest.raises(FileError, match=reason):
        opened(files, content)


def test_a_file_that_has_vanished_is_told(files: FileStore) -> None:
    file = opened(files, b"Product Handle\nmug\n")
    Path(files.link("in/a.csv").removeprefix("file://")).unlink()
    with pytest.raises(MissingFileError, match=r"in/a\.csv"):
        list(file.rows())


def test_a_line_of_200_megabytes_is_refused_before_it_is_read(files: FileStore) -> None:
    read = 0

    def chunks() -> Iterator[bytes]:
        nonlocal read
        yield b"Product Handle\n"
        for _ in range(200):
            read += 1
            yield b"x" * 1_000_000

    tracemalloc.start()
    with pytest.raises(FileError, match="line 2 has more than 1,048,576 bytes and no end"):
        for _ in Lines(chunks(), "a.csv"):
            pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert read <= 3
    assert peak < 8 * MAX_LINE


def test_a_long_line_is_refused_also_where_it_comes_at_once(files: FileStore) -> None:
    with pytest.raises(FileError, match="line 3 has more than"):
        rows(files, b"Product Handle\nmug\n" + b"y" * (MAX_LINE + 1) + b"\ncup\n")


def test_a_row_that_is_not_utf8_is_one_error_and_the_others_go_through(files: FileStore) -> None:
    found = rows(files, b"Product Handle;Product Title\na;A\nb;Caf\xe9\nc;Caf\xc3\xa9\n")
    assert cells(found) == [["a", "A"], ["c", "Café"]]
    (error,) = errors_of(found)
    assert (error.line, error.column, error.value) == (3, "Product Title", "Café")
    assert "not UTF-8" in error.reason


def test_a_row_of_another_width_is_one_error(files: FileStore) -> None:
    found = rows(files, b"Product Handle;Product Title\na;A\nb\nc;C;c\nd;D\n")
    assert cells(found) == [["a", "A"], ["d", "D"]]
    assert [(error.line, error.reason) for error in errors_of(found)] == [
        (3, "it has 1 cells, and the header has 2"),
        (4, "it has 3 cells, and the header has 2"),
    ]


def test_quotes_that_are_wrong_within_a_row_are_one_error(files: FileStore) -> None:
    found = rows(files, b'Product Handle;Product Title\na;"A" b\nc;C\n')
    assert cells(found) == [["c", "C"]]
    (error,) = errors_of(found)
    assert (error.line, error.column) == (2, "")


@pytest.mark.parametrize("rest", [b"", b"\n" + b"c;C\n" * 50_000], ids=["short", "long"])
def test_a_quote_that_is_never_closed_is_told_with_its_line(files: FileStore, rest: bytes) -> None:
    with pytest.raises(FileError, match="a quote in line 3 is not closed"):
        rows(files, b'Product Handle;Product Title\na;A\nb;"B' + rest)


def test_no_cell_that_is_written_is_run_by_a_spreadsheet() -> None:
    (content,) = rows_as_csv(["Title"], [["=1+1"], ["+x"], ["-20%"], ["@a"], ["\tb"], ["'=c"], ["fine"]])
    assert content == b"Title\r\n'=1+1\r\n'+x\r\n'-20%\r\n'@a\r\n'\tb\r\n''=c\r\nfine\r\n"


@given(st.text(alphabet=st.sampled_from("'=+-@\t\r\nab ;\"")))
def test_what_is_escaped_comes_back_as_it_was(text: str) -> None:
    assert unescaped(escaped(text)) == text


_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)


@given(st.lists(st.tuples(_TEXT, _TEXT), max_size=8))
def test_what_is_written_is_read_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, table: list[tuple[str, str]]
) -> None:
    files = FolderFiles(tmp_path_factory.mktemp("files"))
    files.write("in/a.csv", rows_as_csv(["Product Handle", "Product Title"], table), "text/csv")
    file = CsvFile.open(files, "in/a.csv", COLUMNS, "product-import")
    assert [tuple(map(unescaped, row.cells)) for row in file.rows()] == table


def test_pieces_of_any_size_make_the_same_rows(files: FileStore) -> None:
    content = b'\xef\xbb\xbfa;b\r\n"1\r\n2";\xc3\xa4\r\n' * 3
    for size in (1, 2, 3, 7, 1000):
        pieces = [content[start : start + size] for start in range(0, len(content), size)]
        lines = Lines(pieces, "a.csv")
        assert list(csv.reader(iter(lines), delimiter=";")) == list(
            csv.reader(io.StringIO(content[3:].decode(), newline=""), delimiter=";")
        )
        assert lines.offset == len(content)


def test_a_file_of_many_rows_takes_no_more_memory_than_one_of_few(files: FileStore) -> None:
    line = b"mug;A mug with a title of some length\n"
    files.write("in/a.csv", [b"Product Handle;Product Title\n", *[line * 1000] * 30], "text/csv")
    file = CsvFile.open(files, "in/a.csv", COLUMNS, "product-import")
    tracemalloc.start()
    assert sum(row.error is None for row in file.rows()) == 30_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4_000_000
