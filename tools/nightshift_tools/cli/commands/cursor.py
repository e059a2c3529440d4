"""`nightshift cursor`: how far a job has read and written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from nightshift_tools.cli import options
from nightshift_tools.cli.aws import with_aws

if TYPE_CHECKING:
    from nightshift.state.models import Cursor, JobKey
    from nightshift_tools.local import Local

app = typer.Typer(help="How far a job has read and written.", no_args_is_help=True)


@app.command()
@with_aws
def show(job: options.Job, storefront: options.Storefront = None, as_json: options.Json = False) -> None:
    """Show a job's cursor."""
    from nightshift_tools.cli.session import find_job, find_key, open_local

    with open_local() as local:
        key = find_key(find_job(local.manifest, job), storefront)
        _print(key, _read(local, key), as_json=as_json)


@app.command("set")
@with_aws
def set_(
    job: options.Job,
    values: Annotated[list[str], typer.Argument(metavar="NAME=VALUE...", help="Parts of the cursor.")],
    storefront: options.Storefront = None,
    as_json: options.Json = False,
) -> None:
    """Change parts of a job's cursor.

    Refused while a run is alive.
    """
    from nightshift_tools.cli.cursors import changed, known_parts
    from nightshift_tools.cli.session import find_job, find_key, open_local, parse_assignments

    with open_local() as local:
        key = find_key(find_job(local.manifest, job), storefront)
        before = _read(local, key)
        known = known_parts(before, local.stores.state.runs.latest(key, 100, local.clock.now()))
        after = changed(key, before, known, parse_assignments(values))
        _write(local, key, before, after, as_json=as_json)


@app.command()
@with_aws
def reset(job: options.Job, storefront: options.Storefront = None, as_json: options.Json = False) -> None:
    """Forget a job's cursor.

    Its next run then compares everything with the target. Refused while a run is alive.
    """
    from nightshift_tools.cli.session import find_job, find_key, open_local

    with open_local() as local:
        key = find_key(find_job(local.manifest, job), storefront)
        _write(local, key, _read(local, key), {}, as_json=as_json)


def _read(local: Local, key: JobKey) -> Cursor:
    control = local.stores.state.control.read(key)
    return dict(control.cursor) if control else {}


def _write(local: Local, key: JobKey, before: Cursor, after: Cursor, *, as_json: bool) -> None:
    from nightshift.errors import TryLaterError
    from nightshift_tools.cli.output import plain, print_note

    if not local.stores.state.control.reset_cursor(key, after, local.clock.now()):
        control = local.stores.state.control.read(key)
        raise TryLaterError(
            f"run {control.run if control else ''} of {key} is at work, and would write its own cursor over "
            "this one: wait for its end, or stop it first; nothing was changed"
        )
    if before and not as_json:
        print_note(f"it was: {plain(' '.join(f'{name}={value}' for name, value in before.items()))}")
    _print(key, after, as_json=as_json)


def _print(key: JobKey, cursor: Cursor, *, as_json: bool) -> None:
    from nightshift_tools.cli.output import print_fields, print_json, print_line

    if as_json:
        print_json({"job": key.job, "storefront": key.storefront, "cursor": dict(cursor)})
    elif cursor:
        print_fields((name, str(value)) for name, value in cursor.items())
    else:
        print_line(f"{key} has no cursor: its next run reads and compares everything")
