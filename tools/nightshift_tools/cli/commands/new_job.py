"""`nightshift new-job`: a job that runs at once, to be made one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from nightshift_tools.cli import options

if TYPE_CHECKING:
    from nightshift_tools.manifest.values import Plain


def new_job(
    name: Annotated[str, typer.Argument(metavar="NAME", help="In kebab-case, as in greet-customers.")],
    kind: Annotated[
        str, typer.Option("--kind", metavar="KIND", help="list (what is due) or scan (what has changed).")
    ] = "list",
    description: Annotated[
        str, typer.Option("--description", metavar="TEXT", help="What it does, in one line.")
    ] = "",
    cron: Annotated[str | None, typer.Option("--cron", metavar="EXPR", help="Unix cron; or @daily.")] = None,
    every_minutes: Annotated[
        int | None, typer.Option("--every-minutes", metavar="N", help="At equal distances from midnight.")
    ] = None,
    hourly: Annotated[
        int | None, typer.Option("--hourly", metavar="MINUTE", help="Once an hour, at this minute.")
    ] = None,
    daily: Annotated[str | None, typer.Option("--daily", metavar="HH:MM", help="Once a day.")] = None,
    timezone: Annotated[
        str | None, typer.Option("--timezone", metavar="ZONE", help="As in Europe/Berlin.")
    ] = None,
    batch_size: Annotated[
        int, typer.Option("--batch-size", metavar="N", min=1, help="Records in one batch.")
    ] = 50,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing; list the files.")] = False,
    as_json: options.Json = False,
) -> None:
    """Write a new job, with its test and its page.

    It runs at once, and is yours to change. Of kind `list` it works off what is due: each day that is over is
    told in its log. Of kind `scan` it copies what has changed: products of the catalogue, into Medusa.
    """
    import os
    from pathlib import Path

    from nightshift.errors import ConfigurationError
    from nightshift_tools.cli.output import print_json
    from nightshift_tools.local import Project
    from nightshift_tools.newjob import Kind, NewJob, make, planned

    if kind not in tuple(Kind):
        raise ConfigurationError(f"--kind {kind!r}: write {' or '.join(Kind)}")
    given: dict[str, Plain | None] = {
        "cron": cron,
        "every_minutes": every_minutes,
        "hourly": hourly,
        "daily": daily,
    }
    job = NewJob(name, Kind(kind), description, _schedule(given, timezone), batch_size)
    root, environment = Project.find(Path.cwd(), os.environ).root, dict(os.environ)
    found = planned(root, job, environment)
    files = [*found.files, "schedules.yaml"] if dry_run else make(found, environment)
    if as_json:
        print_json({"job": name, "written": not dry_run, "files": files})
    else:
        _tell(name, files, test=f"tests/functional/{job.package}", dry_run=dry_run)


def _schedule(given: dict[str, Plain | None], timezone: str | None) -> dict[str, Plain]:
    from nightshift.errors import ConfigurationError

    forms: dict[str, Plain] = {name: value for name, value in given.items() if value is not None}
    if len(forms) > 1:
        named = " and ".join(f"--{name.replace('_', '-')}" for name in forms)
        raise ConfigurationError(f"{named}: say once when it is to run; `nightshift schedule add` adds more")
    if timezone is None:
        return forms
    if not forms:
        raise ConfigurationError("--timezone is of a time: say when it is to run, as in --daily 02:00")
    return {**forms, "timezone": timezone}


def _tell(name: str, files: list[str], *, test: str, dry_run: bool) -> None:
    from nightshift_tools.cli.output import print_line, print_note

    print_line(f"{'would write' if dry_run else 'written'}:")
    for file in files:
        print_line(f"  {file}")
    if dry_run:
        print_note("and what `nightshift generate` makes of schedules.yaml; nothing was written")
        return
    print_note(f"run it:      nightshift run {name} --dry-run, then without")
    print_note(f"test it:     python -m pytest {test}")
    print_note(f"what it is:  docs/jobs/{name}.md; how to make it yours: docs/writing-a-job.md")
