"""`nightshift translate`: cron of any dialect to EventBridge, one by hand or many as a filter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from nightshift_tools.cli import options

if TYPE_CHECKING:
    from nightshift_tools.schedule.explain import Explanation


def translate(
    expression: Annotated[
        str | None, typer.Argument(metavar="[EXPRESSION]", help="One expression; without, lines of stdin.")
    ] = None,
    dialect: Annotated[
        str | None, typer.Option("--dialect", metavar="NAME", help="unix, quartz or aws; guessed without.")
    ] = None,
    zone: Annotated[
        str | None, typer.Option("--zone", metavar="NAME", help="The zone it is meant in; UTC without.")
    ] = None,
    as_json: options.Json = False,
) -> None:
    """Translate cron expressions to EventBridge.

    One expression is explained, with its next five firings. Without one, each line of stdin is JSON with id,
    dialect and expr, and each line of stdout JSON with the id and aws, or the id and error.
    """
    if expression is None:
        _filter(dialect, zone or "UTC")
        return
    from nightshift_tools.cli.output import print_json

    found = _explained(expression, dialect, zone)
    if as_json:
        print_json(_document(found))
    else:
        _print(found)


def _explained(expression: str, dialect: str | None, zone: str | None) -> Explanation:
    from nightshift.clock import SystemClock
    from nightshift.errors import ConfigurationError
    from nightshift_tools.schedule import ScheduleError
    from nightshift_tools.schedule.dialects import Guess, guess
    from nightshift_tools.schedule.explain import explain

    taken = guess(expression) if dialect is None else Guess(dialect, "as was said", expression)
    try:
        return explain(taken, zone, SystemClock().now())
    except ScheduleError as error:
        raise ConfigurationError(f"read as {taken.dialect} ({taken.reason}): {error}") from None


def _print(found: Explanation) -> None:
    from nightshift_tools.cli.output import print_line, print_note, print_table
    from nightshift_tools.cli.texts import in_zone, moment

    print_line(f"{found.taken.dialect}: {found.taken.reason}")
    print_line(found.words)
    for text in found.expressions:
        print_line(text)
    print_line()
    if found.zone == "UTC":
        print_table(("next (UTC)",), [(moment(instant),) for instant in found.firings])
    else:
        rows = [(moment(instant), in_zone(instant, found.zone)) for instant in found.firings]
        print_table(("next (UTC)", found.zone), rows)
    for note in found.notes:
        print_note(f"note: {note}")


def _document(found: Explanation) -> dict[str, object]:
    from nightshift.times import to_text

    return {
        "dialect": found.taken.dialect,
        "reason": found.taken.reason,
        "zone": found.zone,
        "words": found.words,
        "aws": list(found.expressions),
        "notes": list(found.notes),
        "next": [to_text(instant) for instant in found.firings],
    }


def _filter(dialect: str | None, zone: str) -> None:
    """Lines of stdin to lines of stdout, in their order; blank lines are passed over."""
    import sys

    from nightshift.errors import ConfigurationError
    from nightshift_tools.cli.output import print_line
    from nightshift_tools.schedule.batch import translate_line

    if sys.stdin.isatty():
        raise ConfigurationError(
            "there is nothing to translate: give an expression in quotes, or JSON lines on stdin"
        )
    for line in sys.stdin.buffer:
        if line.strip():
            print_line(translate_line(line, dialect, zone))
