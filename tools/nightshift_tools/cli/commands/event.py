"""`nightshift event`: what a function is given, to be passed to `sam local invoke` or to `run --event`."""

from __future__ import annotations

from typing import Annotated

import typer

from nightshift_tools.cli import options

STACK = "nightshift-dev"


def event(
    job: options.Job,
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help="The slot; else the last one that has come.")
    ] = None,
    schedule: Annotated[
        str | None,
        typer.Option("--schedule", metavar="NAME", help="The slot's schedule, if not the only one."),
    ] = None,
    storefront: options.Storefront = None,
    raw: Annotated[bool, typer.Option("--raw", help="EventBridge's own event, as it is without us.")] = False,
    by_hand: Annotated[bool, typer.Option("--by-hand", help="A run by hand, of no slot.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="A dry run by hand.")] = False,
    as_json: options.Json = False,
) -> None:
    """Print an event for a job's function.

    A file with a fixed slot is a duplicate the second time; this is a new slot as soon as the next has come.
    """
    from nightshift.clock import SystemClock
    from nightshift.state.models import Slot
    from nightshift.times import to_minute
    from nightshift.trigger import scheduled_event
    from nightshift_tools.cli.events import event_by_hand, refuse_together
    from nightshift_tools.cli.output import print_json, print_note
    from nightshift_tools.cli.session import find_job, find_key, manifest_here
    from nightshift_tools.cli.texts import parse_instant
    from nightshift_tools.local.slots import is_firing, last_slot, raw_event, schedule_of_job

    with_slot = {"--at": at is not None, "--schedule": schedule is not None, "--raw": raw}
    entry = find_job(manifest_here(), job)
    key = find_key(entry, storefront)
    if by_hand or dry_run:
        refuse_together("--dry-run" if dry_run else "--by-hand", with_slot)
        print_json(event_by_hand(key, dry_run=dry_run, full=False, batch_size=None, params=[]))
        return
    named = schedule_of_job(entry, schedule)
    if at is None:
        slot = last_slot(entry, named, SystemClock().now())
    else:
        slot = Slot(named.name, to_minute(parse_instant(at)))
        if not is_firing(named, slot.minute):
            print_note(f"{named.name} of {job} does not fire at {slot.minute:%Y-%m-%d %H:%M} UTC")
    print_json(raw_event(entry, key, slot, STACK) if raw else scheduled_event(key, slot))
