"""Delivering firings on this machine: what EventBridge does for functions on AWS.

A firing that comes due while its job is at work is delivered all the same, and the claim skips it. What came
due while the machine slept is not made up for, but for the last firing of each schedule.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Thread
from typing import Any, Protocol, TypeVar

from nightshift.handler import Handler
from nightshift.state.models import RunRecord
from nightshift.times import Clock
from nightshift_tools.local.composition import Local
from nightshift_tools.local.firings import Due, minutes_of


class Timed(Protocol):
    """What comes due: a firing, or a look of the watchdog."""

    @property
    def minute(self) -> datetime: ...


Moment = TypeVar("Moment", bound=Timed)

Told = Callable[[Due, "RunRecord | BaseException"], None]
"""What is told of a firing: the record of its run, or what kept it from becoming one."""

_NAP = 30.0
_LATE = timedelta(minutes=2)


def deliver(local: Local, handler: Handler[Any], due: Due, tell: Told) -> None:
    """Run one firing to its end, here and now. A Ctrl-C ends the run as interrupted and is raised again."""
    try:
        ended = handler.handle(due.event(), local.services_of(local.manifest.job(due.job)), None)
    except Exception as error:
        tell(due, error)
        return
    tell(due, ended.record)
    if isinstance(ended.error, KeyboardInterrupt):
        raise ended.error


@dataclass
class Threads:
    """Work side by side, each piece in a thread of its own."""

    _running: list[Thread] = field(default_factory=list)

    def start(self, name: str, work: Callable[[], None]) -> None:
        self._running = [thread for thread in self._running if thread.is_alive()]
        thread = Thread(target=work, name=name, daemon=True)
        thread.start()
        self._running.append(thread)

    def at_work(self) -> list[str]:
        """The names of what has not ended."""
        return sorted({thread.name for thread in self._running if thread.is_alive()})

    def wait(self) -> None:
        """Wait for all that has begun; a second Ctrl-C ends this process with it, as a crash would."""
        try:
            for thread in self._running:
                thread.join()
        except KeyboardInterrupt:
            os._exit(130)


def follow(
    dues: Iterable[Moment], clock: Clock, hand_over: Callable[[Moment], None], until: datetime | None
) -> None:
    """Hand over each firing or look when it comes due, up to an instant that is no longer included."""
    for due in dues:
        if until is not None and due.minute >= until:
            return
        while (left := (due.minute - clock.now()).total_seconds()) > 0:
            clock.sleep(
                min(left, _NAP)
            )  # in short naps, because a sleeping machine stops the sleeper's clock
        hand_over(due)


def was_overtaken(local: Local, due: Due) -> bool:
    """It came due while nobody could deliver it, and so did a later firing of its schedule."""
    now = local.clock.now()
    schedule = local.manifest.job(due.job).schedule(due.schedule)
    if schedule is None or now - due.minute < _LATE:
        return False
    following = next(minutes_of(schedule, due.minute), None)
    return following is not None and following <= now
