"""`nightshift quarantine`: records that were set aside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from nightshift_tools.cli import options
from nightshift_tools.cli.aws import command, with_aws

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nightshift.state.models import JobKey, Quarantined
    from nightshift_tools.local import Local

app = typer.Typer(help="Records set aside, each with its reason.", no_args_is_help=True)

_Records = Annotated[list[str] | None, typer.Argument(metavar="[RECORD]...", help="Keys of records.")]
_All = Annotated[bool, typer.Option("--all", help="All records of the job.")]


@app.command("list")
@with_aws
def list_(
    job: options.AnyJob = None, storefront: options.Storefront = None, as_json: options.Json = False
) -> None:
    """List records in quarantine."""
    from nightshift_tools.cli import texts
    from nightshift_tools.cli.documents import quarantined_document
    from nightshift_tools.cli.output import print_json, print_note, print_table
    from nightshift_tools.cli.session import all_keys, open_local

    with open_local() as local:
        now = local.clock.now()
        keys = all_keys(local.manifest, job, storefront)
        found = [(key, record) for key in keys for record in local.stores.state.quarantine.all(key)]
    if as_json:
        print_json([quarantined_document(key, record) for key, record in found])
        return
    if not found:
        print_note("nothing is in quarantine")
        return
    rows = [
        (str(key), record.record, str(record.attempts), texts.ago(record.last_seen, now), record.reason)
        for key, record in found
    ]
    print_table(("job", "record", "tries", "last", "reason"), rows, right=("tries",))


@app.command()
@with_aws
def retry(
    job: options.Job,
    records: _Records = None,
    every: _All = False,
    storefront: options.Storefront = None,
    as_json: options.Json = False,
) -> None:
    """Have the next run try records again."""
    from dataclasses import replace

    from nightshift_tools.cli.session import open_local

    with open_local() as local:
        key, chosen = _choose(local, job, storefront, records or [], every=every)
        local.stores.state.quarantine.put(key, [replace(record, attempts=0) for record in chosen])
        if chosen:
            local.stores.state.control.request_recheck(key)
    _tell(key, chosen, "is tried again by the next run", as_json=as_json)


@app.command()
@with_aws
def drop(
    job: options.Job,
    records: _Records = None,
    every: _All = False,
    storefront: options.Storefront = None,
    as_json: options.Json = False,
) -> None:
    """Forget records.

    What the source still has is met again when it changes, or at the next full compare.
    """
    from nightshift_tools.cli.session import open_local

    with open_local() as local:
        key, chosen = _choose(local, job, storefront, records or [], every=every)
        local.stores.state.quarantine.drop(key, [record.record for record in chosen])
    _tell(key, chosen, "is forgotten", as_json=as_json)


def _choose(
    local: Local, job: str, storefront: str | None, records: list[str], *, every: bool
) -> tuple[JobKey, Sequence[Quarantined]]:
    """The records that are meant; ConfigurationError where one is not in quarantine, or none is named."""
    from nightshift.errors import ConfigurationError
    from nightshift_tools.cli.session import find_job, find_key

    key = find_key(find_job(local.manifest, job), storefront)
    if every == bool(records):
        raise ConfigurationError("name the records, or all of them with --all: one of the two")
    stored = {record.record: record for record in local.stores.state.quarantine.all(key)}
    if every:
        return key, list(stored.values())
    unknown = [record for record in records if record not in stored]
    if unknown:
        raise ConfigurationError(
            f"record {unknown[0]!r} of {key} is not in quarantine; {command(f'quarantine list {job}')} shows "
            "which are; nothing was changed"
        )
    return key, [stored[record] for record in dict.fromkeys(records)]


def _tell(key: JobKey, chosen: Sequence[Quarantined], what: str, *, as_json: bool) -> None:
    from nightshift_tools.cli.output import plain, print_json, print_line

    if as_json:
        document = {"job": key.job, "storefront": key.storefront, "records": [r.record for r in chosen]}
        print_json(document)
        return
    for record in chosen:
        print_line(f"{key}: record {plain(record.record)} {what}")
    if not chosen:
        print_line(f"{key}: nothing is in quarantine")
