"""Which requests came: exact counts, and the last ones in detail."""

from collections import Counter, deque
from dataclasses import dataclass, field

from nightshift_tools.sandbox.clock import Clock, iso

KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One request and its answer; status 0 is a connection that was dropped without one."""

    n: int
    surface: str
    method: str
    route: str
    path: str
    query: str
    status: int
    fault: str | None
    at: str


@dataclass(frozen=True, slots=True)
class Count:
    """How many requests one route had."""

    surface: str
    method: str
    route: str
    count: int


@dataclass(slots=True)
class Journal:
    """Everything since the last reset."""

    clock: Clock
    entries: deque[Entry] = field(default_factory=lambda: deque(maxlen=KEPT))
    _counts: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    _written: int = 0

    def write(
        self, surface: str, method: str, route: str, *, path: str, query: str, status: int, fault: str | None
    ) -> None:
        """Note one request."""
        self._counts[surface, method, route] += 1
        self._written += 1
        entry = Entry(self._written, surface, method, route, path, query, status, fault, iso(self.clock()))
        self.entries.append(entry)

    def counts(self) -> list[Count]:
        """The counts, by surface, method and route."""
        return [Count(*key, number) for key, number in sorted(self._counts.items())]

    def count(
        self, *, surface: str | None = None, method: str | None = None, route: str | None = None
    ) -> int:
        """How many requests had this surface, method and route; None stands for any."""
        wanted = (surface, method, route)
        return sum(
            number
            for key, number in self._counts.items()
            if all(want in (None, have) for want, have in zip(wanted, key, strict=True))
        )

    def copy(self) -> "Journal":
        """The journal as it is now."""
        return Journal(self.clock, self.entries.copy(), self._counts.copy())

    def reset(self) -> None:
        """Forget everything."""
        self.entries.clear()
        self._counts.clear()
        self._written = 0
