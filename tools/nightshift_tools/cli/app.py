"""The commands of `nightshift`, put together."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from typing import Annotated

import typer

from nightshift_tools.cli.guard import Guarded

COMMANDS = {
    "check": "project:check",
    "generate": "project:generate",
    "cost": "cost:cost",
    "next": "firings:next_",
    "translate": "translate:translate",
    "run": "run:run",
    "event": "event:event",
    "dev": "dev:dev",
    "status": "status:status",
    "runs": "runs:runs",
    "show": "runs:show",
    "logs": "logs:logs",
    "batch": "batch:app",
    "schedule": "schedule:app",
    "new-job": "new_job:new_job",
    "import": "import_:app",
    "quarantine": "quarantine:app",
    "payments": "payments:app",
    "cursor": "cursor:app",
    "hold": "hold:app",
    "dead-letters": "dead_letters:app",
    "restore": "restore:restore",
    "pause": "operate:pause",
    "resume": "operate:resume",
    "set": "operate:set_",
    "sandbox": "sandbox:sandbox",
    "demo": "demo:demo",
}
"""Where each is, in the order of the help: its module of `commands`, and the function or group in it."""

_HIDDEN = frozenset({"demo"})


def build(names: Iterable[str] = COMMANDS) -> typer.Typer:
    """The command line with these commands. Typer takes the options of all that it has apart, whatever is
    asked for: who wants one command has the others left out."""
    app = typer.Typer(
        name="nightshift",
        cls=Guarded,
        help="Back-office jobs of a shop: run them here, see how they stand, change what they do.",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    app.callback()(_root)
    for name in names:
        module, _, attribute = COMMANDS[name].partition(":")
        found = getattr(import_module(f"nightshift_tools.cli.commands.{module}"), attribute)
        if isinstance(found, typer.Typer):
            app.add_typer(found, name=name)
        else:
            app.command(name, hidden=name in _HIDDEN)(found)
    return app


def _print_version(value: bool) -> None:
    if value:
        from importlib.metadata import version

        typer.echo(f"nightshift {version('nightshift')}")
        raise typer.Exit


def _root(
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version and end.", is_eager=True, callback=_print_version),
    ] = False,
) -> None:
    pass
