"""`nightshift hold`: what no purge may remove, and no expiry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from nightshift_tools.cli import options
from nightshift_tools.cli.aws import with_aws

if TYPE_CHECKING:
    from nightshift.archive import Hold
    from nightshift.state.models import JobKey, RunId
    from nightshift_tools.local import Local

app = typer.Typer(help="Legal holds: run and log records that must stay.", no_args_is_help=True)


@app.command()
@with_aws
def add(
    what: Annotated[str, typer.Argument(metavar="JOB|RUN", help="All runs of a job, or one run.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, for whoever finds it so.")],
    storefront: options.Storefront = None,
    as_json: options.Json = False,
) -> None:
    """Put a hold on the records of a job or a run.

    They are neither purged nor left to expire until it is removed, and are shown however old they are.
    """
    from nightshift_tools.cli.output import print_json, print_line
    from nightshift_tools.cli.session import open_local
    from nightshift_tools.local.holds import put_hold

    with open_local() as local:
        key, run = _find(local, what, storefront)
        hold, kept = put_hold(local, key, run, reason, local.clock.now())
    if as_json:
        print_json(_document(hold) | {"kept": kept})
    else:
        print_line(f"{hold.name} is on hold; {kept} records and log items of it expire no more")


@app.command()
@with_aws
def remove(
    name: Annotated[str, typer.Argument(metavar="NAME", help="As `hold list` has it.")],
    as_json: options.Json = False,
) -> None:
    """End a hold.

    The next purge removes what is older than the retention.
    """
    from nightshift_tools.cli.output import plain, print_json, print_line
    from nightshift_tools.cli.session import open_local
    from nightshift_tools.local.holds import drop_hold

    with open_local() as local:
        hold = drop_hold(local, name)
    if as_json:
        print_json(_document(hold))
    else:
        print_line(f"{hold.name} is on hold no more; it was for: {plain(hold.reason)}")


@app.command("list")
@with_aws
def list_(as_json: options.Json = False) -> None:
    """List all holds."""
    from nightshift_tools.cli import texts
    from nightshift_tools.cli.output import plain, print_json, print_line, print_table
    from nightshift_tools.cli.session import open_local

    with open_local() as local:
        holds = local.stores.archive.holds()
    if as_json:
        print_json([_document(hold) for hold in holds])
    elif holds:
        rows = [(hold.name, str(hold.key), texts.moment(hold.since), plain(hold.reason)) for hold in holds]
        print_table(("hold", "job", "since (UTC)", "reason"), rows)
    else:
        print_line("nothing is on hold")


def _find(local: Local, what: str, storefront: str | None) -> tuple[JobKey, RunId | None]:
    from nightshift.errors import ConfigurationError
    from nightshift.state.models import JobKey
    from nightshift_tools.cli.session import find_job, find_key
    from nightshift_tools.local.holds import find_run

    if storefront is not None:
        return find_key(find_job(local.manifest, what), storefront), None
    if what in local.manifest.jobs:
        return JobKey(what), None
    record = find_run(local, what, local.clock.now())
    if record is None:
        known = ", ".join(local.manifest.jobs)
        raise ConfigurationError(f"{what!r} is neither a run on record nor a job; the jobs are: {known}")
    return record.key, record.id


def _document(hold: Hold) -> dict[str, object]:
    from nightshift_tools.cli.documents import text

    return {
        "name": hold.name,
        "job": hold.key.job,
        "storefront": hold.key.storefront,
        "run": hold.run,
        "reason": hold.reason,
        "since": text(hold.since),
    }
