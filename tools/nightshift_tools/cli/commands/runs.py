"""`nightshift runs` and `nightshift show`: what has run, and one run in full."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from nightshift_tools.cli import options
from nightshift_tools.cli.aws import command, with_aws

if TYPE_CHECKING:
    from nightshift.logs.records import LogRecord
    from nightshift.state.models import RunRecord


@with_aws
def runs(
    job: options.Job,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, max=1000, help="How many.")] = 20,
    storefront: options.Storefront = None,
    as_json: options.Json = False,
) -> None:
    """List the last runs of a job."""
    from nightshift_tools.cli import texts
    from nightshift_tools.cli.documents import run_document
    from nightshift_tools.cli.output import print_json, print_line, print_table
    from nightshift_tools.cli.session import find_job, find_keys, open_local
    from nightshift_tools.local.history import latest_runs

    with open_local() as local:
        now = local.clock.now()
        state = local.stores.state
        keys = find_keys(find_job(local.manifest, job), storefront)
        found = [record for key in keys for record in latest_runs(local, key, limit, now)]
        controls = [(key, state.control.read(key)) for key in keys]
    newest = sorted(found, key=lambda record: record.id, reverse=True)[:limit]
    if as_json:
        print_json([run_document(record) for record in newest])
        return
    if newest:
        print_table(_HEADERS, [_row(record) for record in newest], right=_NUMBERS)
    else:
        print_line(f"no runs of {job} are on record")
    for key, control in controls:
        if control is not None and control.idle_runs:
            last = texts.ago(control.last_idle_at, now)
            print_line(
                f"{key}: and {control.idle_runs} idle runs, which found nothing to do; the last {last}"
            )


# Short words, and of the id its random end, which `show` takes: for 100 columns.
_HEADERS = (
    "run",
    "started (UTC)",
    "for",
    "status",
    "took",
    "read",
    "new",
    "upd",
    "same",
    "quar",
    "rem",
    "why",
)
_NUMBERS = ("took", "read", "new", "upd", "same", "quar", "rem")


def _row(record: RunRecord) -> tuple[str, ...]:
    from nightshift_tools.cli import texts

    counts = record.counts
    numbers = (
        counts.read,
        counts.created,
        counts.updated,
        counts.unchanged,
        counts.quarantined,
        counts.removed,
    )
    return (
        record.id.rpartition("-")[2],
        f"{record.started_at:%m-%d %H:%M:%S}",
        _cause(record),
        record.status.value,
        texts.duration(record.duration_ms),
        *map(str, numbers),
        record.reason or (record.failure.kind if record.failure else ""),
    )


def _cause(record: RunRecord) -> str:
    """What woke a run: its schedule or a person, and for which storefront."""
    cause = record.slot.schedule if record.slot else record.trigger
    return f"{record.key.storefront}: {cause}" if record.key.storefront else cause


@with_aws
def show(
    run: Annotated[
        str, typer.Argument(metavar="RUN", help="A run's id, or the start of it or of its random end.")
    ],
    as_json: options.Json = False,
) -> None:
    """Show one run in full, with its log."""
    from nightshift.errors import ConfigurationError
    from nightshift_tools.cli.documents import log_document, run_document
    from nightshift_tools.cli.output import print_json
    from nightshift_tools.cli.session import all_keys, open_local
    from nightshift_tools.local.history import find_runs, log_of

    with open_local() as local:
        now = local.clock.now()
        found = find_runs(local, all_keys(local.manifest, None), run, now)
        if len(found) != 1:
            which = ", ".join(record.id for record in found[:3]) + (", …" if len(found) > 3 else "")
            raise ConfigurationError(
                f"{run!r} could be {len(found)} runs: {which}; give more of it"
                if found
                else f"no run {run!r} of the manifest's jobs is on record; {command('runs JOB')} lists them"
            )
        record = found[0]
        log = list(log_of(local, record, now))
    if as_json:
        print_json(run_document(record) | {"log": [log_document(item) for item in log]})
    else:
        _print(record, log)


def _print(record: RunRecord, log: list[LogRecord]) -> None:
    from nightshift_tools.cli import texts
    from nightshift_tools.cli.loglines import print_log
    from nightshift_tools.cli.output import print_fields, print_line

    fields = [
        ("run", record.id),
        ("job", str(record.key)),
        ("trigger", ": ".join(filter(None, (record.trigger, record.trigger_reason)))),
        ("slot", f"{record.slot.schedule} {record.slot.minute:%Y-%m-%d %H:%M} UTC" if record.slot else ""),
        ("status", record.status.value),
        ("reason", record.reason or ""),
        ("failure", f"{record.failure.kind}: {record.failure.message}" if record.failure else ""),
        ("invocation", record.invocation or ""),
        ("started", f"{texts.moment(record.started_at)} UTC"),
        ("took", texts.duration(record.duration_ms)),
        ("counts", texts.counts(record.counts)),
        ("", f"in {record.counts.batches} batches, from {record.counts.pages} pages"),
        ("requests", ", ".join(f"{name} {count}" for name, count in record.requests.items())),
        *((name.replace("_", " "), str(value)) for name, value in record.results.items()),
        ("state", texts.usage(record.state)),
        ("batch size", str(record.batch_size or "")),
        ("full", "yes: every record was compared with the target" if record.full else ""),
        ("cursor before", _cursor(dict(record.cursor_before))),
        ("cursor after", _cursor(dict(record.cursor_after))),
    ]
    print_fields([(name, value) for name, value in fields if value])
    print_line()
    if log:
        print_log(log, with_run=False)
    else:
        print_line("no log records of it are kept")


def _cursor(cursor: dict[str, object]) -> str:
    return ", ".join(f"{name}={value}" for name, value in cursor.items()) or "none"
