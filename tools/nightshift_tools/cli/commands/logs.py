"""`nightshift logs`: what runs have said."""

from __future__ import annotations

from collections import deque
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from nightshift_tools.cli import options
from nightshift_tools.cli.aws import with_aws

if TYPE_CHECKING:
    from nightshift.logs.records import LogRecord


class LevelName(StrEnum):
    """As on the command line; the log's own levels are numbers."""

    debug = "debug"
    info = "info"
    warning = "warning"
    error = "error"


@with_aws
def logs(
    level: Annotated[LevelName, typer.Option("--level", help="This level and above.")] = LevelName.info,
    since: Annotated[
        str, typer.Option("--since", metavar="TIME", help="30m, 2h, 7d, or an instant in UTC.")
    ] = "24h",
    job: options.JobOption = None,
    run: Annotated[str | None, typer.Option("--run", metavar="RUN", help="Of this run only.")] = None,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="The last so many.")] = 200,
    as_json: options.Json = False,
) -> None:
    """Show log records, oldest first."""
    from nightshift_tools.cli.documents import log_document
    from nightshift_tools.cli.loglines import print_log
    from nightshift_tools.cli.output import print_json, print_note

    found = _find(level, since, job, run)
    last = deque(found, limit)
    if as_json:
        print_json([log_document(record) for record in last])
        return
    print_log(last, with_run=run is None)
    if len(found) > limit:
        print_note(f"the last {limit} of {len(found)}; --limit shows more")
    elif not found:
        print_note("no such log records")


def _find(level: LevelName, since: str, job: str | None, run: str | None) -> list[LogRecord]:
    from nightshift.logs.records import Level
    from nightshift_tools.cli.session import all_keys, open_local
    from nightshift_tools.cli.texts import parse_since
    from nightshift_tools.local.history import find_runs, log_of, log_since

    least = Level[level.upper()]
    with open_local() as local:
        now = local.clock.now()
        keys = all_keys(local.manifest, job)
        if run is not None:
            records = find_runs(local, keys, run, now)
            found = [item for record in records for item in log_of(local, record, now)]
            found = [item for item in found if item.level >= least]
        else:
            start = parse_since(since, now)
            found = [item for key in keys for item in log_since(local, key, start, least, now)]
    return sorted(found, key=lambda item: (item.at, item.run, item.sequence))
