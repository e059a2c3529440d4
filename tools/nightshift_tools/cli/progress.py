"""Watching a run: a bar on a terminal, a line per batch elsewhere, the plan of a dry run."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Self

from nightshift.services import NobodyWatches
from nightshift_tools.cli import texts
from nightshift_tools.cli.output import console, plain, print_line, print_note

if TYPE_CHECKING:
    from rich.progress import Progress

    from nightshift.state.models import Counts, JobKey, RunId

_VERBS = {
    "created": "create",
    "updated": "update",
    "unchanged": "leave",
    "removed": "remove",
    "quarantined": "set aside",
    "written": "write",
}


class Watcher(NobodyWatches):
    """Shows a run as it goes, on stderr. Use it in a `with` statement; it hands the plan to `on_plan`."""

    def __init__(self, on_plan: Callable[[str, str, str | None], None], *, quiet: bool) -> None:
        self._on_plan = on_plan
        self._quiet = quiet
        self._batches = 0
        self._bar: Progress | None = None

    def __enter__(self) -> Self:
        if not self._quiet and console(err=True).is_terminal:
            self._bar = open_bar()
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def started(self, key: JobKey, run: RunId) -> None:
        if self._bar is not None:
            self._bar.add_task(str(key), total=None, counts="")

    def progressed(self, counts: Counts, total: int | None) -> None:
        if self._bar is not None:
            task = self._bar.task_ids[0]
            self._bar.update(task, completed=counts.read, total=total, counts=texts.outcomes(counts))
        elif not self._quiet and counts.batches > self._batches:
            read = f"{counts.read} of {total}" if total else counts.read
            print_note(f"batch {counts.batches}: {read} read, {texts.outcomes(counts)}")
        self._batches = counts.batches

    def planned(self, action: str, record: str, reason: str | None) -> None:
        self._on_plan(action, record, reason)


def print_plan(action: str, record: str, reason: str | None) -> None:
    """One line of a dry run's plan: `create     12`."""
    print_line(f"{_VERBS[action]:<9}  {plain(record)}{f'  {plain(reason)}' if reason else ''}")


def open_bar() -> Progress:
    """A bar on stderr, not yet started."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[counts]}", style="dim"),
        console=console(err=True),
        transient=True,
        redirect_stdout=False,  # stdout may be a pipe, and is not this bar's
        redirect_stderr=False,
    )
