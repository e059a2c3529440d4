"""`nightshift dev`: the schedule, on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from nightshift_tools.cli import options
from nightshift_tools.cli.guard import FAILED

if TYPE_CHECKING:
    from nightshift.state.models import RunRecord
    from nightshift_tools.local.firings import Due
    from nightshift_tools.local.timeline import Timeline


def dev(
    jobs: Annotated[
        list[str] | None, typer.Argument(metavar="[JOB]...", help="Jobs of the manifest; all without.")
    ] = None,
    start: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="Simulate time from this instant on.")
    ] = None,
    end: Annotated[
        str | None, typer.Option("--to", metavar="TIME", help="Simulate time up to this instant.")
    ] = None,
    speed: Annotated[
        float | None, typer.Option("--speed", metavar="N", min=1, help="Simulate time N times as fast.")
    ] = None,
    simulate: Annotated[
        str | None,
        typer.Option("--simulate", metavar="SPAN", help="Claim each tick of so much time; no job is called."),
    ] = None,
    pause: Annotated[
        list[str] | None,
        typer.Option("--pause", metavar="JOB=FROM/TO", help="With --simulate: a job is paused meanwhile."),
    ] = None,
    asleep: Annotated[
        list[str] | None,
        typer.Option("--asleep", metavar="FROM/TO", help="With --simulate: the machine sleeps meanwhile."),
    ] = None,
    as_json: options.Json = False,
) -> None:
    """Run the schedule on this machine.

    Each firing is passed to its job as EventBridge would; one that finds its job at work is skipped. Ctrl-C
    stops, once the runs at work have ended. With --from and --to, time jumps from firing to firing; with
    --speed it goes faster. Simulated time keeps a state of its own. With --json, one run record per line.
    With --simulate 365d, a year's ticks are claimed and counted, and no job's code is called.
    """
    from nightshift.errors import ConfigurationError
    from nightshift_tools.cli.simulated import run_simulation

    if simulate is not None:
        if end is not None or speed is not None:
            raise ConfigurationError("--simulate says how long: leave --to and --speed out")
        run_simulation(jobs or (), simulate, start, pause or (), asleep or (), as_json=as_json)
    elif pause or asleep:
        raise ConfigurationError("--pause and --asleep are for --simulate; `nightshift pause` pauses a job")
    else:
        _follow(jobs, start, end, speed, as_json=as_json)


def _follow(
    jobs: list[str] | None, start: str | None, end: str | None, speed: float | None, *, as_json: bool
) -> None:
    from nightshift_tools.cli.output import print_note
    from nightshift_tools.cli.session import find_job, open_local
    from nightshift_tools.local.timeline import SIMULATED, open_timeline

    failed: list[Due] = []

    def tell(due: Due, what: RunRecord | BaseException) -> None:
        if isinstance(what, BaseException) or what.status.value == "failed":
            failed.append(due)
        (_print_document if as_json else _print_line)(due, what)

    with open_local() as local:
        here = [name for name, entry in local.manifest.jobs.items() if entry.handler]
        names = [find_job(local.manifest, name).name for name in jobs or here]
        with open_timeline(local, names, start, end, speed) as timeline:
            _announce(timeline)
            try:
                timeline.play(tell)
            except KeyboardInterrupt:
                _stop(timeline)
        if timeline.is_simulated:
            home = local.project.home / SIMULATED
            print_note(f"`NIGHTSHIFT_HOME={home} nightshift runs JOB` shows what simulated time left behind")
    if timeline.end is not None and failed:
        raise typer.Exit(FAILED)


def _announce(timeline: Timeline) -> None:
    from nightshift_tools.cli import texts
    from nightshift_tools.cli.output import print_note
    from nightshift_tools.local.firings import next_firing

    for name in timeline.handlers:
        entry = timeline.local.manifest.job(name)
        first = next_firing(entry, timeline.after)
        print_note(
            f"{name}: first firing {texts.ahead(first, timeline.begin)}"
            if first
            else f"{name}: does not fire"
        )
    if timeline.end is None:
        print_note("Ctrl-C stops")


def _stop(timeline: Timeline) -> None:
    from nightshift_tools.cli.output import print_note

    busy = timeline.threads.at_work()
    if busy:
        print_note(f"stopping when {', '.join(busy)} has ended; Ctrl-C again ends it at once")
        timeline.threads.wait()
    print_note("stopped")


def _print_line(due: Due, what: RunRecord | BaseException) -> None:
    from rich.text import Text

    from nightshift_tools.cli import texts
    from nightshift_tools.cli.output import console, plain, styled

    head = f"{due.minute:%Y-%m-%d %H:%M}  {due.key}  {due.schedule}  "
    if isinstance(what, BaseException):
        line = Text.assemble(head, styled("failed"), f"  {plain(what)}")
    else:
        told = what.failure.message if what.failure else what.reason or texts.counts(what.counts)
        if what.idle:
            told = f"idle: {what.counts.unchanged} unchanged"
        line = Text.assemble(
            head, styled(what.status.value), f"  {texts.duration(what.duration_ms)}  {plain(told)}"
        )
    console().print(line, soft_wrap=True)


def _print_document(due: Due, what: RunRecord | BaseException) -> None:
    from nightshift_tools.cli.documents import run_document
    from nightshift_tools.cli.output import print_json

    if isinstance(what, BaseException):
        error = {"kind": type(what).__name__, "message": str(what)}
        print_json(due.event() | {"error": error}, indent=None)
    else:
        print_json(run_document(what), indent=None)
