"""Watching a batch job: a bar on a terminal, a line per batch elsewhere."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Self

from nightshift_tools.cli.output import console, print_note
from nightshift_tools.cli.progress import open_bar

if TYPE_CHECKING:
    from rich.progress import Progress

    from nightshift.batch_jobs.model import BatchJob, Result

_DOING = {"created": "checking", "pre_processed": "planned", "confirmed": "confirmed"}


class BatchWatcher:
    """Shows a batch job as it goes, on stderr. Use it in a `with` statement."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._bar: Progress | None = None
        self._last = ""

    def __enter__(self) -> Self:
        if not self._quiet and console(err=True).is_terminal:
            self._bar = open_bar()
            self._bar.add_task("", total=None, counts="")
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def show(self, job: BatchJob) -> None:
        """After each batch, and each step of the life cycle."""
        result = job.result
        doing = _DOING.get(job.status.value, job.status.value)
        if self._bar is not None:
            task = self._bar.task_ids[0]
            total = None if job.status.value == "created" else result.count
            self._bar.update(
                task,
                description=f"{job.type}: {doing}",
                completed=result.advancement_count,
                total=total,
                counts=outcomes(result),
            )
            return
        of = "" if result.count is None else f" of {result.count}"
        line = f"{doing}: {result.advancement_count}{of}{_comma(outcomes(result))}"
        if not self._quiet and line != self._last:
            print_note(line)
        self._last = line


def outcomes(result: Result) -> str:
    """`40 created, 2 rows wrong`: what is zero is left out."""
    parts = [(result.created, "created"), (result.updated, "updated"), (result.unchanged, "unchanged")]
    told = [f"{number} {name}" for number, name in parts if number]
    if result.row_errors:
        told.append(f"{result.row_errors} {'row' if result.row_errors == 1 else 'rows'} wrong")
    return ", ".join(told)


def _comma(text: str) -> str:
    return f", {text}" if text else ""
