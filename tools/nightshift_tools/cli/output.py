"""How things are printed: aligned, with few colours, and whole when piped."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

PIPED_WIDTH = 10_000
"""Nothing is folded or cut where a program reads."""

_STYLES = {
    "succeeded": "green",
    "running": "cyan",
    "incomplete": "yellow",
    "interrupted": "yellow",
    "paused": "yellow",
    "disabled": "yellow",
    "failed": "red",
    "completed": "green",
    "processing": "cyan",
    "pre_processed": "yellow",
    "canceled": "yellow",
    "WARNING": "yellow",
    "ERROR": "red",
}


def plain(text: object) -> str:
    """Text that came from outside, safe for a terminal: one line, no control characters, valid Unicode."""
    return "".join(
        char if char.isprintable() else " " if char.isspace() else ascii(char)[1:-1] for char in str(text)
    )


def print_line(text: str = "") -> None:
    """One line of our own on stdout; what is in it from outside went through `plain`."""
    typer.echo(text)


def print_note(text: str) -> None:
    """One line beside the result, on stderr."""
    typer.echo(text, err=True)


def print_error(text: str) -> None:
    """What went wrong, on stderr; a message may have several lines."""
    lines = [plain(line) for line in text.splitlines()]
    console(err=True).print(_error_line(lines[0] if lines else "error"), soft_wrap=True)
    for line in lines[1:]:
        print_note(line)


def print_json(document: object, *, indent: int | None = 2) -> None:
    """One JSON document on stdout. A lone surrogate is spelled out, as JSON may."""
    text = json.dumps(document, indent=indent, ensure_ascii=False)
    typer.echo(text.encode("utf-8", "backslashreplace").decode())


def print_table(headers: Sequence[str], rows: Iterable[Sequence[str]], *, right: Sequence[str] = ()) -> None:
    """Rows under headers, those in `right` aligned to the right; the last column takes what room is left."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for header in headers:
        is_last = header == headers[-1]
        table.add_column(
            header, justify="right" if header in right else "left", no_wrap=not is_last, overflow="fold"
        )
    for row in rows:
        table.add_row(*(styled(cell) for cell in row))
    _print_trimmed(table)


def print_fields(fields: Iterable[tuple[str, str]]) -> None:
    """Names and values below each other."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in fields:
        table.add_row(name, styled(value))
    _print_trimmed(table)


def styled(word: str) -> Text:
    """A word in its colour, where it has one."""
    from rich.text import Text

    return Text(plain(word), _STYLES.get(word, ""))


def console(*, err: bool = False) -> Console:
    """Rich's console over the stream as it now is; it honours NO_COLOR."""
    from rich.console import Console

    stream = sys.stderr if err else sys.stdout
    width = None if stream.isatty() else PIPED_WIDTH
    return Console(file=stream, width=width, markup=False, highlight=False, emoji=False)


def _print_trimmed(table: Table) -> None:
    """A table without the blanks that fill its last column: they would break lines in narrow windows."""
    out = console()
    with out.capture() as captured:
        out.print(table)
    typer.echo("\n".join(line.rstrip() for line in captured.get().splitlines()))


def _error_line(text: str) -> Text:
    from rich.text import Text

    return Text.assemble(("error: ", "red"), text)
