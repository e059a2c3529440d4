"""`nightshift dead-letters`: events of a deployed stack that failed for good."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from nightshift_tools.cli import options
from nightshift_tools.cli.aws import command, with_aws

if TYPE_CHECKING:
    from nightshift.state.models import RunRecord
    from nightshift_tools.aws.letters import Letter
    from nightshift_tools.aws.queues import Queues
    from nightshift_tools.aws.redriving import Redriven
    from nightshift_tools.aws.stack import Stack
    from nightshift_tools.local import Local

app = typer.Typer(help="Events of a deployed stack that failed for good.", no_args_is_help=True)

_Letter = Annotated[str, typer.Argument(metavar="LETTER", help="Its id, or the start of it.")]
_Letters = Annotated[list[str] | None, typer.Argument(metavar="[LETTER]...", help="Ids, or starts of them.")]
_All = Annotated[bool, typer.Option("--all", help="All but what is foreign.")]


@app.command("list")
@with_aws
def list_(as_json: options.Json = False) -> None:
    """List what failed, when, and why."""
    from nightshift_tools.cli import texts
    from nightshift_tools.cli.output import print_json, print_note, print_table

    with _letters() as (_, _, queues, letters):
        hidden = queues.hidden
    if as_json:
        print_json([_document(letter) for letter in letters])
        return
    if hidden:
        print_note(f"{hidden} more are hidden: somebody else looks at them, or did within the last minute")
    if not letters:
        print_note("there are no dead letters")
        return
    rows = [
        (letter.id[:8], letter.kind, _job(letter), _slot(letter), texts.moment(letter.at), letter.why)
        for letter in letters
    ]
    print_table(("letter", "failed in", "job", "slot", "at (UTC)", "why"), rows)


@app.command()
@with_aws
def show(letter: _Letter, as_json: options.Json = False) -> None:
    """Show one in full, with its event and its runs."""
    from nightshift_tools.aws.redriving import find
    from nightshift_tools.cli.documents import run_document
    from nightshift_tools.cli.output import plain, print_fields, print_json, print_line
    from nightshift_tools.cli.texts import moment

    with _letters() as (local, _, _, letters):
        found = find(letters, letter)
        runs = _runs(local, found)
    if as_json:
        print_json(_document(found) | {"runs": [run_document(record) for record in runs]})
        return
    fields = [
        ("letter", found.id),
        ("failed in", found.kind),
        ("job", _job(found)),
        ("slot", _slot(found)),
        ("at", f"{moment(found.at)} UTC"),
        ("why", found.why),
        ("invocation", found.invocation or ""),
        ("runs", ", ".join(record.id for record in runs)),
        *((name, value) for name, value in sorted(found.messages[0].attributes.items())),
    ]
    print_fields([(name, plain(value)) for name, value in fields if value])
    print_line()
    print_line(plain(json.dumps(found.event)) if found.event is not None else plain(found.messages[0].body))


@app.command()
@with_aws
def redrive(letters: _Letters = None, every: _All = False, as_json: options.Json = False) -> None:
    """Send events again, each with its own slot.

    Each goes to the function that it was for, and leaves its queues. One whose slot is over is not sent.
    """
    from nightshift_tools.aws.redriving import choose, refuse_foreign
    from nightshift_tools.aws.redriving import redrive as send_again
    from nightshift_tools.cli.output import print_json, print_line

    done: list[tuple[Letter, Redriven]] = []
    with _letters() as (local, stack, queues, there):
        chosen = choose(there, letters or [], every=every)
        refuse_foreign(chosen)
        for letter in chosen:
            done.append((letter, send_again(local, stack, queues, letter)))
            if not as_json:
                print_line(f"{letter.id[:8]}  {_job(letter)} {_slot(letter)}: {_told(letter, done[-1][1])}")
    if as_json:
        print_json([_document(letter) | {"outcome": outcome.value} for letter, outcome in done])
    elif not done:
        print_line("there is nothing to send again")


@contextmanager
def _letters() -> Iterator[tuple[Local, Stack, Queues, list[Letter]]]:
    """The letters of the stack, in their queues; ConfigurationError where no stack is meant."""
    from nightshift.errors import ConfigurationError
    from nightshift_tools.aws.letters import read_letters
    from nightshift_tools.aws.queues import looking_into
    from nightshift_tools.cli.session import open_local

    with open_local() as local:
        if local.stack is None:
            raise ConfigurationError("there are dead letters only on AWS: add --aws, and --stack")
        with looking_into(local.stack) as queues:
            yield local, local.stack, queues, read_letters(queues.messages, local.manifest)


def _runs(local: Local, letter: Letter) -> list[RunRecord]:
    """The runs that came of its event, as far as they left a record."""
    if letter.trigger is None or letter.invocation is None:
        return []
    latest = local.stores.state.runs.latest(letter.trigger.key, 1000, local.clock.now())
    return [record for record in latest if record.invocation == letter.invocation]


def _told(letter: Letter, outcome: Redriven) -> str:
    if outcome.value == "sent again":
        job = letter.trigger.key.job if letter.trigger else ""
        return f"sent again; {command(f'runs {job}')} shows what becomes of it"
    if letter.is_look:
        return "the watchdog looks every five minutes anyway; nothing was sent, and it is off the queue"
    return "its slot is over: it, or a later one, has succeeded; nothing was sent, and it is off the queue"


def _job(letter: Letter) -> str:
    if letter.is_look:
        return "watchdog"
    return str(letter.trigger.key) if letter.trigger else "-"


def _slot(letter: Letter) -> str:
    slot = letter.trigger.slot if letter.trigger else None
    return f"{slot.schedule} {slot.minute:%Y-%m-%d %H:%M}" if slot else "by hand" if letter.trigger else "-"


def _document(letter: Letter) -> dict[str, object]:
    from nightshift_tools.cli.documents import text

    key, slot = (letter.trigger.key, letter.trigger.slot) if letter.trigger else (None, None)
    return {
        "id": letter.id,
        "failed_in": letter.kind,
        "job": key.job if key else None,
        "storefront": key.storefront if key else None,
        "schedule": slot.schedule if slot else None,
        "slot": text(slot.minute) if slot else None,
        "at": text(letter.at),
        "why": letter.why,
        "invocation": letter.invocation,
        "event": dict(letter.event) if letter.event is not None else None,
        "body": letter.messages[0].body if letter.is_foreign else None,
    }
