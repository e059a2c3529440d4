"""`nightshift import`: schedules of other schedulers, as entries of the manifest."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nightshift_tools.importers.jobs import ImportedJob
    from nightshift_tools.importers.model import Findings

app = typer.Typer(
    help="Bring schedules from elsewhere into the manifest; nothing is run.", no_args_is_help=True
)

_File = Annotated[Path, typer.Argument(metavar="FILE", help="The file that is read, as text.")]
_Files = Annotated[list[Path], typer.Argument(metavar="FILE...", help="The files that are read, as text.")]
_Zone = Annotated[
    str | None, typer.Option("--timezone", metavar="ZONE", help="The zone of schedules that say none.")
]
_Write = Annotated[bool, typer.Option("--write", help="Put them into schedules.yaml; else they are printed.")]


@app.command()
def medusa(files: _Files, timezone: _Zone = None, write: _Write = False) -> None:
    """Scheduled jobs of Medusa: src/jobs/*.ts."""
    from nightshift_tools.importers.medusa import read

    _import(files, read, timezone, write)


@app.command()
def apex(file: _File, timezone: _Zone = None, write: _Write = False) -> None:
    """Apex scripts that schedule Salesforce jobs."""
    from nightshift_tools.importers.apex import read

    _import([file], read, timezone, write)


@app.command()
def crontab(
    file: _File,
    user: Annotated[
        bool, typer.Option("--user", help="The sixth column is a user, as in /etc/crontab.")
    ] = False,
    timezone: _Zone = None,
    write: _Write = False,
) -> None:
    """A crontab, as `crontab -l` prints it."""
    from nightshift_tools.importers.crontab import read

    _import([file], lambda text, name: read(text, name, has_user=user), timezone, write)


@app.command()
def celery(file: _File, timezone: _Zone = None, write: _Write = False) -> None:
    """Periodic tasks of Celery: a Python file."""
    from nightshift_tools.importers.celery import read

    _import([file], read, timezone, write)


@app.command()
def serverless(file: _File, timezone: _Zone = None, write: _Write = False) -> None:
    """Schedules of the Serverless Framework."""
    from nightshift_tools.importers.serverless import read

    _import([file], read, timezone, write)


def _import(
    files: Sequence[Path], read: Callable[[str, str], Findings], zone: str | None, write: bool
) -> None:
    from nightshift.errors import ConfigurationError
    from nightshift_tools.cli.output import plain, print_line, print_note
    from nightshift_tools.importers.files import read_text
    from nightshift_tools.importers.jobs import to_jobs
    from nightshift_tools.importers.render import render
    from nightshift_tools.manifest.zones import check_zone

    if zone is not None:
        try:
            check_zone(zone)
        except ValueError as error:
            raise ConfigurationError(f"--timezone {zone!a}: {error}") from None
    findings = [read(read_text(path), path.name) for path in files]
    jobs = to_jobs([each for one in findings for each in one.found], zone)
    remarks = list(dict.fromkeys(remark for one in findings for remark in one.remarks))
    general = [remark for remark in remarks if zone is None or "--timezone" not in remark]
    if not jobs:
        print_note("nothing is scheduled there")
    elif write:
        for line in _write(jobs):
            print_line(plain(line))
        for remark in general:
            print_note(plain(remark))
    else:
        names = ", ".join(path.name for path in files)
        print_line(render(jobs, [f"imported from {names}", *general]).rstrip("\n"))


def _write(jobs: Sequence[ImportedJob]) -> list[str]:
    import os

    from nightshift_tools.importers.render import merge
    from nightshift_tools.local import Project
    from nightshift_tools.manifest.editing import ManifestFile

    file = ManifestFile(Project.find(Path.cwd(), os.environ).manifest, dict(os.environ))
    told = merge(jobs, file)
    file.save()
    return told
