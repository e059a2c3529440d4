"""CSV files of a product import, as pre-processing reads them: every row parsed and validated, nothing sent.

The whole process, interpreter and libraries included; what grows after the first twentieth of the rows would
grow with the file. A row has 18 cells, half of them filled: a variant of a product with its texts, options,
prices and an image."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from batch_strategies.product_columns import COLUMNS, RowReader
from batch_strategies.reading import batches
from bench.markdown import table
from bench.measuring import BrokenRunError, Measured, measure, peak_memory, report, run
from nightshift_tools.local.files import FolderFiles

NAME = "in/bench/products.csv"
BAD_EVERY = 10_000
_HEADER = (
    "Product Id;Product Handle;Product Title;Product Subtitle;Product Description;Product Status;"
    "Product Weight;Variant Id;Variant Title;Variant SKU;Variant Barcode;Option 1 Name;Option 1 Value;"
    "Price EUR;Price USD;Image 1 Url;Image 2 Url;Product Discountable\r\n"
)
_AT_ONCE = 10_000


def read(rows: int, tell: Callable[[str], None]) -> Measured:
    """Parse and validate a file of so many rows, in a process of its own."""
    tell(f"csv: {rows:,} rows")
    with tempfile.TemporaryDirectory() as folder:
        FolderFiles(Path(folder)).write(NAME, _content(rows), "text/csv")
        found = run("bench.csv_rows", [str(rows)], {"BENCH_FILES": folder})
    expected = {"rows": rows, "bad_rows": rows // BAD_EVERY}
    if {name: found.said[name] for name in expected} != expected:
        raise BrokenRunError(f"the rows that were read are not those of the file: {found.said}")
    return found


def section(rows: int, found: Measured) -> str:
    """The part of the results page."""
    growth = (found.peak - found.said["early_peak"]) / 1024
    row = [
        f"{rows:,}",
        f"{rows / found.wall:,.0f}",
        f"{rows / found.cpu:,.0f}",
        f"{found.said['bytes'] / found.wall / 1e6:.0f}",
        f"{found.peak / 1024:.1f}",
        f"{growth:.1f}",
        f"{found.wall:.0f}",
    ]
    head = [
        "rows",
        "rows a second",
        "rows a processor second",
        "MB a second",
        "peak MiB",
        "of it after 5 %, MiB",
        "seconds",
    ]
    return f"{__doc__}\n\n{table(head, [row], texts=0)}\n"


def _content(rows: int) -> Iterator[bytes]:
    """One product with two variants after the other; one row in ten thousand has a price that is none."""
    yield _HEADER.encode()
    for start in range(0, rows, _AT_ONCE):
        lines = []
        for n in range(start, min(rows, start + _AT_ONCE)):
            price = "9,90" if n % BAD_EVERY == BAD_EVERY - 1 else f"{n % 500}.90"
            lines.append(
                f';product-{n // 2};"Mug ""No. {n // 2}""";;"Holds tea; and milk.\r\nDishwasher safe";'
                f"published;400;;Size {n % 2};SKU-{n};{n:013d};Size;{'SL'[n % 2]};{price};12.5;"
                f"https://shop.example/{n}.webp;;\r\n"
            )
        yield "".join(lines).encode()


def _work(rows: int, folder: str) -> dict[str, int]:
    files = FolderFiles(Path(folder))
    work = cast(
        Any,
        SimpleNamespace(files=files, context={"file_key": NAME}, type="product-import", batch_size=1000),
    )
    seen = bad = early = 0
    for batch in batches(work, COLUMNS, lambda header: RowReader(header).read, behind={}):
        seen, bad = int(batch.place["row"] or 0), bad + batch.bad_rows
        if not early and seen >= rows // 20:
            early = peak_memory()
    (stored,) = files.find(NAME)
    return {"rows": seen, "bad_rows": bad, "early_peak": early, "bytes": stored.bytes}


if __name__ == "__main__":
    count, place = int(sys.argv[1]), os.environ["BENCH_FILES"]
    report(measure(lambda: _work(count, place)))
