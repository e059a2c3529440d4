"""`nightshift status`: every job at a glance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nightshift_tools.cli import options
from nightshift_tools.cli.aws import command, with_aws

if TYPE_CHECKING:
    from datetime import datetime

    from nightshift.state.models import Slot
    from nightshift_tools.local.standing import JobStatus


@with_aws
def status(job: options.AnyJob = None, as_json: options.Json = False) -> None:
    """Show how every job stands."""
    from nightshift_tools.cli.output import print_json, print_line, print_note, print_table
    from nightshift_tools.cli.session import all_keys, open_local
    from nightshift_tools.local.standing import read_status

    with open_local() as local:
        now = local.clock.now()
        state = local.stores.state
        watches = state.watch.look([]).watches
        found = [
            read_status(local.manifest.job(key.job), key, state, watches, now)
            for key in all_keys(local.manifest, job)
        ]
        stack = local.stack
    if stack is not None and not stack.schedules_are_on:
        print_note(
            f"the schedules of the stack {stack.name} are switched off, by SchedulesState=DISABLED: nothing "
            "fires"
        )
    if as_json:
        print_json([_document(item) for item in found])
        return
    headers = ("job", "state", "last run", "ended", "next firing", "quarantine", "idle runs")
    print_table(headers, [_row(item, now) for item in found], right=("quarantine", "idle runs"))
    for item in found:
        for note in _notes(item, now):
            print_line(f"{item.key}: {note}")


def _row(item: JobStatus, now: datetime) -> tuple[str, ...]:
    from nightshift_tools.cli import texts

    control = item.control
    return (
        str(item.key),
        item.standing.value,
        control.last_status.value if control.last_status else "-",
        texts.ago(item.last_run_at, now),
        texts.ahead(item.next_firing, now),
        str(control.quarantined),
        str(control.idle_runs),
    )


def _notes(item: JobStatus, now: datetime) -> list[str]:
    """What the table has no room for."""
    from nightshift_tools.cli import texts
    from nightshift_tools.cli.output import plain
    from nightshift_tools.local.standing import Standing

    control, notes = item.control, []
    if item.standing is Standing.RUNNING:
        notes.append(f"run {control.run} is at work: {texts.counts(control.progress)}")
    if item.standing is Standing.INTERRUPTED:
        notes.append(f"run {control.run} ended without a word; the next run takes over where it stood")
    notes += [f"{_slot(slot)} is open: it began and did not succeed" for slot in item.open_slots]
    notes += [f"{_slot(slot)} is missing: it passed and was never claimed" for slot in item.missing]
    if control.pause is not None:
        notes.append(f"paused {texts.ago(control.pause.since, now)}: {plain(control.pause.reason)}")
    if control.overrides:
        pairs = ", ".join(f"{name}={plain(value)}" for name, value in sorted(control.overrides.items()))
        notes.append(f"set at run time: {pairs}")
    if item.standing is Standing.FAILED:
        notes.append(f"{command(f'show {control.last_run}')} says why its last run failed")
    return notes


def _slot(slot: Slot) -> str:
    return f"the slot {slot.minute:%Y-%m-%d %H:%M} of {slot.schedule}"


def _document(item: JobStatus) -> dict[str, object]:
    from nightshift_tools.cli.documents import text

    control, pause = item.control, item.control.pause
    return {
        "job": item.key.job,
        "storefront": item.key.storefront,
        "state": item.standing.value,
        "run": control.run,
        "progress": control.progress.as_dict() if control.run else None,
        "last_run": control.last_run,
        "last_status": control.last_status.value if control.last_status else None,
        "last_ended_at": text(control.last_ended_at),
        "next_firing": text(item.next_firing),
        "quarantined": control.quarantined,
        "idle_runs": control.idle_runs,
        "last_idle_at": text(control.last_idle_at),
        "pause": {"reason": pause.reason, "since": text(pause.since)} if pause else None,
        "set": dict(sorted(control.overrides.items())),
        "open_slots": [_slot_document(slot) for slot in item.open_slots],
        "missing": [_slot_document(slot) for slot in item.missing],
    }


def _slot_document(slot: Slot) -> dict[str, object]:
    from nightshift_tools.cli.documents import text

    return {"schedule": slot.schedule, "slot": text(slot.minute)}
