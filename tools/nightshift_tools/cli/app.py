"""The commands of `nightshift`, put together."""

from __future__ import annotations

from typing import Annotated

import typer

from nightshift_tools.cli.commands import (
    batch,
    cost,
    cursor,
    dead_letters,
    demo,
    dev,
    event,
    firings,
    hold,
    import_,
    logs,
    new_job,
    operate,
    payments,
    project,
    quarantine,
    restore,
    run,
    runs,
    sandbox,
    schedule,
    status,
    translate,
)
from nightshift_tools.cli.guard import Guarded

app = typer.Typer(
    name="nightshift",
    cls=Guarded,
    help="Back-office jobs of a shop: run them here, see how they stand, change what they do.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _print_version(value: bool) -> None:
    if value:
        from importlib.metadata import version

        typer.echo(f"nightshift {version('nightshift')}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version and end.", is_eager=True, callback=_print_version),
    ] = False,
) -> None:
    pass


app.command()(project.check)
app.command()(project.generate)
app.command()(cost.cost)
app.command("next")(firings.next_)
app.command()(translate.translate)
app.command()(run.run)
app.command()(event.event)
app.command()(dev.dev)
app.command()(status.status)
app.command()(runs.runs)
app.command()(runs.show)
app.command()(logs.logs)
app.add_typer(batch.app, name="batch")
app.add_typer(schedule.app, name="schedule")
app.command("new-job")(new_job.new_job)
app.add_typer(import_.app, name="import")
app.add_typer(quarantine.app, name="quarantine")
app.add_typer(payments.app, name="payments")
app.add_typer(cursor.app, name="cursor")
app.add_typer(hold.app, name="hold")
app.add_typer(dead_letters.app, name="dead-letters")
app.command()(restore.restore)
app.command()(operate.pause)
app.command()(operate.resume)
app.command("set")(operate.set_)
app.command()(sandbox.sandbox)
app.command(hidden=True)(demo.demo)
