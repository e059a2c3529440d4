"""Log records as lines."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from nightshift_tools.cli import texts
from nightshift_tools.cli.output import console, plain, styled

if TYPE_CHECKING:
    from nightshift.logs.records import LogRecord


def print_log(records: Iterable[LogRecord], *, with_run: bool) -> None:
    """One line a record; the stack of an exception below it, indented."""
    from rich.text import Text

    out = console()
    for record in records:
        line = Text.assemble(
            (f"{texts.moment(record.at)}  ", "dim"),
            styled(record.level.name),
            " " * (9 - len(record.level.name)),
        )
        if with_run:
            line.append(f"{record.key}  {record.run[-8:]}  ", "dim")
        line.append(plain(_message(record)))
        out.print(line, soft_wrap=True)
        for stacked in (record.error_stack or "").rstrip().splitlines():
            out.print(Text(f"    {plain(stacked)}", "dim"), soft_wrap=True)


def _message(record: LogRecord) -> str:
    details = [
        f"record {record.record}" if record.record is not None else "",
        f"status {record.status}" if record.status is not None else "",
    ]
    known = ", ".join(detail for detail in details if detail)
    return f"{record.message} ({known})" if known else record.message
