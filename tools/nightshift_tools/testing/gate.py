"""The one way out of a worker's process: its requests pass its gate, and one of them meets a fate.

Requests of all threads of a worker pass one at a time, so that a pause stops the whole process, as a frozen
one is stopped, and an ended process sends nothing more from any thread.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

STATE = "state"
UPSTREAM = "upstream"


class Killed(BaseException):
    """The process is gone: nothing of the engine may catch this and write on."""


@dataclass(frozen=True)
class Passage:
    """One request on its way: to which site, what it is, and how it is sent for real."""

    gate: Gate
    name: str
    url: str
    send: Callable[[], Any]


Act = Callable[[Passage], Any]


@dataclass(frozen=True)
class Fate:
    """What happens to `times` requests to `site` from the `at`-th on, counted from 0."""

    site: str
    at: int
    act: Act
    times: int = 1


Witness = Callable[[str, int], object]
"""Told of each request before it meets its fate: its site, and how many went there before it."""


def kill_before(passage: Passage) -> Any:
    """The process ends and the request is never sent."""
    passage.gate.die(passage.name)


def kill_after(passage: Passage) -> Any:
    """The request takes effect, and the process ends before the answer reaches it."""
    passage.send()
    passage.gate.die(passage.name)


def stopped(meanwhile: Callable[[], object]) -> Act:
    """The process stands still while something else happens; then the request goes out after all."""

    def act(passage: Passage) -> Any:
        meanwhile()
        return passage.send()

    return act


class Gate:
    """Counts the requests of one worker by site, and lets one fate befall them."""

    def __init__(self, fate: Fate | None = None, witness: Witness | None = None) -> None:
        self.lock = threading.RLock()
        self.seen: Counter[str] = Counter()
        self.fated: list[str] = []
        self.went_on: list[str] = []
        self._fate = fate
        self._witness = witness
        self._is_dead = False
        self._told: set[threading.Thread] = set()

    @property
    def has_fired(self) -> bool:
        return bool(self.fated)

    @property
    def is_dead(self) -> bool:
        return self._is_dead

    def enter(self, site: str, name: str, url: str, send: Callable[[], Any]) -> Any:
        """Send a request, unless its fate is another."""
        with self.lock:
            if self._is_dead:
                self._refuse(site, name)
            place = self.seen[site]
            self.seen[site] += 1
            if self._witness is not None:
                self._witness(site, place)
            fate = self._fate
            if fate is None or fate.site != site or not fate.at <= place < fate.at + fate.times:
                return send()
            self.fated.append(f"{site} {place}, {name}")
            return fate.act(Passage(self, name, url, send))

    def die(self, name: str) -> None:
        """End the process: this thread unwinds, and no thread of it sends anything any more."""
        self._is_dead = True
        self._told.add(threading.current_thread())
        raise Killed(name)

    def _refuse(self, site: str, name: str) -> None:
        if threading.current_thread() in self._told:
            self.went_on.append(f"{site} {name}")
        self._told.add(threading.current_thread())
        raise Killed(name)
