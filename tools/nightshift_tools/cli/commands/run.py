"""`nightshift run`: one run of a job, now."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nightshift_tools.cli import options
from nightshift_tools.cli.aws import command, with_aws
from nightshift_tools.cli.guard import FAILED, exit_code

if TYPE_CHECKING:
    from nightshift.execution import Ended
    from nightshift.manifest import JobEntry
    from nightshift.state.models import RunRecord
    from nightshift_tools.cli.progress import Watcher
    from nightshift_tools.local import Local


@with_aws
def run(
    job: options.Job,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Write nothing; say per record what would be done.")
    ] = False,
    full: Annotated[
        bool, typer.Option("--full", help="Compare every record with the target, whatever was known.")
    ] = False,
    storefront: options.Storefront = None,
    batch_size: Annotated[
        str | None, typer.Option("--batch-size", metavar="N", help="Records in one batch.")
    ] = None,
    param: Annotated[
        list[str] | None, typer.Option("--param", metavar="NAME=VALUE", help="One of the job's own params.")
    ] = None,
    slot: Annotated[
        str | None,
        typer.Option("--slot", metavar="TIME", help="Run a slot of a schedule, as its rule would."),
    ] = None,
    schedule: Annotated[
        str | None, typer.Option("--schedule", metavar="NAME", help="The slot's schedule, if not `default`.")
    ] = None,
    reason: Annotated[
        str | None,
        typer.Option("--reason", metavar="TEXT", help="Why, for the run record; payments need one."),
    ] = None,
    event: Annotated[
        Path | None, typer.Option("--event", metavar="FILE", help="Pass this event, as Lambda would.")
    ] = None,
    as_json: options.Json = False,
) -> None:
    """Run a job once, now.

    Progress goes to stderr. Exit code: 0 where the run succeeded, was incomplete, or its slot was over
    before; 1 where it failed or was skipped for another reason; 2 where something must be set right first.
    """
    from nightshift_tools.cli.events import event_by_hand, event_of_slot, read_event, refuse_together
    from nightshift_tools.cli.output import print_json
    from nightshift_tools.cli.progress import Watcher, print_plan
    from nightshift_tools.cli.session import find_job, find_key, open_local

    by_hand = {
        "--dry-run": dry_run,
        "--full": full,
        "--batch-size": batch_size is not None,
        "--param": bool(param),
        "--reason": reason is not None,
    }
    plan: list[dict[str, str | None]] = []

    def keep(action: str, record: str, reason: str | None) -> None:
        plan.append({"action": action, "record": record, "reason": reason})

    with open_local() as local:
        entry = find_job(local.manifest, job)
        if event is not None:
            others = {"--slot": slot, "--schedule": schedule, "--storefront": storefront}
            refuse_together("--event", by_hand | {name: bool(given) for name, given in others.items()})
            passed = read_event(event)
        elif slot is not None or schedule is not None:
            refuse_together("--slot", by_hand)
            passed = event_of_slot(entry, find_key(entry, storefront), schedule, slot)
        else:
            key = find_key(entry, storefront)
            passed = event_by_hand(
                key, dry_run=dry_run, full=full, batch_size=batch_size, params=param or [], reason=reason
            )
        with Watcher(keep if as_json else print_plan, quiet=dry_run and not as_json) as watcher:
            ended = _run(local, entry, passed, watcher)
    if as_json:
        from nightshift_tools.cli.documents import run_document

        print_json(run_document(ended.record) | ({"plan": plan} if ended.record.dry_run else {}))
    else:
        _print_end(ended)
    raise typer.Exit(_code(ended))


def _run(local: Local, entry: JobEntry, event: object, watcher: Watcher) -> Ended:
    """Run a job here, or on the stack that the project was opened with."""
    if local.stack is None:
        return local.handler(entry).handle(event, local.services_of(entry, watcher), None)
    from nightshift_tools.aws.running import run_on
    from nightshift_tools.cli.output import print_note

    try:
        ended = run_on(local, local.stack, entry, event, watcher)
    except KeyboardInterrupt:
        print_note(f"its function goes on without you; {command(f'runs {entry.name}')} shows its end")
        raise
    if ended.record.status.value == "failed":
        print_note("Lambda tries it twice more, after one minute and after two, unless it was a dry run")
    return ended


def _print_end(ended: Ended) -> None:
    from nightshift_tools.cli import texts
    from nightshift_tools.cli.output import plain, print_error, print_line, print_note

    record = ended.record
    name = f"dry run of {record.key}" if record.dry_run else f"run {record.id} of {record.key}"
    if record.status.value == "skipped":
        print_line(f"{record.key} skipped: {plain(record.reason or '')}")
        return
    print_line(f"{name}: {record.status} in {texts.duration(record.duration_ms)}")
    if record.counts.read or not record.idle:  # of an idle tick on AWS the counts are not known
        print_line(f"  {texts.counts(record.counts)}")
    if record.requests:
        print_line(f"  requests: {', '.join(f'{name} {count}' for name, count in record.requests.items())}")
    if record.state is not None:
        print_line(f"  state: {texts.usage(record.state)}")
    if record.failure is not None and record.status.value == "failed":
        print_error(_failure(ended))
    elif record.reason:
        print_note(plain(record.reason))
    if record.counts.quarantined and not record.dry_run:
        print_note(f"see {command(f'quarantine list {record.key.job}')} for what was set aside, and why")


def _failure(ended: Ended) -> str:
    """What stopped the run. A text that is not written for a person comes with where its details are."""
    from nightshift.errors import NightshiftError

    failure = ended.record.failure
    assert failure is not None
    if isinstance(ended.error, NightshiftError):
        return failure.message
    where = "" if ended.record.dry_run else f"; {command(f'show {ended.record.id}')} has the details"
    return f"{failure.kind}: {failure.message}{where}"


def _code(ended: Ended) -> int:
    if ended.error is not None:
        return exit_code(ended.error)
    return FAILED if ended.record.status.value == "skipped" and not _was_over(ended.record) else 0


def _was_over(record: RunRecord) -> bool:
    """The slot needed no run any more."""
    from nightshift.state.models import Refusal

    return record.reason in (Refusal.DUPLICATE, Refusal.TOO_LATE)
