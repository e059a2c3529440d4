"""`nightshift batch`: imports and exports that a person asks for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nightshift_tools.cli import options
from nightshift_tools.cli.aws import with_aws
from nightshift_tools.cli.guard import FAILED, STOPPED

if TYPE_CHECKING:
    from nightshift.batch_jobs.model import BatchJob
    from nightshift_tools.local.batch_jobs import LocalBatchJobs

app = typer.Typer(help="Imports and exports: batch jobs.", no_args_is_help=True)

_Id = Annotated[str, typer.Argument(metavar="ID", help="A batch job, by its id or how that begins.")]
_Type = Annotated[str, typer.Argument(metavar="TYPE", help="A type of batch job.")]
_Wait = Annotated[bool, typer.Option("--wait", help="Follow it until it ends or waits for a person.")]


@app.command()
def types(as_json: options.Json = False) -> None:
    """List the types of batch jobs."""
    from nightshift.batch_jobs.documents import type_document
    from nightshift_tools.cli.batches import open_batch_jobs
    from nightshift_tools.cli.output import print_json, print_table

    with open_batch_jobs() as batch_jobs:
        found = [type_document(strategy) for strategy in batch_jobs.handler.strategies]
    if as_json:
        print_json(found)
        return
    print_table(("type", "what it does"), [(str(each["type"]), str(each["description"])) for each in found])


@app.command()
def template(batch_type: _Type, as_json: options.Json = False) -> None:
    """Print a file to begin with."""
    from nightshift.batch_jobs.documents import template_document
    from nightshift.errors import ConfigurationError
    from nightshift_tools.cli.batches import open_batch_jobs, told
    from nightshift_tools.cli.output import print_json

    with open_batch_jobs() as batch_jobs, told():
        found = batch_jobs.handler.strategies.find(batch_type).build_template()
    if as_json:
        print_json(template_document(batch_type, found))
        return
    if found is None:
        raise ConfigurationError(f"{batch_type} has no template")
    typer.echo(found.content, nl=False)


@app.command()
@with_aws
def create(
    batch_type: _Type,
    file: Annotated[
        Path | None, typer.Option("--file", metavar="FILE", help="The file to import: it is uploaded.")
    ] = None,
    context: Annotated[
        list[str] | None,
        typer.Option("--context", metavar="NAME=VALUE", help="A field of the context; a value may be JSON."),
    ] = None,
    review: Annotated[
        bool, typer.Option("--review", help="Stop before anything is changed, and show the plan.")
    ] = False,
    wait: _Wait = False,
    as_json: options.Json = False,
) -> None:
    """Create a batch job.

    On this machine it is worked off at once. Exit code 1 where it fails or is cancelled.
    """
    from nightshift.batch_jobs.desk import NewBatchJob
    from nightshift_tools.cli.batches import open_batch_jobs, parse_context, told

    with open_batch_jobs() as batch_jobs, told():
        fields = parse_context(context or [])
        batch_jobs.handler.strategies.find(batch_type)  # before anything is uploaded
        if file is not None:
            fields["file_key"] = batch_jobs.upload(file)
        request = NewBatchJob(batch_type, fields, dry_run=review)
        job = batch_jobs.desk.create(request, batch_jobs.caller, batch_jobs.new_id())
        _follow(batch_jobs, job, wait=wait, as_json=as_json)


@app.command()
@with_aws
def status(
    batch_job: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="A batch job; the latest ones without.")
    ] = None,
    batch_types: Annotated[
        list[str] | None, typer.Option("--type", metavar="TYPE", help="Of this type only.")
    ] = None,
    statuses: Annotated[
        list[str] | None, typer.Option("--status", metavar="STATUS", help="In this state only.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, max=100, help="How many.")] = 20,
    wait: _Wait = False,
    as_json: options.Json = False,
) -> None:
    """Show how a batch job stands, or list the latest."""
    from nightshift.batch_jobs.desk import Filters
    from nightshift.batch_jobs.documents import batch_job_document
    from nightshift_tools.cli.batches import open_batch_jobs, parse_status, print_list, told
    from nightshift_tools.cli.output import print_json

    with open_batch_jobs() as batch_jobs, told():
        if batch_job is not None:
            _follow(batch_jobs, batch_jobs.find(batch_job), wait=wait, as_json=as_json, work=False)
            return
        filters = Filters(batch_types or (), [parse_status(each) for each in statuses or ()])
        found = batch_jobs.desk.page(filters, batch_jobs.caller, limit).jobs
        if as_json:
            print_json([batch_job_document(job) for job in found])
        else:
            print_list(found, batch_jobs.local.clock.now())


@app.command()
@with_aws
def confirm(
    batch_job: _Id,
    wait: _Wait = False,
    as_json: options.Json = False,
) -> None:
    """Have a plan carried out.

    On this machine it is worked off at once.
    """
    from nightshift_tools.cli.batches import open_batch_jobs, told

    with open_batch_jobs() as batch_jobs, told():
        job = batch_jobs.desk.confirm(batch_jobs.find(batch_job).id, batch_jobs.caller)
        _follow(batch_jobs, job, wait=wait, as_json=as_json)


@app.command()
@with_aws
def cancel(
    batch_job: _Id,
    as_json: options.Json = False,
) -> None:
    """Have no more of a batch job done.

    What was done stays. A worker that has it stops within a batch.
    """
    from nightshift_tools.cli.batches import open_batch_jobs, print_job, told

    with open_batch_jobs() as batch_jobs, told():
        job = batch_jobs.desk.cancel(batch_jobs.find(batch_job).id, batch_jobs.caller)
        print_job(job, as_json=as_json)


@app.command()
@with_aws
def errors(
    batch_job: _Id,
    as_json: options.Json = False,
) -> None:
    """List the rows that failed, with their reasons."""
    from dataclasses import asdict

    from nightshift_tools.cli.batches import open_batch_jobs
    from nightshift_tools.cli.output import print_json, print_note, print_table

    with open_batch_jobs() as batch_jobs:
        job = batch_jobs.find(batch_job)
        found = sorted(batch_jobs.local.stores.state.batch_jobs.errors(job.id), key=lambda each: each.line)
    if as_json:
        print_json([asdict(each) for each in found])
    elif not found:
        print_note("no row failed")
    else:
        rows = [(str(each.line), each.column or "-", each.value, each.reason) for each in found]
        print_table(("line", "column", "value", "reason"), rows, right=("line",))


@app.command()
@with_aws
def result(
    batch_job: _Id,
    output: Annotated[
        Path | None, typer.Option("--output", metavar="FILE", help="Write it there, not to stdout.")
    ] = None,
    as_json: options.Json = False,
) -> None:
    """Print the file that came of a batch job."""
    from nightshift.errors import ConfigurationError
    from nightshift_tools.cli.batches import open_batch_jobs, write_out
    from nightshift_tools.cli.output import print_json

    with open_batch_jobs() as batch_jobs:
        job = batch_jobs.find(batch_job)
        key = job.result.file_key
        if key is None:
            raise ConfigurationError(f"no file has come of {job.id}: it is {job.status.value}")
        if as_json:
            link = batch_jobs.files.link(key)
            print_json({"file_key": key, "file_size": job.result.file_size, "link": link})
        else:
            write_out(batch_jobs.files.read(key), output)


def _follow(
    batch_jobs: LocalBatchJobs, job: BatchJob, *, wait: bool, as_json: bool, work: bool = True
) -> None:
    """Work it off here, or watch how others do, then tell what came of it."""
    from nightshift_tools.cli.batch_progress import BatchWatcher
    from nightshift_tools.cli.batches import print_job, print_stopped, watch

    try:
        with BatchWatcher(quiet=as_json) as watcher:
            batch_jobs.observe = watcher.show
            if work:
                batch_jobs.work()
            if wait:
                watch(batch_jobs, job.id, watcher)
    except KeyboardInterrupt:
        print_stopped(job)
        raise typer.Exit(STOPPED) from None
    job = batch_jobs.find(job.id)
    print_job(job, as_json=as_json)
    if job.status.value in ("failed", "canceled"):
        raise typer.Exit(FAILED)
