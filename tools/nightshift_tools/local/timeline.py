"""The time that `nightshift dev` lives in: this machine's, or simulated time with a state of its own.

Simulated time must not touch the project's state: a slot of next year that counts as done would make every
real slot before it too late.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from heapq import merge
from pathlib import Path
from typing import Any

from nightshift.batch_jobs.model import JOB
from nightshift.errors import ConfigurationError, TryLaterError
from nightshift.handler import Handler
from nightshift.times import from_text
from nightshift_tools.local.batch_jobs import LocalBatchJobs
from nightshift_tools.local.clocks import FastClock, JumpingClock
from nightshift_tools.local.composition import Local
from nightshift_tools.local.delivery import Threads, Told, deliver, follow, was_overtaken
from nightshift_tools.local.firings import Due, firings
from nightshift_tools.local.looking import EVERY, Look, looks, resumable
from nightshift_tools.local.stores import embedded

SIMULATED = "simulated"

_JUST_BEFORE = timedelta(microseconds=1)


@dataclass
class Timeline:
    """The firings of some jobs from `begin` up to `end`, and who delivers them. None for no end."""

    local: Local
    handlers: Mapping[str, Handler[Any]]
    begin: datetime
    end: datetime | None
    is_simulated: bool = False
    threads: Threads = field(default_factory=Threads)

    @property
    def after(self) -> datetime:
        """Firings come strictly after this: so that one at the very beginning is among them."""
        return self.begin - _JUST_BEFORE

    def play(self, tell: Told) -> None:
        """Deliver every firing when it comes due; returns after the last one's run."""
        dues: Iterator[Due | Look] = firings(self.local.manifest, self.handlers, self.after)
        # A firing first: what it claims, a look in the same minute need not resume.
        moments = merge(dues, looks(self.after), key=lambda moment: (moment.minute, isinstance(moment, Look)))

        def hand_over(moment: Due | Look) -> None:
            if isinstance(moment, Look):
                for due in self._resumable(moment):
                    self._start(due, tell)
                self._work_off_batch_jobs()
            elif self.is_simulated or not was_overtaken(self.local, moment):
                self._start(moment, tell)

        follow(moments, self.local.clock, hand_over, self.end)
        self.threads.wait()

    def _start(self, due: Due, tell: Told) -> None:
        work = partial(deliver, self.local, self.handlers[due.job], due, tell)
        if isinstance(self.local.clock, JumpingClock):
            work()
        else:
            self.threads.start(str(due.key), work)

    def _work_off_batch_jobs(self) -> None:
        """What a look tells a worker of on AWS, a thread works off here."""
        if JOB not in self.handlers:
            return
        batch_jobs = LocalBatchJobs(self.local)
        try:
            batch_jobs.send_due()
        except TryLaterError:
            return  # as above
        if not batch_jobs.sent:
            return
        if isinstance(self.local.clock, JumpingClock):
            batch_jobs.work()
        else:
            self.threads.start("batch jobs", batch_jobs.work)

    def _resumable(self, look: Look) -> list[Due]:
        """What a look finds; nothing where the next one is due, or where the state cannot be read now."""
        if not self.is_simulated and self.local.clock.now() - look.minute >= EVERY:
            return []
        try:
            return resumable(self.local, self.handlers)
        except TryLaterError:
            return []  # the next look comes soon; a firing that meets the same trouble tells of it


@contextmanager
def open_timeline(
    local: Local, jobs: Sequence[str], start: str | None, end: str | None, speed: float | None
) -> Iterator[Timeline]:
    """The timeline that these options ask for; ConfigurationError where they make no sense together."""
    handlers = {name: local.handler(local.manifest.job(name)) for name in jobs}
    if start is None and end is None and speed is None:
        yield Timeline(local, handlers, local.clock.now(), None)
        return
    if speed is None and (start is None or end is None):
        raise ConfigurationError("--from and --to go together; with --speed, either may be left out")
    begin = _instant("--from", start) or local.clock.now()
    until = _instant("--to", end)
    if until is not None and until <= begin:
        raise ConfigurationError(f"--to {end} is not after the beginning, {begin.isoformat()}")
    folder = fresh_folder(local)
    stores = embedded(folder / "state.db")
    clock = JumpingClock(begin) if speed is None else FastClock(begin, speed)
    try:
        simulated = replace(local, stores=stores, clock=clock, output=folder)
        yield Timeline(simulated, handlers, begin, until, is_simulated=True)
    finally:
        stores.close()


def fresh_folder(local: Local) -> Path:
    """Where simulated time keeps its state, emptied; ConfigurationError where that is DynamoDB."""
    if local.environment.get("STATE_TABLE"):
        raise ConfigurationError("simulated time keeps its state on this machine: unset STATE_TABLE for it")
    folder = local.project.home / SIMULATED
    shutil.rmtree(folder, ignore_errors=True)
    return folder


def _instant(option: str, text: str | None) -> datetime | None:
    try:
        return None if text is None else from_text(text)
    except ValueError:
        raise ConfigurationError(
            f"{option} {text!r} is no instant: write it in UTC, as in 2026-11-20T22:04:00Z"
        ) from None
