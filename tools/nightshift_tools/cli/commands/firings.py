"""`nightshift next`: the coming firings, and what clock changes do to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from nightshift_tools.cli import options

if TYPE_CHECKING:
    from datetime import datetime

    from nightshift.manifest import CompiledManifest
    from nightshift_tools.local.coming import Coming, Touched


def next_(
    job: options.AnyJob = None,
    count: Annotated[
        int, typer.Option("--count", metavar="N", min=1, max=1000, help="How many firings.")
    ] = 10,
    zone: Annotated[
        str | None, typer.Option("--zone", metavar="NAME", help="This zone, not the schedules' own.")
    ] = None,
    changes: Annotated[
        bool, typer.Option("--changes", help="What clock changes skip or double in 12 months.")
    ] = False,
    as_json: options.Json = False,
) -> None:
    """Show the coming firings.

    In UTC and in the zone of the schedule, as EventBridge fires: a wall time that does not exist is skipped,
    one that comes twice fires once.
    """
    from nightshift.clock import SystemClock
    from nightshift_tools.cli.output import print_json
    from nightshift_tools.cli.session import manifest_here
    from nightshift_tools.local.coming import coming, touched

    manifest = manifest_here()
    names = _names(manifest, job)
    _check_zone(zone)
    now = SystemClock().now()
    if changes:
        slots = touched(manifest, names, now, zone)
        print_json([_changed_document(slot) for slot in slots]) if as_json else _print_changes(slots, zone)
        return
    found = coming(manifest, names, now, count)
    if as_json:
        print_json([_document(item, zone) for item in found])
    else:
        _print_firings(manifest, names, found, zone, now)


def _names(manifest: CompiledManifest, job: str | None) -> list[str]:
    from nightshift_tools.cli.session import find_job

    return list(manifest.jobs) if job is None else [find_job(manifest, job).name]


def _check_zone(zone: str | None) -> None:
    from nightshift.errors import ConfigurationError
    from nightshift.schedule import zone_of

    try:
        zone_of(zone or "UTC")
    except ValueError as error:
        raise ConfigurationError(str(error)) from None


def _print_firings(
    manifest: CompiledManifest, names: list[str], found: list[Coming], zone: str | None, now: datetime
) -> None:
    from nightshift_tools.cli.output import print_line, print_note, print_table
    from nightshift_tools.cli.texts import in_zone, moment, span
    from nightshift_tools.local.coming import in_words

    rows = [
        (
            str(item.due.key),
            item.due.schedule,
            moment(item.due.minute)[:-3],
            in_zone(item.due.minute, zone or item.zone),
            zone or item.zone,
            span((item.due.minute - now).total_seconds()),
        )
        for item in found
    ]
    if rows:
        print_table(("job", "schedule", "UTC", "there", "zone", "in"), rows)
        print_line()
    for line in in_words(manifest, names):
        print_line(line)
    if not rows:
        print_note("nothing is going to fire: there is no schedule that is enabled and comes again")


def _print_changes(slots: list[Touched], zone: str | None) -> None:
    from nightshift_tools.cli.output import print_line, print_table
    from nightshift_tools.cli.texts import moment

    if not slots:
        print_line(f"no clock change touches a slot in the next 12 months{f' in {zone}' if zone else ''}")
        return
    rows = [
        (
            slot.job,
            slot.schedule,
            slot.change.kind,
            f"{slot.change.wall:%Y-%m-%d %H:%M}",
            slot.zone,
            moment(slot.fires)[:-3] if slot.fires else "never",
        )
        for slot in slots
    ]
    print_table(("job", "schedule", "what", "wall time", "zone", "fires (UTC)"), rows)


def _document(item: Coming, zone: str | None) -> dict[str, object]:
    from nightshift_tools.cli.texts import in_zone

    shown = zone or item.zone
    event = item.due.event()
    return {
        "job": event["job"],
        "storefront": event["storefront"],
        "schedule": event["schedule"],
        "at": event["scheduled_time"],
        "local": in_zone(item.due.minute, shown),
        "zone": shown,
    }


def _changed_document(slot: Touched) -> dict[str, object]:
    from nightshift_tools.cli.documents import text

    return {
        "job": slot.job,
        "schedule": slot.schedule,
        "kind": slot.change.kind,
        "wall": f"{slot.change.wall:%Y-%m-%dT%H:%M}",
        "zone": slot.zone,
        "fires_at": text(slot.fires),
    }
