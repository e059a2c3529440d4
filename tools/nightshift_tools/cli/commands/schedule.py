"""`nightshift schedule`: the schedules of the manifest, changed without an editor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from nightshift_tools.cli import options

if TYPE_CHECKING:
    from nightshift_tools.manifest import Entry, Job
    from nightshift_tools.manifest.editing import ManifestFile
    from nightshift_tools.manifest.values import Plain

app = typer.Typer(help="The schedules of the manifest; comments and layout stay.", no_args_is_help=True)


def _form(option: str, metavar: str, help_text: str) -> typer.models.OptionInfo:
    found: typer.models.OptionInfo = typer.Option(option, metavar=metavar, help=help_text)
    return found


@app.command()
def add(
    job: options.Job,
    name: Annotated[str | None, _form("--name", "NAME", "What it is called; stays when it changes.")] = None,
    cron: Annotated[str | None, _form("--cron", "EXPR", "Unix cron, five fields; or @daily.")] = None,
    quartz: Annotated[str | None, _form("--quartz", "EXPR", "Quartz, six or seven fields.")] = None,
    aws: Annotated[str | None, _form("--aws", "EXPR", "EventBridge's cron(), rate() or at().")] = None,
    rate: Annotated[str | None, _form("--rate", "RATE", "As in '5 minutes'.")] = None,
    every_minutes: Annotated[
        int | None, _form("--every-minutes", "N", "At equal distances from midnight.")
    ] = None,
    hourly: Annotated[int | None, _form("--hourly", "MINUTE", "Once an hour, at this minute.")] = None,
    daily: Annotated[str | None, _form("--daily", "HH:MM", "Once a day.")] = None,
    weekly: Annotated[str | None, _form("--weekly", "'DAY HH:MM'", "Once a week, as in 'MON 02:00'.")] = None,
    monthly: Annotated[
        str | None, _form("--monthly", "'DAY HH:MM'", "Once a month, as in '1 02:00', 'last 02:00'.")
    ] = None,
    timezone: Annotated[str | None, _form("--timezone", "ZONE", "As in Europe/Berlin.")] = None,
    size: Annotated[int | None, _form("--size", "N", "Records in one batch of its runs.")] = None,
    as_json: options.Json = False,
) -> None:
    """Add a schedule to a job.

    Give one form of a schedule. A second schedule without --name gets a name that is made of its form. What
    would not be right is refused, and nothing is written.
    """
    from nightshift.errors import ConfigurationError
    from nightshift_tools.cli.output import plain, print_json, print_line

    given: dict[str, Plain | None] = {
        "cron": cron,
        "quartz": quartz,
        "aws": aws,
        "rate": rate,
        "every_minutes": every_minutes,
        "hourly": hourly,
        "daily": daily,
        "weekly": _day_and_time("--weekly", weekly),
        "monthly": _day_and_time("--monthly", monthly),
    }
    forms = [form for form, value in given.items() if value is not None]
    if len(forms) != 1:
        known = ", ".join(f"--{form.replace('_', '-')}" for form in given)
        raise ConfigurationError(f"say when the job is to run, by one of {known}")
    rest: dict[str, Plain | None] = {"timezone": timezone, "batch_size": size}
    written = {"name": name, forms[0]: given[forms[0]], **rest}
    file = _file()
    entry = file.add(job, {key: value for key, value in written.items() if value is not None})
    file.save()
    if as_json:
        print_json(_document(file.job(job), entry))
    else:
        print_line(plain(f"{job} {entry.name}: {_in_words(entry)}; `nightshift generate` makes its rules"))


@app.command()
def remove(
    job: options.Job,
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="Which schedule; without, the only one.")
    ] = None,
    as_json: options.Json = False,
) -> None:
    """Take a schedule away from a job."""
    from nightshift_tools.cli.output import plain, print_json, print_line

    file = _file()
    entry = file.remove(job, name)
    file.save()
    if as_json:
        print_json(_document(file.job(job), entry))
    else:
        left = ", ".join(other.name for other in file.job(job).schedules)
        print_line(plain(f"{job} {entry.name}: removed; left: {left or 'none, it runs by hand'}"))


@app.command("list")
def list_(job: options.AnyJob = None, as_json: options.Json = False) -> None:
    """List the schedules of the manifest."""
    from nightshift_tools.cli.output import print_json, print_note, print_table

    file = _file()
    jobs = [file.job(job)] if job else list(file.manifest.jobs.values())
    found = [(each, entry) for each in jobs for entry in each.schedules]
    if as_json:
        print_json([_document(each, entry) for each, entry in found])
    elif not found:
        print_note("there are no schedules")
    else:
        rows = [
            (each.name, entry.name, entry.source, entry.zone, _is_on(each, entry), _in_words(entry))
            for each, entry in found
        ]
        print_table(("job", "schedule", "written", "zone", "enabled", "in words"), rows)


def _file() -> ManifestFile:
    import os
    from pathlib import Path

    from nightshift_tools.local import Project
    from nightshift_tools.manifest.editing import ManifestFile

    return ManifestFile(Project.find(Path.cwd(), os.environ).manifest, dict(os.environ))


def _day_and_time(option: str, text: str | None) -> Plain | None:
    from nightshift.errors import ConfigurationError

    if text is None:
        return None
    day, _, at = text.strip().partition(" ")
    if not at:
        raise ConfigurationError(f"{option} {text!a} lacks its day or its time; write as in 'MON 02:00'")
    is_number = day.isascii() and day.isdigit() and len(day) < 4
    return {"day": int(day) if is_number else day, "at": at.strip()}


def _in_words(entry: Entry) -> str:
    from nightshift_tools.schedule import describe

    return describe(entry.schedule)


def _is_on(job: Job, entry: Entry) -> str:
    return "yes" if job.enabled and entry.enabled else "no"


def _document(job: Job, entry: Entry) -> dict[str, object]:
    return {
        "job": job.name,
        "schedule": entry.name,
        "source": entry.source,
        "timezone": entry.zone,
        "aws": list(entry.expressions),
        "words": _in_words(entry),
        "enabled": job.enabled and entry.enabled,
        "batch_size": job.batch_size if entry.batch_size is None else entry.batch_size,
        "not_before": entry.start and entry.start.isoformat(),
        "not_after": entry.end and entry.end.isoformat(),
        "window_minutes": entry.window_minutes,
    }
